/*
 * The box: bubblewrap around a stranger's program and around the compiler of a stranger's file.
 * In it the system is read-only, and there is nothing of the course but the one program (or the
 * one folder of sources); /tmp and /dev/shm are its own and limited, a seccomp filter takes away
 * what no lab needs (other namespaces, rings, keys, tracing others, other socket families).
 *
 * A server in the box has no process of bubblewrap's around it: bubblewrap makes the mount
 * namespace and the server's child moves in, so that signals, limits, counts and the tracer meet
 * the server itself.
 *
 * Interface: box_available; box_make, box_enter (in the child), box_free for a server;
 *            box_wrap for a command; box_room_open, box_room_close for its folder.
 */
#ifndef IOLAB_BOX_H
#define IOLAB_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/failure.h"

/* What memory the processes in a box may have together, resident. */
#define BOX_MEMORY ((int64_t)1 << 30)

struct box_spec {
    const char *folder;          /* may be written */
    const char *directory;       /* to work in, absolute; NULL: the folder */
    const char *const *readable; /* further files and folders, under their own names; NULL */
    bool io_uring;               /* the lab needs rings */
    bool own_processes; /* bubblewrap makes the process, network and IPC namespaces too */
};

struct box;

/* Can a box be made here? Tried once, in a child. Else `why` says what is missing. */
bool box_available(char *why, size_t size);

/* NULL with a failure. Everything is allocated here, so that the child need not. */
struct box *box_make(const struct box_spec *spec, struct failure *failure);
void box_free(struct box *box);

/* In the child, async-signal-safe: the calling process moves in. 0 or errno; `step` says what
   failed. With `user` namespaces the mounts belong to one of bubblewrap's, which is entered too. */
int box_enter(const struct box *box, const char **step);

/* In the child, last: the seccomp filter. 0 or errno. */
int box_filter(const struct box *box);

/* argv of a command in the box: bubblewrap's words, then `command`'s. Borrows both. NULL without
   memory; the caller frees the list. The filter comes through descriptor BOX_FILTER_PLACE. */
enum { BOX_FILTER_PLACE = 3 };
char **box_wrap(const struct box *box, char *const *command);

/* A descriptor that holds the filter's program, for BOX_FILTER_PLACE. -1 with errno. */
int box_filter_file(const struct box *box);

/*
 * Room: the folder of a run becomes a file system in memory of its own, with limits on bytes and
 * files, in a mount namespace of the caller. At the end what is worth keeping is copied out:
 * plain files whose names begin with `prefix`.
 */
struct box_room {
    int outside; /* the folder as it was */
    char path[4096];
};
int box_room_open(struct box_room *room, const char *folder, struct failure *failure);
void box_room_close(struct box_room *room, const char *prefix);

#endif
