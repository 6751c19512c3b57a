/*
 * Grading what is to be done, in rounds: what this machine failed is graded again, the last time
 * one at a time with nothing beside it.
 */
#ifndef IOLAB_BATCH_ROUNDS_H
#define IOLAB_BATCH_ROUNDS_H

#include "grading/batch/plan.h"

struct batch_summary {
    size_t graded, refused; /* in this run */
    size_t full;            /* of the graded ones: with all points */
    size_t left;            /* not graded: interrupted, or this machine could not */
    size_t unofficial;
    double median; /* seconds of a submission; 0: none */
};

/* -1 with a failure when nothing can go on (DIR is full…); what was graded is kept. */
int batch_grade(struct batch *batch, struct batch_plan *plan, struct batch_summary *summary,
                struct failure *failure);

/* May marks be official here? -1 with a failure that says what is missing. */
int batch_may_grade(const struct batch *batch, struct failure *failure);

#endif
