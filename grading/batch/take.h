/* Submissions into DIR/submissions: what intake finds, one at a time, by rename. */
#ifndef IOLAB_BATCH_TAKE_H
#define IOLAB_BATCH_TAKE_H

#include "grading/batch/plan.h"
#include "grading/intake/intake.h"

struct batch_intake {
    struct intake *intake;
    char **files;                  /* what the lab asks for */
    struct intake_options options; /* the intake goes on to read them */
};

/* -1 with a failure. batch_intake_close in any case. */
int batch_intake_open(struct batch *batch, struct batch_intake *intake,
                      struct failure *failure);
void batch_intake_close(struct batch_intake *intake);

/* Takes one: fills `task`, tells the book. 1: done; 0: this machine could not take it, which was
   told; -1 with a failure of DIR itself. */
int batch_take(struct batch *batch, struct intake *intake, size_t index,
               struct batch_task *task, struct failure *failure);

/* What lies in submissions/KEY is not what it should be: the next run takes it anew. */
void batch_take_anew(const char *key);

#endif
