/*
 * The rings of io_uring, read from outside: which entries a program hands to the kernel
 * (SUBMIT), and what comes back (COMPLETE).
 *
 * Interface: ring_made                                 behind io_uring_setup
 *            ring_of, ring_submit, ring_wait           before io_uring_enter
 *            ring_look                                 at every stop of a thread
 *            ring_hold / ring_leave                    one descriptor more, one less
 *
 * Both rings and the entries lie in memory that program and kernel share. It is read at stops
 * only: from the program's own mapping, or, where the kernel does not let others read that
 * (before Linux 6.10), from a mapping of a copy of the ring's descriptor. Neither mapping nor
 * copy outlives the stop: they would keep the ring, and the sockets of its requests, alive.
 *
 * What stands in that memory is the program's word, and is believed within bounds only.
 */
#ifndef IOLAB_TRACE_RING_H
#define IOLAB_TRACE_RING_H

#include <linux/io_uring.h>

#include "trace/call.h"

/* Members of io_uring.h that Debian 12's headers do not have yet. */
enum {
    RING_SETUP_NO_MMAP = 1 << 14,
    RING_SETUP_REGISTERED_FD_ONLY = 1 << 15,
    RING_SETUP_NO_SQARRAY = 1 << 16,
    RING_ENTER_ABS_TIMER = 1 << 5,
    RING_REGISTERED_MOST = 16, /* rings that one thread can register */
};

/* An entry that was handed in, until its last completion was seen. */
struct ring_request {
    uint64_t user_data;
    const struct ring_operation *operation;
    int fd, connection;
    uint64_t serial; /* of the descriptor at `fd`; 0: none, or a direct one */
    int64_t bytes;
    uint64_t address;
    uint32_t
        direct;  /* where an operation puts, or takes, a direct descriptor, from 1; 0: not */
    int from;    /* FILES_UPDATE: the first place */
    bool fixed;  /* `fd` is an index of the ring's own table */
    bool silent; /* no completion comes when it succeeds */
    struct ring_request *next; /* with the same user data, in order of submission */
    struct ring_request *last; /* of these; kept at the first of them only */
    UT_hash_handle hh;
};

struct ring {
    struct ring *next;
    int holders;             /* descriptors, and places in tables of registered rings */
    struct process *process; /* in whose memory it is mapped; NULL: that has ended */
    struct io_uring_params params;
    uint64_t rings, entries; /* where, in that memory; 0: not known */
    int searches;            /* how often that was looked for */
    uint32_t told;           /* submissions up to here were written, as the ring counts */
    uint32_t seen;           /* completions */
    struct ring_request *requests, *silent; /* hashes by user data */
    int in_flight;
    uint32_t head, there;      /* of the completion ring, at the last look: what is in it */
    uint64_t completed;        /* completions seen so far */
    uint64_t strange;          /* of these, those that belong to no entry that was seen */
    bool broken;               /* it holds what no kernel writes, and is read no more */
    struct descriptors *files; /* direct descriptors; NULL: none so far */
    struct {
        int fd;
        uint64_t serial;
    } closing[16]; /* by entries that complete in silence */
    int closings;
    uint64_t said; /* which notes were written */
};

/* Behind io_uring_setup: its ring, that has no holder yet. NULL: it cannot be read. */
struct ring *ring_made(struct visit *visit);
/* Behind a resizing of it. */
void ring_resized(struct visit *visit, struct ring *ring);
struct ring *ring_hold(struct ring *ring);
void ring_leave(struct trace *trace, const struct thread *thread, struct ring *ring,
                int64_t time);

/* The ring that io_uring_enter or io_uring_register is about. NULL: not one that is known. */
struct ring *ring_of(struct visit *visit, bool registered);

/* Before io_uring_enter, its ENTER being written: the entries that it will hand in. */
void ring_submit(struct visit *visit);
/* Before that: would it sleep, and for how long. */
void ring_wait(struct visit *visit);

/* New completions of all rings of the thread's process; with SQPOLL new entries too. */
void ring_look(struct trace *trace, struct thread *thread, int64_t time);

/* A process has ended: nobody looks into its memory any more. */
void ring_forget(struct trace *trace, const struct process *process);

/* What cannot be seen is said once for each ring: a bit of `said`. */
enum ring_note {
    RING_NOTE_POLLED,
    RING_NOTE_UNREADABLE,
    RING_NOTE_LOST,
    RING_NOTE_FULL,
    RING_NOTE_SKIPPED,
    RING_NOTE_FAULT,
};
void ring_note(struct trace *trace, struct thread *thread, struct ring *ring,
               enum ring_note note, const char *text, int64_t time);

#endif
