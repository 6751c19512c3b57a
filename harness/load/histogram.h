/*
 * Latencies, counted in constant memory: any value from 1 ns to over an hour, to three significant
 * digits (within 0.1 %). After Gil Tene's HdrHistogram: values below 2,048 are counted one by one;
 * above, each doubling of the value has 1,024 counters.
 */
#ifndef IOLAB_LOAD_HISTOGRAM_H
#define IOLAB_LOAD_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

#define HISTOGRAM_MOST (INT64_C(1) << 42) /* ns, 73 minutes: what is longer counts as this */

struct histogram;

/* Empty, in memory that processes forked later share; NULL without. Free with histogram_free. */
struct histogram *histogram_make(void);
void histogram_free(struct histogram *histogram);
void histogram_clear(struct histogram *histogram);

/* Values below 0 count as 0. */
void histogram_record(struct histogram *histogram, int64_t ns);

/* Adds all that `from` has counted. */
void histogram_merge(struct histogram *into, const struct histogram *from);

uint64_t histogram_count(const struct histogram *histogram);
int64_t histogram_most(const struct histogram *histogram);  /* exact; 0 when empty */
int64_t histogram_least(const struct histogram *histogram); /* exact; 0 when empty */
double histogram_mean(const struct histogram *histogram);   /* 0 when empty */
double histogram_deviation(const struct histogram *histogram);

/* The value that `percentile` (0 to 100) of all values do not exceed: the largest that its counter
   stands for, never more than the largest recorded. 0 when empty. */
int64_t histogram_at(const struct histogram *histogram, double percentile);

/* The distribution as .hgrm text (HdrHistogram's plotter, gnuplot: using 4:1), values in ms.
   -1 with errno. */
int histogram_write(const struct histogram *histogram, FILE *out);

#endif
