/* See flow.h. */
#define HASH_NONFATAL_OOM 1
#include "event/flow.h"

#include <stdlib.h>
#include <string.h>

struct flow *flow_get(struct flow **table, int connection)
{
    struct flow *flow;
    HASH_FIND_INT(*table, &connection, flow);
    if (flow)
        return flow;
    flow = calloc(1, sizeof *flow);
    if (!flow)
        return NULL;
    flow->connection = connection;
    flow->known_at = -1;
    HASH_ADD_INT(*table, connection, flow);
    if (flow->hh.tbl)
        return flow;
    free(flow);
    return NULL;
}

void flow_free_all(struct flow *table)
{
    struct flow *flow, *next;
    HASH_ITER(hh, table, flow, next)
    {
        HASH_DEL(table, flow);
        free(flow->arrivals);
        free(flow);
    }
}

static int arrival_add(struct flow *flow, const struct event *step, bool last)
{
    if (flow->count == flow->room) {
        size_t room = flow->room ? flow->room * 2 : 8;
        struct arrival *larger = realloc(flow->arrivals, room * sizeof *larger);
        if (!larger)
            return -1;
        flow->arrivals = larger;
        flow->room = room;
    }
    flow->arrivals[flow->count++] = (struct arrival){
        .time = step->time,
        .end = step->time + step->span,
        .upto = flow->sent,
        .last = last,
        .number = step->number,
    };
    return 0;
}

int flow_step(struct flow *flow, const struct event *step)
{
    flow->has_steps = true;
    if (!step->verb || flow->ends)
        return 0;
    if (strcmp(step->verb, "send") == 0 && step->bytes > 0) {
        if (step->bytes > INT64_MAX - flow->sent)
            return 0; /* no socket takes so much: a forged line */
        flow->sent += step->bytes;
        return arrival_add(flow, step, false);
    }
    bool last = strcmp(step->verb, "half_close") == 0 || strcmp(step->verb, "close") == 0 ||
                strcmp(step->verb, "reset") == 0;
    flow->ends = last && step->outcome == OUTCOME_OK;
    return flow->ends ? arrival_add(flow, step, true) : 0;
}

void flow_empty(struct flow *flow, int64_t time)
{
    while (flow_pending(flow)) {
        const struct arrival *arrival = &flow->arrivals[flow->head];
        if (arrival->last || arrival->end > time)
            return;
        if (flow->taken < arrival->upto)
            flow->taken = arrival->upto;
        flow->head++;
    }
}

void flow_take(struct flow *flow, int64_t bytes)
{
    if (bytes < 0 || bytes > flow->sent - flow->taken)
        flow->taken = flow->sent;
    else
        flow->taken += bytes;
    while (flow_pending(flow)) {
        const struct arrival *arrival = &flow->arrivals[flow->head];
        if (bytes >= 0 && (arrival->last || arrival->upto > flow->taken))
            return;
        flow->head++;
    }
}

bool flow_pending(const struct flow *flow)
{
    return flow->head < flow->count;
}

const struct arrival *flow_arrival(const struct flow *flow, int64_t time)
{
    for (size_t i = flow->head; i < flow->count; i++)
        if (flow->arrivals[i].end > time)
            return &flow->arrivals[i];
    return NULL;
}
