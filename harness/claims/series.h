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

struct batches {
    struct series *series;
    size_t count;
};

/* What the chosen claims need. -1 with a failure when memory ran out; batches_free in any case. */
int batches_make(struct batches *batches, const struct claims *claims, const char *only,
                 struct failure *failure);
void batches_free(struct batches *batches);

/* The series of a measurement; NULL for none. */
struct series *batches_find(const struct batches *batches,
                            const struct measurement *measurement);

#endif
