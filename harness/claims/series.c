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
           p->connections == q->connections && p->size == q->size && p->rate == q->rate &&
           p->pipeline == q->pipeline && p->threads == q->threads && p->seconds == q->seconds;
}

struct series *plan_find(const struct plan *plan, const struct measurement *measurement)
{
    for (size_t i = 0; i < plan->count && measurement->experiment; i++)
        if (same(plan->series[i].measurement, measurement))
            return &plan->series[i];
    return NULL;
}

static struct series *add(struct plan *plan, const struct measurement *measurement)
{
    struct series *series = plan_find(plan, measurement);
    if (series || !measurement->experiment)
        return series;
    plan->series[plan->count] =
        (struct series){.measurement = measurement, .batch = plan->count};
    return &plan->series[plan->count++];
}

static void join(struct plan *plan, size_t batch, size_t other)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->series[i].batch == other)
            plan->series[i].batch = batch;
}

int plan_make(struct plan *plan, const struct claims *claims, const char *only,
              struct failure *failure)
{
    *plan = (struct plan){.series = calloc(2 * claims->count + 1, sizeof *plan->series)};
    if (!plan->series)
        return failure_set(failure, STATUS_MACHINE, "there is not enough memory for results");
    for (size_t i = 0; i < claims->count; i++) {
        if (!claim_chosen(&claims->items[i], only))
            continue;
        const struct series *one = add(plan, &claims->items[i].measure);
        const struct series *two = add(plan, &claims->items[i].against);
        if (two)
            join(plan, one->batch, two->batch);
    }
    return 0;
}

void plan_free(struct plan *plan)
{
    free(plan->series);
    *plan = (struct plan){.count = 0};
}
