/* HEAD of a bare repository, from its files: git itself would read the settings beside them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/repository.h"

#define LARGEST ((size_t)1 << 20) /* packed-refs of thousands of branches */
#define DIGITS  40

static char *read_text(int file)
{
    struct stat status;
    if (fstat(file, &status) < 0)
        return NULL;
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)LARGEST) {
        errno = EFBIG;
        return NULL;
    }
    char *text = calloc(1, (size_t)status.st_size + 1);
    ssize_t size = text ? read(file, text, (size_t)status.st_size) : -1;
    if (size >= 0)
        return text;
    free(text);
    return NULL;
}

/* Opens part after part, so that none is a link. */
static int open_parts(int folder, const char *path)
{
    int at = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    while (at >= 0 && *path) {
        char part[256];
        size_t size = strcspn(path, "/");
        snprintf(part, sizeof part, "%.*s", size < sizeof part ? (int)size : 0, path);
        int next = openat(at, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        int error = errno;
        close(at);
        errno = error;
        at = next;
        path += size + (path[size] == '/');
    }
    return at;
}

char *repository_text(int folder, const char *path)
{
    int file = open_parts(folder, path);
    if (file < 0)
        return NULL;
    char *text = read_text(file);
    int error = errno;
    close(file);
    errno = error;
    return text;
}

static bool take_digits(const char *text, char commit[DIGITS + 1])
{
    if (strspn(text, "0123456789abcdef") != DIGITS)
        return false;
    memcpy(commit, text, DIGITS);
    commit[DIGITS] = '\0';
    return true;
}

/* A name as git allows them, as far as it could lead elsewhere. */
static bool is_reference(const char *name)
{
    return strncmp(name, "refs/", 5) == 0 && strlen(name) < 256 && !strstr(name, "/.") &&
           !strstr(name, "//");
}

/* Lines of packed-refs: 40 digits, a space, the name. */
static bool find_packed(const char *text, const char *name, char commit[DIGITS + 1])
{
    size_t size = strlen(name);
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strspn(line, "0123456789abcdef") == DIGITS && line[DIGITS] == ' ' &&
            strncmp(line + DIGITS + 1, name, size) == 0 &&
            (line[DIGITS + 1 + size] == '\n' || line[DIGITS + 1 + size] == '\0'))
            return take_digits(line, commit);
    return false;
}

static bool find_reference(int folder, const char *name, char commit[DIGITS + 1])
{
    char *text = repository_text(folder, name);
    bool found = text && take_digits(text, commit);
    free(text);
    if (found)
        return true;
    text = repository_text(folder, "packed-refs");
    found = text && find_packed(text, name, commit);
    free(text);
    return found;
}

enum answer repository_head(int folder, char commit[DIGITS + 1], struct answers *answers)
{
    char *head = repository_text(folder, "HEAD");
    if (!head)
        return answer_refuse(answers, "The repository has no HEAD that can be read. Clone it "
                                      "again with git clone --bare.");
    head[strcspn(head, "\n")] = '\0';
    bool found = take_digits(head, commit);
    if (!found && strncmp(head, "ref: ", 5) == 0 && is_reference(head + 5))
        found = find_reference(folder, head + 5, commit);
    free(head);
    return found
               ? ANSWER_WELL
               : answer_refuse(answers, "The repository has no commit: its HEAD names a branch "
                                        "that is not there.");
}
