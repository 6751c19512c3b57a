/*
 * Which processor the tracer runs on. Tracer and program take turns at each stop: on the same
 * processor a turn is one switch, on two it is an interrupt and the waking of an idle processor,
 * which takes several times as long. So while stops come fast the tracer follows the program to
 * its processor; else it may run anywhere. The program itself is never moved.
 */
#ifndef IOLAB_TRACE_PLACEMENT_H
#define IOLAB_TRACE_PLACEMENT_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct placement {
    cpu_set_t allowed; /* as it was given to us */
    int stops;         /* since the last look */
    int64_t looked;    /* when that was */
    int processor;     /* the one that we keep to; -1: none */
};

/* For the calling thread. */
void placement_begin(struct placement *placement);

/* After a stop of `tid` was served. */
void placement_follow(struct placement *placement, pid_t tid);

#endif
