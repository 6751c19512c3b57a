/*
 * t:file: files for a server that serves some. The folder is held open from before the server
 * begins, and a name is looked up in it alone and never followed: whatever the server does to its
 * folder, nothing is written elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/control.h"

static int write_all(int file, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t count = write(file, data, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        data += count;
        size -= (size_t)count;
    }
    return 0;
}

/* A new file, also where one of this name is: a server that has the old one open keeps it. */
static int make_file(int folder, const char *name, const char *data, size_t size)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
        return -1;
    int file = openat(folder, name, flags, 0600);
    if (file < 0)
        return -1;
    int status = write_all(file, data, size);
    if (status == 0)
        status = fchmod(file, 0644); /* the server may be another user */
    int error = errno;
    close(file);
    if (status < 0)
        unlinkat(folder, name, 0);
    errno = error;
    return status;
}

bool control_file(const struct control *control, const struct step *step,
                  struct step_result *result)
{
    const char *name = step->server.name;
    result->outcome = OUTCOME_SCRIPT;
    if (control->files < 0) {
        snprintf(result->message, sizeof result->message,
                 "t:file needs \"FOLDER\" among the arguments of the server");
    } else if (make_file(control->files, name, step->data, step->size) < 0) {
        if (control->boxed) /* nobody else is in its folder, nor on that disk */
            result->outcome = OUTCOME_UNTRUE;
        snprintf(result->message, sizeof result->message,
                 "cannot write the file \"%.100s\" for the server: %s%s", name, strerror(errno),
                 errno != ENOSPC && errno != EDQUOT ? ""
                 : control->boxed                   ? " (the server has filled its folder)"
                                                    : " (set TMPDIR to a folder with room)");
    } else {
        result->outcome = OUTCOME_OK;
    }
    control_note(control->out, "file", (int64_t)step->size, name, result->outcome);
    return true;
}
