/* See flight.h. */
#include "visualizer/flight.h"

#include <stdlib.h>

#define LISTS_MOST       64
#define OPERATIONS_LEAST 256 /* between two lists */

static bool is_over(const struct operation *operation, const struct event *end)
{
    return operation->over && operation->last < end;
}

static bool flies(const struct operation *operation, const struct event *end)
{
    return operation->submit < end && !is_over(operation, end) &&
           !operations_says(operation->submit, "CQE_SKIP_SUCCESS");
}

static int place_add(struct flight *flight, size_t *room, size_t *used, size_t place)
{
    if (*used == *room) {
        size_t more = *room ? *room * 2 : 64;
        uint32_t *larger = realloc(flight->places, more * sizeof *larger);
        if (!larger)
            return -1;
        flight->places = larger;
        *room = more;
    }
    flight->places[(*used)++] = (uint32_t)place;
    return 0;
}

/* A list holds what flies of the list before it and of the operations since. */
static int lists_fill(struct flight *flight)
{
    const struct operations *operations = flight->operations;
    size_t room = 0, used = 0;
    for (size_t list = 1; list < flight->list_count; list++) {
        size_t from = flight->lists[list - 1], to = used, next = (list - 1) * flight->step;
        const struct event *end = operations->items[list * flight->step].submit;
        flight->lists[list] = used;
        for (size_t i = from; i < to; i++)
            if (!is_over(&operations->items[flight->places[i]], end) &&
                place_add(flight, &room, &used, flight->places[i]) < 0)
                return -1;
        for (size_t i = next; i < list * flight->step; i++)
            if (flies(&operations->items[i], end) && place_add(flight, &room, &used, i) < 0)
                return -1;
    }
    flight->lists[flight->list_count] = used;
    return 0;
}

int flight_make(struct flight *flight, const struct operations *operations)
{
    size_t step = operations->count / LISTS_MOST + OPERATIONS_LEAST;
    size_t lists = operations->count ? (operations->count - 1) / step + 1 : 1;
    *flight = (struct flight){.operations = operations, .step = step, .list_count = lists};
    flight->lists = calloc(lists + 1, sizeof *flight->lists);
    if (flight->lists && lists_fill(flight) == 0)
        return 0;
    flight_free(flight);
    return -1;
}

void flight_free(struct flight *flight)
{
    free(flight->places);
    free(flight->lists);
    flight->places = NULL;
    flight->lists = NULL;
}

/* The last list that was made before `end`; the first one is empty. */
static size_t list_at(const struct flight *flight, const struct event *end)
{
    size_t low = 1, high = flight->list_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (flight->operations->items[middle * flight->step].submit < end)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

void flight_at(const struct flight *flight, const struct event *end,
               void (*each)(void *context, const struct operation *operation), void *context)
{
    const struct operations *operations = flight->operations;
    size_t list = list_at(flight, end);
    for (size_t i = flight->lists[list]; i < flight->lists[list + 1]; i++) {
        const struct operation *one = &operations->items[flight->places[i]];
        if (!is_over(one, end))
            each(context, one);
    }
    for (size_t i = list * flight->step; i < operations->count; i++) {
        if (operations->items[i].submit >= end)
            break;
        if (flies(&operations->items[i], end))
            each(context, &operations->items[i]);
    }
}
