/*
 * Experiments: what a claim can be tested by. Each gives a figure for a round; a claim names one
 * (or two, whose ratio counts) with parameters. An experiment has several ways: `wait` for a
 * descriptor by select, poll or epoll.
 *
 * A new experiment: a file in probes/ that defines a struct experiment, and its line in
 * experiment.c.
 */
#ifndef IOLAB_EXPERIMENT_H
#define IOLAB_EXPERIMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "bench/subject.h"
#include "scenario/keys.h"

#define EXPERIMENT_FIGURES_MOST 32
#define EXPERIMENT_ROUNDS_MOST  9
#define EXPERIMENT_DOUBT        400

/* Those that an experiment has no key for are 0. */
struct parameters {
    char *way;                                    /* a name in the experiment's ways */
    char *server;                                 /* "05": a reference server, or a peer */
    int64_t count;                                /* of what is made or done */
    int64_t size;                                 /* MiB of a file, bytes of a message */
    int64_t connections, idle, pipeline, threads; /* see load.h; idle: also descriptors */
    int64_t from;                                 /* the least number of a descriptor */
    int64_t rate;                                 /* messages a second; 0: closed loop */
    double seconds;
};

/* What one round found. */
struct sample {
    double values[EXPERIMENT_FIGURES_MOST]; /* NAN: not measured */
    char doubt[EXPERIMENT_DOUBT];           /* why not to rely on them; "" */
    bool sound[EXPERIMENT_FIGURES_MOST];    /* those that the doubt does not concern */
};

struct way {
    const char *name;
    const char *unit;  /* "us"; "": a bare number; "yes": 1 is yes, 0 is no */
    const char *about; /* what is done and what the figure is, for readers */
    /* One round. -1 with a failure: this machine does not allow it. NULL: the experiment's run
       fills values of all ways at once. */
    int (*run)(const struct parameters *parameters, double *value, struct failure *failure);
};

struct experiment {
    const char *name;
    const struct key *keys; /* of struct parameters */
    const struct way *ways; /* the last one has no name */
    struct parameters usual;
    int rounds;
    bool exact; /* a fact or a limit: one round says all */
    /* For ways without a run. `values` by the number of the way. */
    int (*run)(const struct parameters *parameters, const struct subjects *subjects,
               struct sample *sample, struct failure *failure);
    /* Before the first round, in the caller's process: builds what the rounds need. NULL: nothing.
     */
    int (*prepare)(const struct parameters *parameters, struct subjects *subjects,
                   struct failure *failure);
};

/* All of them; the last is NULL. */
extern const struct experiment *const experiments[];

/* NULL: there is none. */
const struct experiment *experiment_find(const char *name);
const struct way *experiment_way(const struct experiment *experiment, const char *name);

/* Reads a whole number that is not 0. */
key_read experiment_positive;

#define EXPERIMENT_KEY(read, field)                                                            \
    {                                                                                          \
#field, read, offsetof(struct parameters, field)                                       \
    }
#define EXPERIMENT_BY                                                                          \
    {                                                                                          \
        "by", key_text, offsetof(struct parameters, way)                                       \
    }
#define EXPERIMENT_KEYS_END                                                                    \
    {                                                                                          \
        NULL, NULL, 0                                                                          \
    }

#endif
