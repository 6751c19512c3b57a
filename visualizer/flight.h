/*
 * Which operations of rings are under way at a place of a recording, without a look at all that
 * ever were: lists of those in flight, made once at even distances, keep every place near.
 */
#ifndef IOLAB_VISUALIZER_FLIGHT_H
#define IOLAB_VISUALIZER_FLIGHT_H

#include "event/operations.h"

struct flight {
    const struct operations *operations;
    uint32_t *places; /* of operations that are in flight, list behind list */
    size_t *lists;    /* [i]: where the list after i * step operations begins in `places` */
    size_t list_count, step;
};

/* -1 without memory. The operations stay the caller's. */
int flight_make(struct flight *flight, const struct operations *operations);
void flight_free(struct flight *flight);

/* Calls `each` for those that were handed in and are not yet over when the events before `end`
   have happened, in order of submission. One that completes in silence is left out: nobody
   knows until when. */
void flight_at(const struct flight *flight, const struct event *end,
               void (*each)(void *context, const struct operation *operation), void *context);

#endif
