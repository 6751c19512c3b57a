/*
 * Series: a measurement's rounds. Claims that measure alike share one; series whose ratio some
 * claim wants are of one batch, which is played round by round.
 */
#ifndef IOLAB_SERIES_H
#define IOLAB_SERIES_H

#include "claims/claim.h"

struct series {
    const struct measurement *measurement;
    size_t batch;
    struct sample samples[EXPERIMENT_ROUNDS_MOST];
    int rounds;                                     /* that were played */
    char failed[sizeof((struct failure *)0)->text]; /* why none can be; "" */
};

struct plan {
    struct series *series;
    size_t count;
};

/* What the chosen claims need. -1 with a failure when memory ran out; plan_free in any case. */
int plan_make(struct plan *plan, const struct claims *claims, const char *only,
              struct failure *failure);
void plan_free(struct plan *plan);

/* The series of a measurement; NULL for none. */
struct series *plan_find(const struct plan *plan, const struct measurement *measurement);

#endif
