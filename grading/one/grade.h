/* `iolab grade` run on files that were taken, and what it left. */
#ifndef IOLAB_ONE_GRADE_H
#define IOLAB_ONE_GRADE_H

#include "grading/one/one.h"

struct one_try {
    json_t *report;  /* iolab-report/1; owned; NULL: there is none */
    double lag;      /* seconds: see process.h */
    int interrupted; /* number of the signal that ended it early; 0 */
    char why[512];   /* what it said last, when there is no report */
};

/* Grades the files in `source` within `seconds` (if spec->seconds says that there is a limit);
   `work` is a private folder. -1 with a failure when not even
   `iolab grade` can be started. json_decref(try->report) is the caller's. */
int one_try(const struct one_spec *spec, const char *source, const char *work, double seconds,
            struct one_try *try, struct failure *failure);

#endif
