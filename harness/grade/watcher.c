/* Watching files for changes. See watcher.h. */
#include "grade/watcher.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* What tells one state of a file from another; all zero when it does not exist. */
struct stamp {
    struct timespec time;
    off_t size;
    ino_t inode;
};

struct watcher {
    char folder[PATH_MAX];
    char *const *files;
    size_t count;
    struct stamp *stamps;
    int descriptor;
};

static struct stamp look(const struct watcher *watcher, size_t index)
{
    char path[2 * PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", watcher->folder, watcher->files[index]);
    if (stat(path, &status) < 0)
        return (struct stamp){0};
    return (struct stamp){status.st_mtim, status.st_size, status.st_ino};
}

static bool same(const struct stamp *one, const struct stamp *other)
{
    return one->time.tv_sec == other->time.tv_sec && one->time.tv_nsec == other->time.tv_nsec &&
           one->size == other->size && one->inode == other->inode;
}

struct watcher *watcher_open(const char *folder, char *const *files, struct failure *failure)
{
    struct watcher *watcher = calloc(1, sizeof *watcher);
    size_t count = 0;
    while (files[count])
        count++;
    struct stamp *stamps = calloc(count + 1, sizeof *stamps); /* never none of them */
    if (!watcher || !stamps) {
        free(watcher);
        free(stamps);
        failure_set(failure, STATUS_MACHINE, "no memory");
        return NULL;
    }
    snprintf(watcher->folder, sizeof watcher->folder, "%s", folder);
    watcher->files = files;
    watcher->count = count;
    watcher->stamps = stamps;
    /* The folder, not the file: editors write a new file and rename it over the old one. */
    watcher->descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watcher->descriptor >= 0 &&
        inotify_add_watch(watcher->descriptor, folder,
                          IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE) < 0) {
        close(watcher->descriptor);
        watcher->descriptor = -1;
    }
    watcher_changed(watcher);
    return watcher;
}

int watcher_descriptor(const struct watcher *watcher)
{
    return watcher->descriptor;
}

bool watcher_changed(struct watcher *watcher)
{
    char events[4096];
    while (watcher->descriptor >= 0 && read(watcher->descriptor, events, sizeof events) > 0)
        ;
    bool changed = false;
    for (size_t i = 0; i < watcher->count; i++) {
        struct stamp now = look(watcher, i);
        changed |= !same(&now, &watcher->stamps[i]) && now.inode;
        watcher->stamps[i] = now;
    }
    return changed;
}

void watcher_close(struct watcher *watcher)
{
    if (watcher->descriptor >= 0)
        close(watcher->descriptor);
    free(watcher->stamps);
    free(watcher);
}
