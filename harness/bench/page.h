/* A comparison as one HTML page that needs no other file: charts, tables, the machine. */
#ifndef IOLAB_BENCH_PAGE_H
#define IOLAB_BENCH_PAGE_H

#include "bench/bench.h"

/* -1 with errno, see gnuplot_draw. */
int bench_page(const struct bench *bench, FILE *out);

#endif
