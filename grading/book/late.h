/* What lateness costs, for marks.c. */
#ifndef IOLAB_BOOK_LATE_H
#define IOLAB_BOOK_LATE_H

#include "grading/book/book.h"

struct marks_lateness {
    double days;   /* begun days late; 0: in time */
    double costs;  /* points, at most those that were earned */
    bool too_late; /* later than is taken: all points */
};

/* Of work worth `points`, handed in at `submitted` (0: not known, which is in time), by somebody
   with `extension` days and a `deadline` of their own (0: that of the class). */
struct marks_lateness marks_late(const struct book_policy *policy, double points,
                                 time_t submitted, double extension, time_t deadline);

#endif
