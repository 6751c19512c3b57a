/*
 * System calls, as data: what each is called, what its arguments are, how it may sleep. Each
 * family is a file with one table: sockets.c, multiplexing.c, descriptors.c, threads.c,
 * signals.c, sleeping.c, files.c, vectored.c, rings.c. To add a call: one line in its family's table,
 * and a function where its arguments need more than the traits say.
 */
#ifndef IOLAB_TRACE_CALL_H
#define IOLAB_TRACE_CALL_H

#include <stddef.h>

#include <seccomp.h>

#include "event/event.h"
#include "trace/text.h"
#include "trace/watch.h"

enum call_trait {
    CALL_FD = 1 << 0,      /* the first argument is a descriptor */
    CALL_IN = 1 << 1,      /* may sleep until input is there */
    CALL_OUT = 1 << 2,     /* may sleep until there is room */
    CALL_ASK = 1 << 3,     /* only O_NONBLOCK is asked for */
    CALL_BUFFER = 1 << 4,  /* moves bytes; arguments 1 and 2 are address and length */
    CALL_VECTOR = 1 << 5,  /* moves bytes; arguments 1 and 2 are iovecs and their count */
    CALL_MESSAGE = 1 << 6, /* moves bytes; argument 1 is a struct msghdr */
    CALL_COUNT = 1 << 7,   /* moves bytes; the result says how many */
    CALL_FILE = 1 << 8,    /* is of files only */
};
#define CALL_MOVES (CALL_BUFFER | CALL_VECTOR | CALL_MESSAGE | CALL_COUNT)

/* What becomes of a call that was entered. */
enum call_plan {
    CALL_WRITE,  /* ENTER and LEAVE */
    CALL_FOLLOW, /* nothing is written, but its result matters */
    CALL_LEAVE,  /* of no interest */
};

/* One stop, before or after a call. */
struct visit {
    struct trace *trace;
    struct thread *thread;
    const struct call *call;
    const uint64_t *arguments;
    int64_t time;
    int64_t result;    /* after the call: >= 0, or minus an errno */
    struct ring *ring; /* before io_uring_enter: whose entries it hands in; NULL: none */
    struct event event;
    struct text detail;
};

typedef enum call_plan call_enter_fn(struct visit *visit);
typedef void call_leave_fn(struct visit *visit);

struct call {
    int number;         /* negative: not on this processor */
    const char *kernel; /* the kernel's name */
    const char *name;   /* the student's */
    unsigned traits;
    int length;           /* CALL_COUNT: the argument that says how many bytes at most */
    call_enter_fn *enter; /* NULL, or: refines the event; the traits are done before */
    call_leave_fn *leave; /* NULL, or: decodes results, keeps the tables right */
};

/* clang-format off */
#define CALL(kernel_name, name, traits, ...) {SCMP_SYS(kernel_name), #kernel_name, name, traits, __VA_ARGS__}
#define CALLS_END {-1, NULL, NULL, 0, 0, NULL, NULL}
/* clang-format on */

extern const struct call calls_sockets[], calls_multiplexing[], calls_descriptors[],
    calls_threads[], calls_signals[], calls_sleeping[], calls_files[], calls_vectored[],
    calls_rings[];

/* All families, and how to find one call. call_index must have been called once before. */
extern const struct call *const call_families[];
void call_index(void);
const struct call *call_find(uint64_t number);

/* The result of a read of a signalfd, decoded; in signals.c. */
void signals_read(struct visit *visit);

#endif
