/*
 * Which descriptor is what: a table as the kernel's, shared by the threads of a process, copied
 * at fork. It learns from the calls it sees, and is not complete: a descriptor that it does not
 * know (inherited, received over a socket) is asked once, through a copy; see ready.h.
 *
 * A connection is open as long as any table knows a descriptor for it. OPEN and CLOSE events
 * are written from here.
 */
#ifndef IOLAB_TRACE_DESCRIPTOR_H
#define IOLAB_TRACE_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

enum descriptor_kind {
    KIND_UNKNOWN,
    KIND_FILE, /* regular file, directory, device */
    KIND_PIPE,
    KIND_SOCKET, /* not connected, or of no connection (datagrams) */
    KIND_LISTENER,
    KIND_CONNECTION,
    KIND_SIGNALS, /* signalfd */
    KIND_OTHER,   /* epoll, eventfd, timerfd, … */
};

/* What an epoll descriptor was told: which descriptor stands behind each `data`. */
struct interest {
    struct interest_entry *entries; /* a hash by data */
    int holders;
    int signals; /* the signalfd that was added last; -1: none */
};

struct slot {
    enum descriptor_kind kind;
    int connection;            /* KIND_CONNECTION: its number; else 0 */
    uint64_t serial;           /* no other opened descriptor has the same */
    struct interest *interest; /* of an epoll; NULL: told nothing so far */
    struct ring *ring;         /* of an io_uring */
    bool closing;              /* a thread is inside close(): the number may be another's now */
    bool nonblocking;          /* O_NONBLOCK, as it was asked */
    uint64_t asked;            /* when: trace.modes at that moment; 0: never */
};

struct descriptors {
    struct slot *slots;
    int count;
    int holders; /* threads */
};

/* How many slots, over all tables, each connection has. */
struct connections {
    int *holders;
    int count;
    uint64_t serials;
};

struct trace;
struct thread;
struct ring;

struct descriptors *descriptors_new(void);
struct descriptors *descriptors_share(struct descriptors *table);
struct descriptors *descriptors_copy(struct trace *trace, const struct descriptors *table);
/* The thread lets go of its table; the last one closes all that is in it. */
void descriptors_leave(struct trace *trace, struct thread *thread, int64_t time);

/* What is known of `fd`, or NULL. Stands until the table is changed. */
struct slot *descriptor_find(const struct descriptors *table, int fd);

/* `fd` is now this; whatever it was is closed. `peer` is the detail of an OPEN event. NULL when
   `fd` is out of all bounds or memory ran out. */
struct slot *descriptor_set(struct trace *trace, struct thread *thread, int fd,
                            enum descriptor_kind kind, int connection, const char *peer,
                            int64_t time);
void descriptor_duplicate(struct trace *trace, struct thread *thread, int from, int to,
                          int64_t time);
void descriptor_close(struct trace *trace, struct thread *thread, int fd, int64_t time);

/*
 * The direct descriptors of a ring: places in a table of its own. Their OPEN and CLOSE events
 * have no fd.
 */
struct slot *direct_set(struct trace *trace, struct thread *thread, struct descriptors *table,
                        int index, enum descriptor_kind kind, int connection, const char *peer,
                        int64_t time);
void direct_share(struct trace *trace, struct descriptors *table, int index,
                  const struct slot *slot);
/* NULL is well. */
void direct_close(struct trace *trace, const struct thread *thread, struct descriptors *table,
                  int index, int64_t time);
void direct_free(struct trace *trace, const struct thread *thread, struct descriptors *table,
                 int64_t time);

/* The epoll at `slot` was told that `data` stands for `fd`; and which one that is, or -1. */
void interest_set(struct slot *slot, uint64_t data, int fd);
int interest_find(const struct slot *slot, uint64_t data);
/* One holder less; the last one frees it. NULL is well. */
void interest_leave(struct interest *interest);

#endif
