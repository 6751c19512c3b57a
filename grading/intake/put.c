/* See put.h. */
#include "grading/intake/put.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

static int put_file(int folder, const struct tree_item *item)
{
    int file =
        openat(folder, item->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0)
        return -1;
    int error = 0;
    if (write_all(file, item->bytes, item->size) < 0 || fchmod(file, 0644) < 0)
        error = errno;
    if (close(file) < 0 && !error)
        error = errno;
    errno = error;
    return error ? -1 : 0;
}

static int put_all(int folder, struct tree_item *const *items)
{
    for (; *items; items++)
        if (put_file(folder, *items) < 0)
            return -1;
    return fchmod(folder, 0755);
}

static void take_back(const char *target, int folder, struct tree_item *const *items)
{
    for (; folder >= 0 && *items; items++)
        unlinkat(folder, (*items)->name, 0);
    rmdir(target);
}

enum answer put_files(const char *target, struct tree_item *const *items,
                      struct answers *answers)
{
    if (mkdir(target, 0755) < 0)
        return answer_break(answers, "cannot make the folder %s", target);
    int folder = open(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    enum answer answer = ANSWER_WELL;
    if (folder < 0 || put_all(folder, items) < 0) {
        answer =
            answer_break(answers, "cannot write the files of a submission into %s", target);
        take_back(target, folder, items);
    }
    if (folder >= 0)
        close(folder);
    return answer;
}
