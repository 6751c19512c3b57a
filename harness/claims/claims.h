/* iolab bench --claims: the whole run, from the table to the report. */
#ifndef IOLAB_CLAIMS_H
#define IOLAB_CLAIMS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/failure.h"

struct claims_call {
    const char *only;   /* "stack-*,uring-batch"; NULL: all claims */
    const char *format; /* "text", "json" or "html" */
    const char *output; /* a file; NULL: standard output */
    bool progress;      /* the round that is played, on one line of standard error */
};

/*
 * Tests claims until `*stop`, and reports what was measured in any case. A text goes to `output`
 * as it comes; beside a file of another format it goes to standard output.
 *
 * STATUS_WELL: all ran, whatever came of it; STATUS_FAILED: stopped before; STATUS_MACHINE: none
 * could be tested here. -1 with a failure.
 */
int claims_command(const struct claims_call *call, const atomic_int *stop,
                   struct failure *failure);

#endif
