/*
 * A result as all formats see it: a total, a sentence, and rows. What a student may see of hidden
 * checks is settled here, once: at PAGE_HIDDEN all of them are one row with their points, so that
 * nothing has to be hidden from the total; at PAGE_NAMES each has its name, status and points.
 *
 * The rows' most adds up to the result's, whatever the report holds: points beyond are scaled to
 * it, and what no check stands for is a row of its own, of what was not run.
 */
#ifndef IOLAB_EXPORT_SHEET_H
#define IOLAB_EXPORT_SHEET_H

#include "grading/export/export.h"

#define SHEET_TEXT ((size_t)16 * 1024) /* bytes of one row's output, as a rule */

enum row_status {
    ROW_PASSED,
    ROW_FAILED,
    ROW_UNSEEN, /* this machine could not see it, or the check itself went wrong */
};

struct export_row {
    int number; /* of the check; 0: it is none */
    enum row_status status;
    bool build;    /* what the compiler said, worth no points */
    char *name;    /* one line */
    char *message; /* one line, why it failed; "" */
    char *output;  /* lines; "" */
    double points, max_points;
    double seconds;
};

struct export_sheet {
    enum result_state state;
    bool built;                         /* false: the compiler rejects it */
    double points, max_points, seconds; /* finite; 0 <= points <= max_points */
    char *lab;                          /* one line */
    char *summary; /* for the student: a sentence or two, without newline */
    struct export_row *rows;
    size_t count;
};

/* `most`: bytes of one row's output. NULL with a failure when there is no memory. */
struct export_sheet *sheet_make(const struct result *result,
                                const struct export_options *options, size_t most,
                                struct failure *failure);
void sheet_free(struct export_sheet *sheet);

/* "21 a slow reader …", or the name alone. The caller frees it; NULL without memory. */
char *sheet_title(const struct export_row *row);

#endif
