/* Folders of a grading. See folder.h. */
#include "grade/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "report/report.h"

#define KEPT 3

char *folder_temporary(struct failure *failure)
{
    const char *base = getenv("TMPDIR");
    char *path = NULL;
    if (asprintf(&path, "%s/iolab-XXXXXX", base && *base ? base : "/tmp") < 0)
        return NULL;
    /* Servers of root run as a user of their own, and must find their folder in it. */
    if (mkdtemp(path) && chmod(path, 0711) == 0)
        return path;
    failure_errno(failure, STATUS_MACHINE,
                  "cannot make a temporary folder %s (set TMPDIR to one with room)", path);
    free(path);
    return NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)where;
    if (type == FTW_DNR || (type == FTW_DP && !(status->st_mode & S_IWUSR)))
        chmod(path, 0700);
    remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A folder that another grading is filling is locked, and stays. */
static void remove_unless_locked(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0)
        folder_remove(path);
    if (folder >= 0)
        close(folder);
}

static void remove_old(const char *runs)
{
    char pattern[PATH_MAX + 2];
    snprintf(pattern, sizeof pattern, "%s/*", runs);
    glob_t found = {0};
    glob(pattern, GLOB_ONLYDIR, NULL, &found); /* sorted; names begin with the time */
    for (size_t i = 0; i + KEPT < found.gl_pathc; i++)
        remove_unless_locked(found.gl_pathv[i]);
    globfree(&found);
}

static void make_named(char *path, size_t size, const char *runs)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(path, size, "%s/%010lld.%09ld-%d", runs, (long long)now.tv_sec, now.tv_nsec,
             (int)getpid());
}

/* Who makes a folder, or removes old ones, is alone: a new one is not locked for a moment. */
static int make_locked(const char *runs, char *path, size_t size)
{
    int alone = open(runs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (alone >= 0)
        flock(alone, LOCK_EX);
    remove_old(runs);
    make_named(path, size, runs);
    int made = mkdir(path, 0700);
    int error = errno;
    int lock = made < 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock >= 0)
        flock(lock, LOCK_SH); /* held until this process ends */
    if (alone >= 0)
        close(alone);
    errno = error;
    return made;
}

char *folder_recordings(const char *lab, struct failure *failure)
{
    char *base = score_folder(lab, failure);
    if (!base)
        return NULL;
    char runs[PATH_MAX], path[PATH_MAX + 64];
    snprintf(runs, sizeof runs, "%s/runs", base);
    free(base);
    mkdir(runs, 0700);
    if (make_locked(runs, path, sizeof path) < 0) {
        failure_errno(failure, STATUS_MACHINE, "cannot keep recordings in %s", path);
        return NULL;
    }
    return strdup(path);
}

char *folder_wanted(const char *path, struct failure *failure)
{
    mkdir(path, 0755); /* it may be there */
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool usable = folder >= 0 && access(path, W_OK | X_OK) == 0;
    if (!usable)
        failure_errno(failure, STATUS_USAGE, "cannot keep recordings in %s", path);
    if (folder >= 0)
        close(folder);
    return usable ? strdup(path) : NULL;
}
