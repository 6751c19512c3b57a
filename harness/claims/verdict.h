/*
 * Verdicts on claims: from the figures of several rounds and the bounds of a claim to an outcome.
 * Machines are noisy: where a bound runs through the middle half of the rounds, or near the
 * median, the outcome is uncertain, and both sides are named.
 */
#ifndef IOLAB_VERDICT_H
#define IOLAB_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "claims/claim.h"

/* Outcome, name in files, words for people. */
#define OUTCOMES(X)                                                                            \
    X(OUTCOME_HOLDS, "holds", "holds")                                                         \
    X(OUTCOME_IN_PART, "in_part", "holds in part")                                             \
    X(OUTCOME_FAILS, "does_not_hold", "does not hold")                                         \
    X(OUTCOME_UNCERTAIN, "uncertain", "uncertain")                                             \
    X(OUTCOME_UNTESTED, "not_testable", "not testable")                                        \
    X(OUTCOME_STOPPED, "not_measured", "not measured")

enum outcome {
#define X(outcome, name, words) outcome,
    OUTCOMES(X)
#undef X
        OUTCOME_COUNT
};

const char *outcome_name(enum outcome outcome);
const char *outcome_words(enum outcome outcome);

/* Of the rounds. Quartiles are interpolated between rounds. */
struct middle {
    double median, lower, upper;
    size_t rounds;
};

/* Those that are NAN do not count; without any all are NAN. At most EXPERIMENT_ROUNDS_MOST. */
struct middle middle_of(const double *values, size_t count);

#define VERDICT_WHY   sizeof((struct failure *)0)->text
#define VERDICT_NEAR  0.05 /* of a bound: a median so near decides nothing */
#define VERDICT_LEAST 3    /* rounds, unless the figure is exact */

struct verdict {
    enum outcome outcome;
    char why[VERDICT_WHY]; /* of an outcome that is uncertain or no outcome; "" */
};

/* `exact`: of a figure without noise. There is at least one round. */
struct verdict verdict_of(const struct claim *claim, struct middle middle, bool exact);

#endif
