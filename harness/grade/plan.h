/*
 * What a grading will do, before it does anything: which programs are built from which source,
 * which checks run with which of them, where everything is written.
 */
#ifndef IOLAB_PLAN_H
#define IOLAB_PLAN_H

#include <limits.h>

#include "grade/grade.h"
#include "grade/job.h"
#include "grade/lab.h"
#include "run/needs.h"

/* The handed-in source: a folder, and the manifest's files in it (or the one file given). */
struct source {
    char folder[PATH_MAX];
    const char *file;     /* one file instead of the manifest's; NULL */
    char shown[PATH_MAX]; /* for people */
    bool own;             /* the lab's own folder: what a student works on */
};

struct plan {
    struct lab *lab;
    struct source source;
    const char **files; /* NULL-terminated */
    char *support;      /* folder of the lab library */
    char *temporary;    /* programs and working folders */
    char *recordings;   /* kept */
    struct program *programs;
    size_t program_count;
    struct job *jobs;
    size_t job_count;
    uint64_t seed;
    double time_scale;
    int parallel;
    bool watch, boxed;
    bool takes_turns;      /* the lab's servers do, in locked memory */
    char unmet[NEEDS_WHY]; /* what the machine does not allow: nothing is run then; "" */
};

/* Fills in the plan; seed and time_scale are set. -1 with a failure; plan_free in any case. */
int plan_make(struct plan *plan, const char *typed, const struct grade_options *options,
              struct failure *failure);
void plan_free(struct plan *plan);

/* Does the pattern choose this check (numbers, "21,3*", or a name with * and ?)? NULL: all. */
bool plan_chooses(const char *pattern, int number, const char *name);

#endif
