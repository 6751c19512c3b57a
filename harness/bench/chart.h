/* Charts of a comparison, drawn by gnuplot: for pages in light or dark, and for slides. */
#ifndef IOLAB_BENCH_CHART_H
#define IOLAB_BENCH_CHART_H

#include "bench/bench.h"

/* For a room: wider, with letters that are read from its back. */
enum chart_theme { CHART_LIGHT, CHART_DARK, CHART_ROOM, CHART_THEME_COUNT };

enum chart {
    CHART_RATE,     /* messages a second, over connections */
    CHART_CPU,      /* the server's processor time for a message, over connections */
    CHART_P50,      /* median latency, over connections */
    CHART_P99,      /* 99th percentile, over connections */
    CHART_DUE_P99,  /* the same from when messages were due */
    CHART_MEMORY,   /* the server's memory, over connections */
    CHART_EACH,     /* its memory for each connection */
    CHART_CALLS,    /* system calls for a message */
    CHART_SWITCHES, /* of context, for a message: how often its threads slept, or were put off */
    CHART_SHARES,   /* all percentiles of the last round under the last load */
    CHART_COUNT
};

const char *chart_name(enum chart chart);  /* "rate", for files */
const char *chart_title(enum chart chart); /* for people */

/* Has any row a number for it? */
bool chart_has(const struct bench *bench, enum chart chart);

/* Draws it into `out`, as SVG or else PNG. -1 with errno, see gnuplot_draw. */
int chart_draw(const struct bench *bench, enum chart chart, enum chart_theme theme, bool svg,
               FILE *out);

/* All charts as NAME-light.svg, NAME-dark.svg, NAME-room.svg and the same as .png in a folder. */
int charts_write(const struct bench *bench, const char *folder, struct failure *failure);

#endif
