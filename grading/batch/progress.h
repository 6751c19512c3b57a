/*
 * One line on a terminal (standard error) that is drawn over: done and all, what is left in time,
 * what could not be graded, who is being graded. Without a terminal nothing is written.
 */
#ifndef IOLAB_BATCH_PROGRESS_H
#define IOLAB_BATCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "grading/batch/plan.h"

struct batch_progress {
    size_t total, done; /* submissions */
    size_t troubled;    /* attempts that this machine failed */
    int jobs;           /* side by side; 0: not known */
    double *seconds;    /* of each final attempt of this run; `done` of them */
    int64_t drawn;      /* ns */
};

int batch_progress_open(struct batch_progress *progress, size_t total, struct failure *failure);
void batch_progress_close(struct batch_progress *progress);

/* A task's attempt has come to its end. */
void batch_progress_end(struct batch_progress *progress, const struct batch_task *task);

/* Median seconds of final attempts; 0 when there is none. */
double batch_progress_median(const struct batch_progress *progress);

/* Draws, not more often than the eye sees. `running`: those that are being graded. */
void batch_progress_draw(struct batch_progress *progress, struct batch_task *const *running,
                         size_t count);

/* "taking submissions 12 of 300". */
void batch_progress_note(const char *what, size_t done, size_t total);

/* Takes the line away, before anything else is written. */
void batch_progress_clear(void);

/* Is there a terminal, so that it is worth to wake up and draw? */
bool batch_progress_shown(void);

#endif
