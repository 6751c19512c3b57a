/* A round under the tracer: how many system calls and wake-ups a message costs. */
#ifndef IOLAB_BENCH_WATCHING_H
#define IOLAB_BENCH_WATCHING_H

#include <stdint.h>
#include <sys/types.h>

#include "load/load.h"

struct watching;

/* Its recording goes into `folder`. NULL with a failure. Free with watching_free. */
struct watching *watching_make(const char *folder, struct failure *failure);
void watching_free(struct watching *watching);

/* For server_spec.before_exec; the context is the struct watching. */
int watching_before_exec(void *watching);

/* Attaches to a server that stands at its gate. -1 with a failure: tracing is not allowed here. */
int watching_attach(struct watching *watching, pid_t pid, struct failure *failure);

/* When the server has been ended. */
void watching_end(struct watching *watching);

/*
 * From the recording: system calls entered, and times that a thread slept in one until a peer
 * acted, while the load spoke, for each message that was answered. NAN when there was none. -1 with
 * a failure: the recording cannot be read.
 */
int watching_count(const struct watching *watching, const struct load_result *load,
                   double *calls, double *wakeups, struct failure *failure);

#endif
