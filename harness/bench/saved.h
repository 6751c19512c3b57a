/* Results of an earlier comparison, read from the JSON that bench_json wrote. */
#ifndef IOLAB_BENCH_SAVED_H
#define IOLAB_BENCH_SAVED_H

#include "bench/bench.h"

struct saved {
    struct bench bench;       /* for the writers of text and CSV, and for charts */
    struct subjects subjects; /* names only: nothing was built */
    struct load_spec loads[BENCH_LOADS_MOST];
    size_t load_count;
    void *text; /* what the names lie in */
};

/* -1 with a failure that names the file, and what is wrong in it; saved_free in any case. */
int saved_read(struct saved *saved, const char *path, struct failure *failure);

/* Keeps the rows of the servers that were typed ("05", "libuv"), if any were. -1 with a failure:
   one of them is not in it. */
int saved_choose(struct saved *saved, char *const *typed, int count, struct failure *failure);
void saved_free(struct saved *saved);

#endif
