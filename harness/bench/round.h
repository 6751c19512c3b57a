/*
 * One round: a server is started in namespaces of its own, loaded and measured for a few seconds,
 * and ended. In a process of its own, so that a round leaves nothing to the next one. A server that
 * runs already is only loaded: what it costs cannot be said.
 */
#ifndef IOLAB_BENCH_ROUND_H
#define IOLAB_BENCH_ROUND_H

#include "base/failure.h"
#include "bench/figures.h"
#include "bench/subject.h"
#include "load/load.h"

struct round_spec {
    const struct subject *subject;
    const char *folder;    /* it works here: private, writable */
    const char *histogram; /* file for the latencies as .hgrm; NULL: none */
    bool progress;         /* a line about it on standard error, each second */
    bool watched; /* under the tracer, with few messages: only calls and wake-ups count */
    struct load_spec load;  /* address and port are not used */
    const atomic_int *stop; /* ends the load, set by a handler of SIGINT; NULL: never */
};

struct round_result {
    double figures[FIGURE_COUNT];
    char doubt[sizeof((struct load_result *)0)->doubt]; /* why not to rely on them; "" */
};

/* -1 with a failure: the server did not start, or the load could not begin. */
int round_run(const struct round_spec *spec, struct round_result *result,
              struct failure *failure);

#endif
