/*
 * Pairs of submissions that have much in common, by sim_c (package similarity-tester): something
 * to look at, never a verdict.
 *
 * Everybody began with the skeleton, which would make everybody alike. So the lines of each
 * submission whose tokens stand in the skeleton too are taken out first, and what remains of each is
 * compared with what remains of each other.
 */
#ifndef IOLAB_PAGES_SIMILAR_H
#define IOLAB_PAGES_SIMILAR_H

#include "grading/pages/gather.h"
#include "grading/pages/program.h"

#define OVERVIEW_SIMILAR_FROM   30  /* per cent */
#define OVERVIEW_SKELETON_RUN   12  /* tokens in a row that count as the skeleton's */
#define OVERVIEW_SIMILAR_TOKENS 100 /* fewer of one's own say nothing */
#define OVERVIEW_SOURCE_MOST    ((size_t)256 << 10)

struct overview_pair {
    size_t one, other;    /* places in the class's students */
    int of_one, of_other; /* per cent of the one that is found in the other, and the reverse */
};

struct overview_similar {
    enum page_ran ran;             /* PAGE_SLOW: the pairs are those found in time */
    bool skeleton;                 /* it was found, and taken out */
    size_t compared, brief, large; /* submissions; those too short, too large */
    struct overview_pair *pairs;   /* most alike first */
    size_t count;
};

/* Compares submissions/KEY/ of all. -1 with a failure when there is no room to work in. */
int overview_similar(const struct overview_spec *spec, const struct overview_class *class,
                     struct overview_similar *similar, struct failure *failure);
void overview_similar_clear(struct overview_similar *similar);

#endif
