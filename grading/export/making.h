/* A sheet in the making, for the files that make it. */
#ifndef IOLAB_EXPORT_MAKING_H
#define IOLAB_EXPORT_MAKING_H

#include "grading/export/sheet.h"

#define MAKING_CHECKS 500  /* rows of a report at most; a lab has about forty checks */
#define MAKING_LEAST  1e-6 /* points less than this are an error of rounding */

struct making {
    struct export_sheet *sheet;
    const struct export_options *options;
    size_t most;
    double sum, scale;        /* of max_points; to the result's */
    struct export_row hidden; /* the one row of all hidden checks */
    bool some_hidden, failed; /* failed: no memory */
};

/* `value` in these bounds; `least` when it is no number. */
double making_within(double value, double least, double most);

/* Adds a row. Takes output. */
void making_add(struct making *making, struct export_row row, const char *name,
                const char *message, char *output);

/* Adds what a report holds: what the compiler said, and its checks. */
void making_add_report(struct making *making, const json_t *report);

#endif
