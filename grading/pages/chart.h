/* Charts of the overview: drawn by gnuplot, put into the page with their numbers as words. */
#ifndef IOLAB_PAGES_CHART_H
#define IOLAB_PAGES_CHART_H

#include "grading/pages/gather.h"

#define OVERVIEW_BINS    10 /* of ten points; 100 is in the last */
#define OVERVIEW_HARDEST 10

/* How many marks fall into each. */
void overview_bins(const struct overview_numbers *marks, size_t bins[OVERVIEW_BINS]);

/* The checks that fewest passed, hardest first; returns how many there are. */
size_t overview_hardest(const struct overview_class *class,
                        const struct overview_check *hardest[OVERVIEW_HARDEST]);

/* Writes a figure, or a sentence that says why there is none. */
void overview_chart_marks(FILE *out, const struct overview_class *class);
void overview_chart_hardest(FILE *out, const struct overview_class *class);

#endif
