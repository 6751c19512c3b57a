/*
 * The last report of a lab, read again, and the hints for what failed in it.
 */
#ifndef IOLAB_HINTS_H
#define IOLAB_HINTS_H

#include <jansson.h>
#include <stdio.h>

#include "base/failure.h"

/* The last report (schema iolab-report/1) of a lab by its full name. NULL with a failure when
   it was not graded yet, or the file is broken. The caller owns the reference. */
json_t *hints_last_report(const char *lab, struct failure *failure);

/*
 * Prints the next hint for `check` (a number as text; NULL: the first that failed) of the lab
 * that `typed` means. Each call goes one further, up to the last; how far stands in the lab's
 * score folder. -1 with a failure.
 */
int hint_print(FILE *out, const char *typed, const char *check, struct failure *failure);

#endif
