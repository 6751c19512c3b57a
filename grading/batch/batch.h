/*
 * A class graded into one folder, DIR: what every part of this folder shares.
 *
 * Interface: batch_open, then a part at a time (take.h, plan.h, rounds.h, publish.h, actions.h),
 * batch_close. From batch_open on DIR is the working folder, so all paths in here are relative to
 * it ("results/ada/1.json"); only what other processes are told is absolute.
 */
#ifndef IOLAB_BATCH_H
#define IOLAB_BATCH_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "grading/book/book.h"
#include "grading/pages/pages.h"

#define BATCH_JOBS_MOST 256 /* side by side */

struct batch_engine;

/* What a person asked for. */
struct batch_options {
    const char *lab, *folder; /* NULL: work on what DIR holds, without grading */
    const char *out;          /* DIR */
    const char *roster, *title;
    const char *only;   /* pattern of students' keys (fnmatch); NULL: all */
    bool failed, again; /* also those that are graded: with less than full points, all */
    bool dry_run;       /* print what would be done, change nothing */
    const struct batch_engine *engine;
    int jobs; /* 0: twice the cores (Slurm: as many as it gives) */
    double time_scale, seconds;
    bool hidden, unboxed, unofficial, no_recordings;
    bool hints;
    enum page_detail detail;
    /* How late days cost; what was not given (-1, NAN) stays as the book has it. */
    time_t deadline;
    double grace, penalty, most, most_days;
    const char *override, *reason, *by; /* "STUDENT=POINTS" */
    bool marks, pages, changes;
    const char *export;
};

struct batch {
    const struct batch_options *options;
    char *folder;  /* DIR, absolute */
    char *source;  /* FOLDER, absolute; NULL */
    char *roster;  /* absolute; NULL */
    char *lab;     /* full name */
    char *scratch; /* of a dry run: stands for DIR, removed at the end; NULL */
    char course[65];
    struct book *book;
    int lock;        /* descriptor; -1 */
    int signals;     /* signalfd of SIGINT, SIGTERM, SIGHUP, which are held from the start */
    int interrupted; /* number of the signal that came; 0 */
    sigset_t before; /* the mask as it was, for children */
    size_t lost;     /* submissions that this machine could not take */
};

/*
 * Makes DIR (0700) when it is not there, locks it, opens the book, takes the policy and the roster
 * in. -1 with a failure: of another lab, another process works on it, it holds other things,
 * read-only, full. batch_close in any case.
 */
int batch_open(struct batch *batch, const struct batch_options *options,
               struct failure *failure);
void batch_close(struct batch *batch);

/* Has a signal come that asks for the end? Does not wait; kept in batch->interrupted. */
bool batch_interrupted(struct batch *batch);

#endif
