/* The class as the overview shows it: gathered from the book, one result at a time. */
#ifndef IOLAB_PAGES_GATHER_H
#define IOLAB_PAGES_GATHER_H

#include "grading/pages/pages.h"
#include "grading/pages/view.h"

/* Numbers of which the middle and the most are asked. */
struct overview_numbers {
    double *all;
    size_t count, room;
};
/* -1 without memory. */
int overview_add(struct overview_numbers *numbers, double number);
/* The value that a share (0 to 1) of them is below: 0.5 is the median. 0 of none. Sorts them. */
double overview_share(struct overview_numbers *numbers, double share);

struct overview_check {
    int number;
    char *name;
    bool hidden;
    size_t counts[PAGE_UNSEEN + 1]; /* by status */
    struct overview_numbers seconds;
};
/* Share of those that passed among those that passed or failed; -1: none did either. */
double overview_passed(const struct overview_check *check);

struct overview_student {
    const struct mark *mark;
    int attempts, infrastructure; /* all; those that the machine could not do */
    int tries;                    /* of the attempt that counts */
    double seconds;
    char *box, *limits; /* of it; NULL: none counts */
};

struct overview_class {
    struct marks marks;
    struct overview_student *students; /* by name */
    size_t count;
    struct overview_check *checks; /* by number */
    size_t check_count;
    struct overview_numbers grades; /* marks that count */
    struct overview_numbers seconds;
    char *lab, *title; /* of the newest result seen; NULL */
    bool roster;       /* somebody is on it */
};

/* 0, or -1 with a failure. overview_clear either way. */
int overview_gather(struct book *book, struct overview_class *class, struct failure *failure);
void overview_clear(struct overview_class *class);

#endif
