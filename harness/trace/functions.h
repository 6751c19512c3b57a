/*
 * Which functions of the C library may not be called in a signal handler, for certain: by POSIX
 * (XSH 2.4.3, signal-safety(7)) and because they take locks, use the heap or FILEs. Functions of
 * which opinions differ (snprintf, strtok, getenv) are left out.
 */
#ifndef IOLAB_TRACE_FUNCTIONS_H
#define IOLAB_TRACE_FUNCTIONS_H

#include <stdbool.h>

struct function {
    const char *symbol; /* in the library */
    const char *name;   /* the student's */
    bool safe;          /* may be called, and calls others of this table as it likes */
};

/* NULL: nothing is known of it. */
const struct function *function_find(const char *symbol);

#endif
