/*
 * A lab graded: its programs built, every check run in a process of its own, each recording
 * judged as soon as it is there, the rules of the manifest judged over all of them; a report.
 */
#ifndef IOLAB_GRADE_H
#define IOLAB_GRADE_H

#include "base/failure.h"
#include "report/report.h"

/* Time scales: the least and the most there is, and that of a machine with nothing else to do. */
#define GRADE_SHORTEST 0.1
#define GRADE_LONGEST  100
#define GRADE_IDLE     0.5

#define GRADE_JOBS_MOST 64 /* checks side by side */

struct grade_options {
    const char *source;     /* file or folder; NULL: the lab's own folder */
    bool solution;          /* the reference instead */
    const char *pattern;    /* only checks whose number or name matches (fnmatch); NULL: all */
    bool hidden;            /* the instructors' checks too */
    const char *scenario;   /* this script's checks instead of the lab's; NULL */
    const char *recordings; /* a folder for them; NULL: among those that are kept of the lab */
    int jobs; /* side by side; 0: twice the cores, or four times on an idle machine */
    bool seeded;
    uint64_t seed; /* drawn when not seeded */
    double
        time_scale; /* 0: 1, or what the environment's IOLAB_TIME_SCALE says; a tenth at least */
    bool boxed; /* compiler and server run in boxes of bubblewrap; nothing is graded without */
    double seconds; /* for all of it: what is not done by then fails; 0: no limit */
    bool unwatched; /* behaviour only, as on a machine without ptrace */
    /* Called with each verdict as soon as it is known. NULL: none. */
    void (*progress)(void *context, const struct verdict *verdict);
    void *context;
};

struct grading;

/*
 * Grades one lab. NULL with a failure when nothing could be graded: no such lab or file, a
 * script with an error (file and line), no compiler, no room. Interrupted by a signal, it ends
 * everything, cleans up, and then this process by the same signal.
 */
struct grading *grade_lab(const char *typed, const struct grade_options *options,
                          struct failure *failure);

/* The report of it; lives as long as the grading. */
const struct report *grade_report(const struct grading *grading);
void grade_free(struct grading *grading);

#endif
