/* Our empty repository, and its surroundings. See git.h. */
#include "grading/intake/git.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_file(int folder, const char *name, const char *text)
{
    size_t size = strlen(text);
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    ssize_t written = write(file, text, size);
    if (written >= 0 && (size_t)written != size)
        errno = ENOSPC;
    return close(file) == 0 && written == (ssize_t)size ? 0 : -1;
}

static int write_repository(int folder, const char *shallow)
{
    static const char config[] = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
    return mkdirat(folder, "refs", 0700) < 0 || write_file(folder, "config", config) < 0 ||
                   write_file(folder, "HEAD", "ref: refs/heads/none\n") < 0 ||
                   (shallow && write_file(folder, "shallow", shallow) < 0)
               ? -1
               : 0;
}

enum answer git_open(struct git *git, const char *work, const char *objects,
                     const char *shallow, struct answers *answers)
{
    *git = (struct git){.answers = answers, .objects = realpath(objects, NULL)};
    if (!git->objects)
        return answer_break(answers, "cannot read the repository %s", objects);
    char *folder = NULL;
    if (asprintf(&folder, "%s/git-XXXXXX", work) < 0)
        return answer_no_memory(answers);
    if (!mkdtemp(folder)) {
        enum answer answer = answer_break(answers, "cannot make a folder in %s", work);
        free(folder);
        return answer;
    }
    git->folder = folder;
    int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int written = opened < 0 ? -1 : write_repository(opened, shallow);
    if (opened >= 0)
        close(opened);
    return written < 0 ? answer_break(answers, "cannot write in %s", work) : ANSWER_WELL;
}

void git_close(struct git *git)
{
    static const char *const names[] = {"config", "HEAD", "shallow", "refs", ""};
    char path[4096];
    for (size_t i = 0; git->folder && i < sizeof names / sizeof *names; i++)
        if (snprintf(path, sizeof path, "%s/%s", git->folder, names[i]) < (int)sizeof path)
            remove(path);
    free(git->folder);
    free(git->objects);
}
