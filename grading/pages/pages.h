/*
 * What people get, from results alone: for a student a page (HTML, self-contained: no script, no
 * file beside it, nothing from the network) and a text; for the instructor an overview.
 * Everything that came from a submission is escaped, cut, and can be no markup, no formula and no
 * control sequence.
 */
#ifndef IOLAB_PAGES_H
#define IOLAB_PAGES_H

#include "grading/book/book.h"

/* How much of a hidden check a student sees. */
enum page_detail {
    PAGE_HIDDEN, /* nothing of it but its points in the sum */
    PAGE_NAMES,  /* name and status */
    PAGE_FULL,   /* as of any check */
};

struct page_options {
    enum page_detail hidden;
    bool hints;         /* show the first hint of what failed */
    bool evidence;      /* steps, calls, difference, where it slept */
    bool pictures;      /* time line of failed checks, from the recordings, by `iolab show` */
    const char *folder; /* the batch's folder, where recordings are found */
    const char *show;   /* the program that draws; NULL: iolab-show beside this one */
};

/* Writes pages/KEY/index.html and report.txt in the batch's folder. `result` is NULL when nothing
   was graded yet. -1 with a failure. */
int page_student(const struct result *result, const struct mark *mark,
                 const struct page_options *options, struct failure *failure);

/* Writes overview/index.html with charts by gnuplot (said in their place when it is missing), and
   similar pairs by sim_c over submissions/ (the same). */
struct overview_spec {
    const char *folder; /* the batch's */
    const char *title;
    struct book *book;
    const char *skeleton; /* folder of what students began with; NULL: labs/LAB of this tree */
};
int overview_write(const struct overview_spec *spec, struct failure *failure);

#endif
