/*
 * One check, run: the only place that knows all producers. A worker process of its own isolates
 * itself, starts the server, attaches the tracer, lets the clients play the script, ends the
 * server, and leaves a recording behind. The caller, which has done none of this, reads the
 * recording; a worker that dies leaves what it had written.
 */
#ifndef IOLAB_RUN_H
#define IOLAB_RUN_H

#include "base/failure.h"
#include "scenario/scenario.h"

struct run_spec {
    const struct manifest *manifest;
    const struct check *check;
    const char *program;   /* built server, or built driver of the check */
    const char *source;    /* for the header, as people know it */
    const char *recording; /* path to write */
    uint64_t seed;
    double time_scale;
    bool watch;                /* with the tracer, if this machine lets us */
    bool sanitized;            /* the program is the sanitizer's build */
    const char *sanitizer_log; /* path prefix of its reports; NULL */
};

/* How a run ended, as the worker's exit status. What happened stands in the recording. */
enum run_end {
    RUN_PLAYED = 0, /* the script was played to an end, good or bad; see the CHECK event */
    RUN_BROKEN = 3, /* this machine or the lab could not do it; a NOTE event says why */
};

/* In the worker: runs the check. */
enum run_end run_check(const struct run_spec *spec);

/* Forks a worker. Its pid, or -1. It dies with the caller. */
int run_spawn(const struct run_spec *spec);

#endif
