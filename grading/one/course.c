/* What grades a lab, as one digest. */
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "grading/one/lab.h"
#include "grading/one/one.h"
#include "grading/result/digest.h"

/* Below the root; each with the lab's name in it where %s stands. */
static const char *const patterns[] = {
    "labs/%s/lab.lua",   "labs/%s/*.h",           "labs/%s/scenarios/*",
    "harness/support/*", "solutions/%s/hidden/*", /* last: only with hidden checks */
};

/* Names are part of it, without the root: the same course elsewhere is the same course. */
static int add_file(struct digest *digest, const char *path, size_t skip,
                    struct failure *failure)
{
    digest_add(digest, path + skip, strlen(path + skip));
    return digest_add_file(digest, path, failure);
}

static int add_pattern(struct digest *digest, const char *root, const char *pattern,
                       const char *lab, struct failure *failure)
{
    char below[PATH_MAX], path[2 * PATH_MAX];
    glob_t found = {0};
    int result = 0;
    snprintf(below, sizeof below, "%.*s%s%s", (int)strcspn(pattern, "%"), pattern,
             strchr(pattern, '%') ? lab : "",
             strchr(pattern, '%') ? strchr(pattern, '%') + 2 : "");
    snprintf(path, sizeof path, "%s/%s", root, below);
    if (glob(path, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && result == 0; i++)
            result = add_file(digest, found.gl_pathv[i], strlen(root), failure);
    globfree(&found);
    return result;
}

int one_course(const char *lab, bool hidden, char text[65], struct failure *failure)
{
    char program[PATH_MAX], root[PATH_MAX];
    if (one_program("grade", program, sizeof program, failure) < 0)
        return -1;
    snprintf(root, sizeof root, "%.*s", (int)(strlen(program) - strlen("/build/iolab-grade")),
             program);
    struct digest *digest = digest_new();
    if (!digest)
        return failure_set(failure, STATUS_MACHINE, "Out of memory.");
    size_t count = sizeof patterns / sizeof *patterns - !hidden;
    int result = add_file(digest, program, strlen(root), failure);
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_pattern(digest, root, patterns[i], lab, failure);
    digest_end(digest, text);
    return result;
}
