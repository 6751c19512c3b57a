/* The stops before and after a system call. */
#ifndef IOLAB_TRACE_ENTER_H
#define IOLAB_TRACE_ENTER_H

#include "trace/watch.h"

void enter_stop(struct trace *trace, struct thread *thread, int64_t time);
void leave_stop(struct trace *trace, struct thread *thread, int64_t time);

/* A call that was broken off comes back after all: before a handler runs (`signal`), or (0)
   because the thread goes on with something else. */
void leave_broken_off(struct trace *trace, struct thread *thread, int signal, int64_t time);

#endif
