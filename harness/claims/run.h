/*
 * All claims, tested one after the other. What two claims measure alike is measured once; what is
 * compared is measured in turns, round by round, so that what the machine does meanwhile meets
 * both sides.
 */
#ifndef IOLAB_CLAIMS_RUN_H
#define IOLAB_CLAIMS_RUN_H

#include <stdatomic.h>

#include "claims/verdict.h"

struct result {
    const struct claim *claim;
    double values[EXPERIMENT_ROUNDS_MOST]; /* of each round; NAN: not measured */
    size_t rounds;
    struct middle middle;
    struct verdict verdict;
};

struct results {
    struct result *items; /* in the order of the table */
    size_t count;
};

struct claims_run {
    const struct claims *claims;
    const char *only; /* see claim_chosen */
    bool progress;    /* the round that is played, on one line of standard error */
    /* Called with each result as soon as it is there. NULL: nobody. */
    void (*told)(const struct result *result, void *context);
    void *context;
};

/* Tests them until `*stop`. -1 with a failure when memory ran out; results_free in any case. */
int claims_test(const struct claims_run *run, const atomic_int *stop, struct results *results,
                struct failure *failure);
void results_free(struct results *results);

/* How many have this outcome. */
size_t results_with(const struct results *results, enum outcome outcome);

#endif
