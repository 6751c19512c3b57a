/* What the tracer does at each stop of a thread. Each ends with the thread going on, but for
   those that are to stand still. */
#ifndef IOLAB_TRACE_STOP_H
#define IOLAB_TRACE_STOP_H

#include "trace/watch.h"

/* One result of waitpid(-1, …): a stop or an end. */
void stop_handle(struct trace *trace, pid_t tid, int status);

/* Lets go all threads that stand still. */
void stop_release(struct trace *trace);

/* Goes on; `signal` is delivered, 0: none. A thread within a call stops again behind it. */
void stop_resume(struct thread *thread, int signal);

#endif
