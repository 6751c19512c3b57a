/*
 * What the parts of the engine for Slurm share. A class is a list of lines (pending/slurm/tasks), one
 * a task; lines are only added, so a line means the same to every task of an array that was ever
 * submitted. Jobs are known by their name, iolab-RUN-OFFSET, which holds what is needed to find
 * a line again: RUN is drawn and kept (pending/slurm/job) before the first one is submitted, so that
 * a batch that is killed at any moment finds its arrays.
 */
#ifndef IOLAB_BATCH_SLURM_H
#define IOLAB_BATCH_SLURM_H

#include "grading/batch/engine.h"

#define SLURM_FOLDER    "pending/slurm"
#define SLURM_JOB       SLURM_FOLDER "/job"
#define SLURM_TASKS     SLURM_FOLDER "/tasks"
#define SLURM_SCRIPT    SLURM_FOLDER "/script"
#define SLURM_SAID      SLURM_FOLDER "/said" /* by scripts that came to no grading */
#define SLURM_JOBS_MOST 64                   /* arrays of a run at a time */

/* A line of the list; its number counts from 1. */
struct slurm_line {
    char *key, *submitted;   /* submitted: a time, or "-" */
    int number;              /* of the attempt */
    struct batch_task *task; /* of this round; NULL: of an earlier one, or done */
    bool queued;             /* Slurm has it, waiting or running */
    int missing;             /* looks in a row that found neither it nor its result */
    int submissions;         /* of this process */
};

struct slurm {
    struct batch *batch;
    struct batch_round *round;
    char run[17];
    struct slurm_line *lines;
    size_t count;
    size_t chunk;                /* lines that one array may have */
    char *jobs[SLURM_JOBS_MOST]; /* numbers of our arrays that Slurm has */
    size_t job_count;
};

/* slurm_list.c: the list, and the script that reads it. */
int slurm_list_open(struct slurm *slurm, struct failure *failure);
int slurm_list_renew(struct slurm *slurm, struct failure *failure); /* empty, another RUN */
int slurm_list_add(struct slurm *slurm, struct failure *failure);   /* the tasks of the round */
void slurm_list_close(struct slurm *slurm);

/* slurm_queue.c: what Slurm is asked, and told. */
int slurm_queue_limits(struct slurm *slurm, struct failure *failure);
/* Sets `queued` of each line. -1 with a failure when the controller does not answer. */
int slurm_queue_look(struct slurm *slurm, struct failure *failure);
/* Submits lines of one chunk, from `offset`: indexes as sbatch --array has them. */
int slurm_queue_submit(struct slurm *slurm, size_t offset, const char *indexes,
                       struct failure *failure);
void slurm_queue_cancel(struct slurm *slurm);

#endif
