/*
 * One submission graded: takes its files, runs `iolab grade --box` on them in a process of its own,
 * and writes one result file. What the machine did wrong is tried again. Self-contained: a job of
 * a pool, a task of Slurm and an autograder in a container are all this one call.
 */
#ifndef IOLAB_ONE_H
#define IOLAB_ONE_H

#include <stdbool.h>
#include <stdint.h>

#include "grading/result/result.h"

/* What `iolab grade` takes. */
#define ONE_JOBS_MOST   64
#define ONE_SCALE_LEAST 0.1
#define ONE_SCALE_MOST  100

struct one_spec {
    const char *lab;              /* full name */
    const char *source;           /* what was handed in: folder, archive, file, repository */
    const char *student;          /* key */
    const char *submitted;        /* "2026-11-28T22:10:00Z"; NULL */
    const char *output;           /* the result file */
    const char *recordings;       /* folder for recordings (made); NULL: none are kept */
    const char *recordings_shown; /* how the result names it; NULL: as `recordings` */
    uint64_t seed;
    double time_scale; /* from 1 */
    double seconds;    /* for all of it; what is not done by then earns nothing; 0: no limit */
    bool hidden;       /* the hidden checks too */
    bool unboxed;      /* without bubblewrap: never official */
    int tries;         /* at most; 0: 3 */
    int jobs;          /* checks side by side; 0: as `iolab grade` likes */
};

/* Grades and writes spec->output. Returns 0 and the state, or -1 with a failure when not even a
   result could be written. SIGTERM ends it, and all that it started, without a result. */
int one_grade(const struct one_spec *spec, enum result_state *state, struct failure *failure);

/* Digest of what grades a lab: its manifest and scripts, with `hidden` those too, the engine. */
int one_course(const char *lab, bool hidden, char digest[65], struct failure *failure);

/* Can official marks be given here? Else `why` says what is missing and how to mend it. */
bool one_official(char *why, size_t size);

#endif
