/* Faults: calls that are made to fail, or to move fewer bytes, at the stop before them. */
#ifndef IOLAB_TRACE_FAULT_H
#define IOLAB_TRACE_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "trace/trace.h"

struct fault_order {
    struct trace_fault fault; /* count and after go down */
    char *call;
    bool begun;      /* late: a thread has come to its call, */
    int64_t signals; /*   and its process had handled so many */
    struct fault_order *next;
};

/* In the order in which they were asked for: the first that matches counts. */
struct fault_list {
    struct fault_order *first;
};

/* What was done to the call that a thread is in; undone when it comes back. */
struct fault_done {
    bool done;
    int error;        /* it was not made; 0: it was made shorter */
    int64_t at_most;  /* so many bytes */
    int argument;     /* this register was changed, and is put back; -1: none */
    uint64_t vectors; /* address of iovecs that were changed; 0: none */
    struct iovec *kept;
    size_t kept_count;
};

struct visit;
struct thread;

int fault_add(struct fault_list *list, const struct trace_fault *fault);
void fault_free(struct fault_list *list);

/* Takes one call off the first order that matches. False: none does, or it is to be skipped. */
bool fault_take(struct fault_list *list, const struct visit *visit, struct trace_fault *taken);

/* Before a call: does to it what was ordered. True when something was. */
bool fault_apply(struct visit *visit);
/* True: it is to be late. The thread will come to it once more, after pending signals. */
bool fault_late(struct visit *visit);
/* After it: puts registers and memory back, which the program expects unchanged. */
void fault_undo(struct thread *thread, const uint64_t *arguments);

#endif
