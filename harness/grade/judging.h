/* What jobs left behind becomes verdicts: each recording as soon as it is there, the manifest's
   rules and the sanitizer's reports when all are. */
#ifndef IOLAB_JUDGING_H
#define IOLAB_JUDGING_H

#include "grade/plan.h"
#include "judge/judge.h"

/* What became of a check on one of the two builds. */
struct outcome {
    int number;
    bool sanitized;
    enum verdict_status status;
    enum server_fate fate;
};

struct judging {
    struct plan *plan;
    const struct grade_options *options;
    struct report *report;
    struct recording **recordings; /* those that the manifest's rules look at */
    const char **paths;
    size_t count;
    struct outcome *outcomes;
    size_t outcome_count;
    bool unbuilt;   /* the student's program does not compile */
    char *messages; /* what the compiler said */
    bool broken;    /* this machine could not compile */
    bool overtime;  /* some job was not done in time */
};

/* A job_done_fn; `context` is a struct judging. */
void judging_job_done(void *context, struct job *job);

/* All jobs are done: rules, sanitizer. */
void judging_finish(struct judging *judging);
void judging_free(struct judging *judging);

/* The verdict about memory; NULL: nobody asked for it. */
struct verdict *judging_memory(struct judging *judging);

/* A file's text, at most 64 KiB; "" when there is none. The caller frees it. */
char *judging_text(const char *path);

/* Instead of all that: the machine does not allow what the lab needs, no check is observed. */
void judging_unmet(struct judging *judging);

#endif
