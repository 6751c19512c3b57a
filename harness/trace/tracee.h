/* Threads and processes that are watched. */
#ifndef IOLAB_TRACE_TRACEE_H
#define IOLAB_TRACE_TRACEE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <uthash.h>

#include "trace/descriptor.h"
#include "trace/fault.h"

struct trace;
struct call;

struct process {
    pid_t pid;
    int number;       /* small, from 1 */
    int threads;      /* that are left */
    int pidfd;        /* for copies of its descriptors; -1: not needed so far */
    bool leader_gone; /* its first thread has ended, others go on */
    bool handled[_NSIG];
    struct symbols *symbols;      /* NULL: not needed so far */
    int64_t signals;              /* that were delivered to handlers */
    uint64_t signal_flags[_NSIG]; /* sa_flags of its handlers */
};

/* What a call was at its entry; kept until it comes back. */
struct inside {
    const struct call *call; /* NULL: the thread is in no call that is followed */
    const char *name;        /* as the student calls it; NULL: the call is not written */
    uint64_t arguments[6];
    uint64_t enter;  /* number of its ENTER event */
    uint64_t serial; /* of the descriptor that it closes */
    uint64_t note;   /* the call's own: flags of clone, of a handler */
    int fd, connection;
    int restart; /* it was broken off with this errno, and may go on behind the scenes */
};

struct thread {
    pid_t tid;
    int number;              /* small, from 1, over all processes */
    struct process *process; /* NULL: stopped before its parent told of it */
    struct descriptors *descriptors;
    struct inside inside;
    struct fault_done fault;
    struct ring_changed *changed; /* what io_uring_enter finds otherwise in its memory */
    struct ring *registered[16];  /* RING_REGISTERED_MOST: known by an index, to this thread */
    int early;                 /* the signal of a stop that came before its parent told of it */
    bool begun;                /* its first stop is behind it */
    bool stopped;              /* by SIGSTOP or the like, with its whole process */
    bool dead;                 /* ended before its parent told of it */
    bool ended;                /* its end is written already */
    bool held;                 /* stands still before its first instruction */
    bool library_masks;        /* the C library has blocked all its signals for a moment */
    struct handlers *handlers; /* those that it runs; NULL: none was followed so far */
    UT_hash_handle hh;
};

struct thread *tracee_find(struct trace *trace, pid_t tid);
/* One that nothing is known of so far. NULL without memory. */
struct thread *tracee_add(struct trace *trace, pid_t tid);

/* `thread` was made by `parent`; `flags` are those of clone(2). Writes THREAD_START. */
void tracee_born(struct trace *trace, struct thread *thread, struct thread *parent,
                 uint64_t flags, int64_t time);
/* Has its parent been killed before it could tell of it? */
bool tracee_is_orphan(struct trace *trace, const struct thread *thread);
/* It is a process, and nothing is known of its parent: the first of all, or an orphan. */
void tracee_adopt(struct trace *trace, struct thread *thread, int64_t time);
/* It has ended: exit status, or minus a signal. Writes THREAD_END, once. */
void tracee_ended(struct trace *trace, struct thread *thread, int64_t result, int64_t time);
/* The same, and it is forgotten. */
void tracee_remove(struct trace *trace, struct thread *thread, int64_t result, int64_t time);
/* `thread` has called exec: it is now the only one, and bears the process's id. */
void tracee_exec(struct trace *trace, struct thread *thread, int64_t time);

/*
 * A copy of the thread's descriptor, to be closed before the program goes on: while it is
 * there, close() in the program sends no FIN and leaves its epoll sets alone. -1 and errno.
 */
int tracee_copy(struct thread *thread, int fd);

#endif
