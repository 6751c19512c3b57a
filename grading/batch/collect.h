/*
 * Results into the book, each exactly once. A result is a file pending/results/KEY.N.json that is
 * whole or not there; it moves to results/KEY/N.json, never over another one, and is added to the
 * book. What a killed run left at any point between is brought in by the next one.
 */
#ifndef IOLAB_BATCH_COLLECT_H
#define IOLAB_BATCH_COLLECT_H

#include "grading/batch/plan.h"

#define BATCH_RESULTS                                                                          \
    "pending/results"             /* where `iolab submission` leaves results, as KEY.N.json */
#define BATCH_SAID "pending/said" /* what it said, as KEY.N */

/* At the start: what lies there of earlier runs. -1 with a failure. */
int batch_collect_left(struct batch *batch, struct failure *failure);

/* Sets task->attempt to the number of the next attempt. */
int batch_collect_number(struct batch *batch, struct batch_task *task, struct failure *failure);

/* Brings in the result of the task's attempt; without one that can be used, an attempt that this
   machine failed (`why`: what is known of it, for people) is recorded instead. Fills task->final,
   seconds, full, official. -1 with a failure when DIR cannot take it. */
int batch_collect(struct batch *batch, struct batch_task *task, const char *why,
                  struct failure *failure);

/* Records the refusal of a submission in which there is nothing to grade. */
int batch_collect_refusal(struct batch *batch, struct batch_task *task,
                          struct failure *failure);

#endif
