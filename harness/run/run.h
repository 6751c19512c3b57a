/*
 * One check, run: the only place that knows all producers. A worker process of its own isolates
 * itself, starts the server, attaches the tracer, lets the clients play the script, ends the
 * server, and leaves a recording behind. The caller, which has done none of this, reads the
 * recording; a worker that dies leaves what it had written.
 */
#ifndef IOLAB_RUN_H
#define IOLAB_RUN_H

#include <sys/types.h>

#include "base/failure.h"
#include "scenario/scenario.h"

struct run_spec {
    const struct manifest *manifest;
    struct scenario *scenario; /* loaded; the worker plays its own copy */
    size_t index;              /* of the check in it */
    const char *program;       /* built server, or built driver of the check */
    const char *source;        /* for the header, as people know it */
    const char *recording;     /* path to write */
    const char *folder; /* the server works here: private, writable; the caller removes it */
    uint64_t seed;
    double time_scale;
    bool watch;                /* with the tracer, if this machine lets us */
    bool sanitized;            /* the program is the sanitizer's build */
    const char *sanitizer_log; /* path prefix of its reports; NULL */
    bool boxed;                /* the server runs in a box of bubblewrap */
    bool alone;                /* in locked memory: see server/locked_memory.h */
};

/* How a run ended, as the worker's exit status. What happened stands in the recording. */
enum run_end {
    RUN_PLAYED = 0, /* the script was played to an end, good or bad; see the CHECK event */
    RUN_BROKEN = 3, /* this machine or the lab could not do it; a NOTE event says why */
};

/* Seconds that this check may take, scaled: its own, or its lab's. */
double run_seconds(const struct run_spec *spec);

/*
 * Forks a worker that runs the check. Its pid, or -1 with errno. It dies with the caller;
 * SIGTERM makes it end at once, the server with it. The caller must have one thread only.
 */
pid_t run_spawn(const struct run_spec *spec);

#endif
