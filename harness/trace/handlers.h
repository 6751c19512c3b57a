/*
 * Signal handlers, followed instruction by instruction: which functions do they call that are
 * not async-signal-safe? Nothing in the program is changed; the thread that runs a handler is
 * single-stepped (ptrace(2)) from the handler's first instruction until it returns, or until
 * siglongjmp leaves it. Where the instruction pointer is at the first instruction of a function
 * of functions.h, an EVENT_HANDLER is written, once a function and run of the handler; what that
 * function calls in turn is its own affair.
 *
 * A handler that takes too many instructions goes on unwatched, with a NOTE. A program that
 * handles SIGTRAP itself cannot be followed.
 */
#ifndef IOLAB_TRACE_HANDLERS_H
#define IOLAB_TRACE_HANDLERS_H

#include "trace/watch.h"

/* A signal with a handler is about to be delivered; `number` is that of its SIGNAL event. */
void handlers_enter(struct trace *trace, struct thread *thread, int signal, uint64_t number);

/* Is the thread followed at this time? Then it goes on by single steps. */
bool handlers_running(const struct thread *thread);

/* A stop for SIGTRAP: true when it was one of our steps, and the thread goes on. */
bool handlers_step(struct trace *trace, struct thread *thread, int64_t time);

/* The thread is gone, or has become another program. */
void handlers_forget(struct thread *thread);

#endif
