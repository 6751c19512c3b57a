/*
 * Servers compared under the same loads: every server, every load, several rounds, interleaved, so
 * that what the machine does meanwhile meets all of them. Results as median and spread.
 */
#ifndef IOLAB_BENCH_H
#define IOLAB_BENCH_H

#include <stdio.h>

#include "bench/round.h"
#include "bench/subject.h"

#define BENCH_LOADS_MOST 64

struct bench_spec {
    struct load_spec loads[BENCH_LOADS_MOST]; /* address and port are not used */
    size_t load_count;
    int rounds;
    const char *histograms; /* folder for .hgrm files, of the last round */
    bool progress;          /* a line for each round, and each second, on standard error */
    bool watched;           /* one more round for each row, under the tracer */
};

/* Of one server under one load. */
struct bench_row {
    const struct subject *subject;
    const struct load_spec *load;
    double values[FIGURE_COUNT][BENCH_ROUNDS_MOST];
    int rounds;                                          /* that were played */
    char doubt[sizeof((struct round_result *)0)->doubt]; /* the first one; "" */
    int doubts;                                          /* rounds that have one */
    char failed[sizeof((struct failure *)0)->text];    /* why a round could not be played; "" */
    char unwatched[sizeof((struct failure *)0)->text]; /* why not under the tracer; "" */
};

struct bench {
    const char *histograms; /* of the spec; NULL: none were kept */
    struct bench_row *rows; /* load by load, in each the servers in their order */
    size_t count;
    bool complete; /* every round was played, and none is in doubt */
};

/* The file of a row's latencies in the folder `histograms`. */
void bench_histogram(char *path, size_t size, const char *histograms,
                     const struct bench_row *row);

/* Plays all rounds, until `*stop`. -1 with a failure when memory ran out. What was played is kept
   in any case; bench_free. */
int bench_run(const struct bench_spec *spec, const struct subjects *subjects,
              const atomic_int *stop, struct bench *bench, struct failure *failure);
void bench_free(struct bench *bench);

#define BENCH_LOAD_TEXT 256

/* "50 connections, 64 B, open loop, 2000/s" */
void bench_describe(char text[BENCH_LOAD_TEXT], const struct load_spec *load);

/* A table for each load; or all rows, with the machine, in one JSON object or as CSV. -1 with
   errno. */
int bench_text(const struct bench *bench, FILE *out);
int bench_json(const struct bench *bench, FILE *out);
int bench_csv(const struct bench *bench, FILE *out);

#endif
