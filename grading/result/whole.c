/*
 * Files that are there whole or not at all. See whole.h. The name beside the file is random, as
 * processes of several machines may write into one folder, where process numbers repeat.
 */
#include "grading/result/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The stream, and with it `file`, is closed in any case. */
static int fill_stream(FILE *out, whole_fn *fill, const void *what)
{
    errno = 0;
    bool bad = fill(out, what) < 0 || fflush(out) != 0 || ferror(out) || fsync(fileno(out)) < 0;
    int saved = bad && !errno ? EIO : errno;
    if (fclose(out) != 0 && !bad) {
        saved = errno;
        bad = true;
    }
    errno = saved;
    return bad ? -1 : 0;
}

static int fill_file(const char *path, whole_fn *fill, const void *what)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0)
        return -1;
    FILE *out = fdopen(file, "w");
    if (out)
        return fill_stream(out, fill, what);
    close(file);
    return -1;
}

/* The new name lasts when the folder is on the disk. Some file systems sync no folders (EINVAL),
   and a folder may be written though not read: the file is whole all the same. */
static int sync_folder(const char *path)
{
    char *copy = strdup(path);
    int folder = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int status = folder >= 0 && fsync(folder) < 0 && errno != EINVAL ? -1 : 0;
    int saved = errno;
    if (folder >= 0)
        close(folder);
    free(copy);
    errno = saved;
    return status;
}

static const char *advice(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return "Make room there, then run this again";
    case EACCES:
    case EPERM:
    case EROFS:
        return "Make its folder writable, or choose another one";
    case ENOENT:
    case ENOTDIR:
        return "Make its folder first";
    default:
        return "Nothing was changed; run this again when that is mended";
    }
}

int whole_write(const char *path, whole_fn *fill, const void *what, struct failure *failure)
{
    char *beside = NULL;
    unsigned long long name = (unsigned long long)arc4random() << 32 | arc4random();
    if (asprintf(&beside, "%s.%016llx.new", path, name) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot write %s", path);
    int status = fill_file(beside, fill, what);
    if (status == 0)
        status = rename(beside, path);
    if (status == 0)
        status = sync_folder(path);
    if (status < 0) {
        failure_set(failure, STATUS_MACHINE, "cannot write %s: %m. %s", path, advice(errno));
        unlink(beside);
    }
    free(beside);
    return status;
}
