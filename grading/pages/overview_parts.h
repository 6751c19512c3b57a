/* The parts of the overview's page. */
#ifndef IOLAB_PAGES_OVERVIEW_PARTS_H
#define IOLAB_PAGES_OVERVIEW_PARTS_H

#include "grading/pages/gather.h"
#include "grading/pages/similar.h"

/* Where students are, and how much more is told of them. */
enum overview_state {
    OVERVIEW_GRADED,
    OVERVIEW_REFUSED,
    OVERVIEW_WAITING, /* handed in, nothing final yet */
    OVERVIEW_ABSENT,  /* nothing handed in */
};
enum overview_state overview_state(const struct mark *mark);
const char *overview_state_word(enum overview_state state);
/* How many there are, of all. */
size_t overview_with(const struct overview_class *class, enum overview_state state);

/* A student's name, with a link to their page if `folder` (of the batch) has one. */
void overview_put_name(FILE *out, const char *folder, const struct mark *mark);

void overview_table_class(FILE *out, const char *folder, const struct overview_class *class);
void overview_table_checks(FILE *out, const struct overview_class *class);
void overview_lists(FILE *out, const char *folder, const struct overview_class *class);
void overview_times(FILE *out, struct overview_class *class);
void overview_pairs(FILE *out, const char *folder, const struct overview_class *class,
                    const struct overview_similar *similar);

#endif
