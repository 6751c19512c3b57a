/*
 * DIR: made or found, and locked. The lock is one of flock(2), so it goes with the process however
 * that ends; the file says who holds it.
 */
#include "grading/batch/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/batch/files.h"
#include "grading/batch/words.h"

#define LOCK "pending/lock"

/* Is `path` in `folder`, or the same? */
static bool within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

char *batch_absolute(const char *path, const char *what, struct failure *failure)
{
    char *found = path ? realpath(path, NULL) : NULL;
    if (path && !found)
        failure_errno(failure, STATUS_USAGE, "%s %s", what, path);
    return found;
}

/* A folder that holds other things is somebody's: nothing is written into it. */
static int ours_or_empty(const char *folder, struct failure *failure)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return failure_errno(failure, STATUS_USAGE, "--out %s", folder);
    bool other = false;
    for (struct dirent *entry; !other && (entry = readdir(directory));)
        other = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                strcmp(entry->d_name, "pending") != 0;
    closedir(directory);
    if (other)
        return failure_set(failure, STATUS_USAGE,
                           "--out %s: there are other things in it, and no gradebook; name a "
                           "folder that is empty or not there yet",
                           folder);
    return 0;
}

static bool has(const char *out, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", out, name);
    return access(path, F_OK) == 0;
}

/* Makes DIR unless it is one already. */
static int make_folder(const char *out, bool may_make, struct failure *failure)
{
    if (has(out, BATCH_BOOK))
        return 0;
    if (!may_make)
        return failure_set(failure, STATUS_USAGE,
                           "--out %s: there is no gradebook; iolab batch LAB FOLDER --out %s "
                           "makes one",
                           out, out);
    if (has(out, LOCK)) {
        batch_warn("--out %s: the gradebook is gone, and is made again from the results; late "
                   "days, roster and overrides must be given again",
                   out);
        return 0;
    }
    if (batch_folder(out, failure) < 0 || ours_or_empty(out, failure) < 0)
        return -1;
    if (chmod(out, 0700) < 0)
        return failure_errno(failure, STATUS_MACHINE, "--out %s", out);
    return 0;
}

/* DIR among the submissions would be taken for one. Looked at before DIR is made, so by the folder
   that it is to lie in. */
static int beside_source(const struct batch *batch, struct failure *failure)
{
    const char *out = batch->options->out;
    char *copy = strdup(out), *place = realpath(out, NULL);
    if (!place && copy)
        place = realpath(dirname(copy), NULL);
    bool inside = place && batch->source && within(place, batch->source);
    free(copy);
    free(place);
    if (!inside)
        return 0;
    return failure_set(failure, STATUS_USAGE,
                       "--out %s lies in the folder of submissions; name one beside it", out);
}

int batch_folder_settle(struct batch *batch, struct failure *failure)
{
    const char *out = batch->options->out;
    if (beside_source(batch, failure) < 0 || make_folder(out, batch->lab, failure) < 0)
        return -1;
    batch->folder = batch_absolute(out, "--out", failure);
    return batch->folder ? 0 : -1;
}

/* Takes the lock in a file that is open; says who has it when it is not to be had. */
static int take_lock(int file, const char *path, const char *folder, struct failure *failure)
{
    char holder[256];
    if (flock(file, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return failure_errno(failure, STATUS_MACHINE, "cannot lock %s", path);
    batch_read(path, holder, sizeof holder);
    holder[strcspn(holder, "\n")] = '\0';
    return failure_set(failure, STATUS_MACHINE,
                       "another iolab batch works in %s (process %s); wait for it, or end it: "
                       "what it has graded is kept",
                       folder, holder);
}

int batch_folder_lock(struct batch *batch, struct failure *failure)
{
    char host[128] = "";
    batch->lock = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (batch->lock < 0)
        return failure_errno(failure, STATUS_MACHINE, "%s/" LOCK, batch->folder);
    if (take_lock(batch->lock, LOCK, batch->folder, failure) < 0)
        return -1;
    gethostname(host, sizeof host - 1);
    if (ftruncate(batch->lock, 0) < 0 || dprintf(batch->lock, "%d on %s\n", getpid(), host) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot write %s/" LOCK, batch->folder);
    return 0;
}

/* A dry run looks at a copy, which nobody may be changing while it is made. */
static int lock_if_there(struct batch *batch, struct failure *failure)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/" LOCK, batch->options->out);
    batch->lock = open(path, O_RDONLY | O_CLOEXEC);
    return batch->lock < 0 ? 0 : take_lock(batch->lock, path, batch->options->out, failure);
}

/* A dry run works in a folder of its own, on a copy of the book. */
int batch_folder_scratch(struct batch *batch, struct failure *failure)
{
    const char *parent = getenv("TMPDIR");
    char from[PATH_MAX], to[PATH_MAX];
    static const char *const parts[] = {BATCH_BOOK, BATCH_BOOK "-wal", BATCH_LAB};
    if (asprintf(&batch->scratch, "%s/iolab-plan-XXXXXX", parent ? parent : "/tmp") < 0)
        batch->scratch = NULL;
    if (!batch->scratch || !mkdtemp(batch->scratch))
        return failure_errno(failure, STATUS_MACHINE, "cannot make a folder for the plan");
    if (lock_if_there(batch, failure) < 0)
        return -1;
    batch->folder = batch_absolute(batch->scratch, "TMPDIR", failure);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(from, sizeof from, "%s/%s", batch->options->out, parts[i]);
        snprintf(to, sizeof to, "%s/%s", batch->scratch, parts[i]);
        if (batch_copy(from, to, failure) < 0)
            return -1;
    }
    return batch->folder ? 0 : -1;
}

int batch_folder_enter(struct batch *batch, struct failure *failure)
{
    static const char *const parts[] = {"pending",         "pending/taken", "pending/said",
                                        "pending/results", "pending/pages", "submissions",
                                        "results",         "recordings",    "pages"};
    if (chdir(batch->folder) < 0)
        return failure_errno(failure, STATUS_MACHINE, "%s", batch->folder);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (batch_folder(parts[i], failure) < 0)
            return -1;
    return 0;
}
