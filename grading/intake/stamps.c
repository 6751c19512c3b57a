/* See stamps.h. */
#include "grading/intake/stamps.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

struct stamps {
    char *path;
    time_t time;
    bool own; /* given by the archive */
    UT_hash_handle hh;
};

static struct stamps *find_or_add(struct stamps **stamps, const char *path, size_t size)
{
    struct stamps *stamp = NULL;
    HASH_FIND(hh, *stamps, path, size, stamp);
    if (stamp || !(stamp = calloc(1, sizeof *stamp)))
        return stamp;
    stamp->path = strndup(path, size);
    if (!stamp->path) {
        free(stamp);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, *stamps, stamp->path, size, stamp);
    return stamp;
}

int stamps_add(struct stamps **stamps, const char *path, bool folder, time_t time)
{
    struct stamps *stamp = find_or_add(stamps, path, strlen(path));
    if (!stamp)
        return -1;
    stamp->own = true;
    stamp->time = time;
    for (const char *end = strchr(path, '/'); end && !folder; end = strchr(end + 1, '/')) {
        stamp = find_or_add(stamps, path, (size_t)(end - path));
        if (!stamp)
            return -1;
        if (!stamp->own && time > stamp->time)
            stamp->time = time;
    }
    return 0;
}

void stamps_set(struct stamps *stamps, int top)
{
    for (const struct stamps *stamp = stamps; stamp; stamp = stamp->hh.next) {
        struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = stamp->time}};
        utimensat(top, stamp->path, times, AT_SYMLINK_NOFOLLOW);
    }
}

void stamps_free(struct stamps *stamps)
{
    struct stamps *stamp, *next;
    HASH_ITER(hh, stamps, stamp, next)
    {
        HASH_DEL(stamps, stamp);
        free(stamp->path);
        free(stamp);
    }
}
