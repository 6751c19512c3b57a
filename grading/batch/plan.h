/*
 * What is to be done: every submission taken into DIR and known to the book; to be graded are
 * those that have no final attempt of these files by this course, and those that were asked for.
 */
#ifndef IOLAB_BATCH_PLAN_H
#define IOLAB_BATCH_PLAN_H

#include "grading/batch/batch.h"

/* One submission. */
struct batch_task {
    char *key, *name, *files;
    char *refused; /* why nothing in it can be graded; NULL */
    time_t submitted;
    bool had; /* it has a final attempt of these files by this course */
    bool todo;
    int attempt;         /* number of the attempt that is being made */
    int64_t started;     /* ns */
    bool final;          /* this run has brought a final attempt, */
    double seconds;      /* which took so long, */
    bool full, official; /* earned all points; counts as official */
};

struct batch_plan {
    struct batch_task *tasks; /* in the order of the intake */
    size_t count, todo;
};

/* Takes all submissions into DIR/submissions. One that this machine cannot take is told and
   counted in batch->lost; -1 with a failure when none can be. Ends early on a signal. */
int batch_plan_make(struct batch *batch, struct batch_plan *plan, struct failure *failure);
void batch_plan_print(const struct batch_plan *plan);
void batch_plan_free(struct batch_plan *plan);

#endif
