/*
 * Experiment `scan`: a walk over `count` clients that looks at the time of each one's last word,
 * with clients as an array of structures, or as a structure of arrays.
 */
#include <stdlib.h>
#include <time.h>

#include "claims/probes/probe.h"

#define BUFFER 4096

struct client {
    int fd;
    char buffer[BUFFER];
    time_t last_activity;
    int state;
};

struct scanned {
    int64_t count;
    struct client *structures;
    time_t *times;
    volatile int64_t late; /* found; volatile: the walk is not left out */
};

static int over_structures(void *context)
{
    struct scanned *scanned = context;
    int64_t late = 0;
    for (int64_t i = 0; i < scanned->count; i++)
        late += scanned->structures[i].last_activity > 0;
    scanned->late = late;
    return 0;
}

static int over_arrays(void *context)
{
    struct scanned *scanned = context;
    int64_t late = 0;
    for (int64_t i = 0; i < scanned->count; i++)
        late += scanned->times[i] > 0;
    scanned->late = late;
    return 0;
}

static int run(const struct parameters *parameters, int (*once)(void *), double *value,
               struct failure *failure)
{
    struct scanned scanned = {.count = parameters->count};
    scanned.structures = calloc((size_t)scanned.count, sizeof *scanned.structures);
    scanned.times = calloc((size_t)scanned.count, sizeof *scanned.times);
    if (!scanned.structures || !scanned.times)
        return probe_failed(failure, "make so many clients");
    for (int64_t i = 0; i < scanned.count; i++)
        scanned.structures[i].last_activity = scanned.times[i] = i % 2;
    int answer = probe_work(once, &scanned, 100, value, "walk over clients", failure);
    free(scanned.structures);
    free(scanned.times);
    return answer;
}

static int run_structures(const struct parameters *parameters, double *value,
                          struct failure *failure)
{
    return run(parameters, over_structures, value, failure);
}

static int run_arrays(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    return run(parameters, over_arrays, value, failure);
}

static const struct way ways[] = {
    {"structures", "us", "one field of each client, in an array of structures of 4 KiB",
     run_structures},
    {"arrays", "us", "the same field of each client, in an array of its own", run_arrays},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(experiment_positive, count),
                                  EXPERIMENT_KEYS_END};

extern const struct experiment experiment_scan;
const struct experiment experiment_scan = {
    .name = "scan", .keys = keys, .ways = ways, .usual = {.count = 10000}, .rounds = 5};
