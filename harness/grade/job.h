/*
 * Jobs: programs to build and checks to run, each in a process of its own, as many side by side
 * as asked for. A check waits for its program.
 */
#ifndef IOLAB_JOB_H
#define IOLAB_JOB_H

#include <signal.h>

#include "run/run.h"
#include "server/server.h"

/* A program: the server, a driver linked with it, or either with sanitizers. */
struct program {
    char *path;         /* where it is made */
    char *messages;     /* file that holds what the compiler said */
    const char *driver; /* NULL: the server itself */
    bool sanitize;
    enum { PROGRAM_WAITING, PROGRAM_BUILT, PROGRAM_WRONG, PROGRAM_BROKEN } state;
};

struct job {
    struct program *program;
    struct program *needs; /* must be built before this starts; NULL: nothing */
    bool build;            /* makes the program; else runs `spec` with it */
    struct build_spec compile;
    struct run_spec spec;
    char *recording, *folder, *sanitizer_log; /* owned; those of spec */
    enum { JOB_WAITING, JOB_RUNNING, JOB_DONE } state;
    pid_t pid;
    int descriptor;   /* pidfd */
    int64_t started;  /* ns */
    int64_t deadline; /* ns; then it is killed */
    int64_t duration; /* ns, when done */
    double seconds;   /* it may take at most */
    int status;       /* wait status, when done */
    bool late;        /* it was killed at its deadline */
    bool again;       /* what it did counts for nothing: see job_done_fn */
    bool overtime;    /* the time for all jobs was over before it was done */
};

/* Called when a job is done; may change programs' states, and ask for this job once more (`again`,
   with another spec). */
typedef void job_done_fn(void *context, struct job *job);

/*
 * Blocks SIGINT, SIGTERM and SIGHUP: from here on they wait for jobs_run, and nothing that was
 * made for a grading is left behind. `before` gets the mask as it was, for children and the end.
 */
void jobs_hold_signals(sigset_t *before);

/*
 * Runs all jobs, in their order, at most `parallel` at a time, with signals held. A job that
 * needs a program that is WRONG or BROKEN is done at once, with status -1. After `seconds` (0: no
 * limit) all that are not done are ended, with `overtime`. On a signal all running jobs are ended
 * and the signal's number is returned; else 0.
 */
int jobs_run(struct job *jobs, size_t count, int parallel, double seconds,
             const sigset_t *before, job_done_fn *done, void *context);

#endif
