/*
 * What this machine can and cannot do for grading, each found by trying it, with how to mend
 * what is missing.
 */
#ifndef IOLAB_DOCTOR_H
#define IOLAB_DOCTOR_H

#include <stddef.h>

#include "server/server.h"
#include "trace/trace.h"

#define FINDING_LEVELS(X)                                                                      \
    X(FINDING_OK, "ok")                                                                        \
    X(FINDING_LIMITED, "limited")                                                              \
    X(FINDING_MISSING, "missing")

enum finding_level {
#define X(level, name) level,
    FINDING_LEVELS(X)
#undef X
};

/* What grading does without the thing. */
enum finding_need {
    NEED_COMFORT, /* all of it, perhaps slower or less private */
    NEED_CHECKS,  /* some checks are not observed */
    NEED_ALL,     /* nothing */
};

struct finding {
    const char *name;
    enum finding_need need;
    enum finding_level level;
    char said[256];
    char remedy[320]; /* "" when there is nothing to mend */
};

struct diagnosis {
    enum trace_tier tier;
    char tier_why[256]; /* what keeps it from a better one; "" */
    enum isolation isolation;
    char isolation_why[256];
    double time_scale; /* what --time-scale should be here; 1: nothing */
    size_t count;
    struct finding findings[24];
};

/* Takes a second or two: it compiles, and measures how late sleeps end. */
void doctor_examine(struct diagnosis *diagnosis);

/* STATUS_WELL; STATUS_FAILED: some checks cannot be observed; STATUS_MACHINE: nothing can. */
enum iolab_status doctor_status(const struct diagnosis *diagnosis);

const char *finding_level_name(enum finding_level level);

/* Sets level, what was seen, and how to mend it ("" or NULL: nothing to do). */
void finding_set(struct finding *finding, enum finding_level level, const char *remedy,
                 const char *said, ...) __attribute__((format(printf, 4, 5)));

/* Examinations, one for each finding: in doctor_kernel.c and doctor_tools.c. */
typedef void doctor_fn(struct finding *finding, struct diagnosis *diagnosis);
doctor_fn doctor_kernel, doctor_user_namespaces, doctor_network_namespace, doctor_ptrace,
    doctor_seccomp, doctor_pidfd_getfd, doctor_yama, doctor_descriptors, doctor_somaxconn,
    doctor_cores, doctor_inotify, doctor_io_uring;
doctor_fn doctor_compiler, doctor_box, doctor_sanitizers, doctor_clock, doctor_disk;

#endif
