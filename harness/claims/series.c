/* See series.h. */
#include "claims/series.h"

#include <stdlib.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* One round of such an experiment has the figures of all its ways. */
static bool same(const struct measurement *a, const struct measurement *b)
{
    const struct parameters *p = &a->parameters, *q = &b->parameters;
    return a->experiment == b->experiment && (a->way == b->way || !a->way->run) &&
           same_text(p->server, q->server) && p->count == q->count && p->idle == q->idle &&
           p->from == q->from && p->connections == q->connections && p->size == q->size &&
           p->rate == q->rate && p->pipeline == q->pipeline && p->threads == q->threads &&
           p->seconds == q->seconds;
}

struct series *batches_find(const struct batches *batches,
                            const struct measurement *measurement)
{
    for (size_t i = 0; i < batches->count && measurement->experiment; i++)
        if (same(batches->series[i].measurement, measurement))
            return &batches->series[i];
    return NULL;
}

static struct series *add(struct batches *batches, const struct measurement *measurement)
{
    struct series *series = batches_find(batches, measurement);
    if (series || !measurement->experiment)
        return series;
    batches->series[batches->count] =
        (struct series){.measurement = measurement, .batch = batches->count};
    return &batches->series[batches->count++];
}

static void join(struct batches *batches, size_t batch, size_t other)
{
    for (size_t i = 0; i < batches->count; i++)
        if (batches->series[i].batch == other)
            batches->series[i].batch = batch;
}

int batches_make(struct batches *batches, const struct claims *claims, const char *only,
                 struct failure *failure)
{
    *batches =
        (struct batches){.series = calloc(2 * claims->count + 1, sizeof *batches->series)};
    if (!batches->series)
        return failure_set(failure, STATUS_MACHINE, "there is not enough memory for results");
    for (size_t i = 0; i < claims->count; i++) {
        if (!claim_chosen(&claims->items[i], only))
            continue;
        const struct series *one = add(batches, &claims->items[i].measure);
        const struct series *two = add(batches, &claims->items[i].against);
        if (two)
            join(batches, one->batch, two->batch);
    }
    return 0;
}

void batches_free(struct batches *batches)
{
    free(batches->series);
    *batches = (struct batches){.count = 0};
}
