/*
 * What the two kinds of lanes share while phases are derived. Private to this folder: phase.c
 * calls lanes_threads and lanes_connections, which add their spans to `out`.
 */
#ifndef IOLAB_EVENT_LANES_H
#define IOLAB_EVENT_LANES_H

#include "event/operations.h"
#include "event/phase.h"

struct lanes {
    const struct recording *recording;
    struct phases *out;
    size_t room;
    bool failed;   /* memory ran out */
    int64_t end;   /* time of the last thing in the recording */
    int64_t stop;  /* how late a stop of the tracer is, as a rule, in this recording */
    int64_t *late; /* for each ENTER, SUBMIT, COMPLETE: how much earlier it may have been */
    struct operations operations;
    signed char *slept; /* for each ENTER: enum event_ternary of phase_slept */
};

int lanes_threads(struct lanes *lanes);
int lanes_connections(struct lanes *lanes);

/* Adds a span, or what is known of it; one that would end before it begins is left out. */
void lanes_add(struct lanes *lanes, const struct phase *span);

/* The call came back with nothing to do: EAGAIN, or nothing was ready and no time given. */
bool lanes_vain(const struct event *enter, const struct event *leave);

static inline size_t lanes_at(const struct lanes *lanes, const struct event *event)
{
    return (size_t)(event - lanes->recording->events);
}

/* ns by which the stamp of this ENTER, SUBMIT or COMPLETE may be late. */
static inline int64_t lanes_entry(const struct lanes *lanes, const struct event *enter)
{
    return lanes->late[lanes_at(lanes, enter)];
}

/* ns by which the stamp of this LEAVE may be late: never by more than the call lasted. */
static inline int64_t lanes_exit(const struct lanes *lanes, const struct event *enter,
                                 const struct event *leave)
{
    int64_t lasted = leave->time - enter->time;
    return lasted < lanes->stop ? lasted : lanes->stop;
}

#endif
