/*
 * What the last grading of a lab kept of one check: its recording, its name, and what the report
 * said of it.
 */
#ifndef IOLAB_KEPT_H
#define IOLAB_KEPT_H

#include <stdint.h>

#include "base/failure.h"

struct kept {
    char *path;     /* of the recording */
    char *check;    /* "21 a slow reader holds nobody up"; NULL: not known (a file was named) */
    char *message;  /* why it failed; NULL: it did not, or it is not known */
    uint64_t event; /* the number of the event that shows it; 0: not known */
};

/*
 * What `typed` means: a recording's path; LAB/CHECK; or LAB or LAB/, its first check that failed, else
 * the first that was recorded. -1 with a failure. Free with kept_free, also then.
 */
int kept_find(const char *typed, struct kept *kept, struct failure *failure);
void kept_free(struct kept *kept);

#endif
