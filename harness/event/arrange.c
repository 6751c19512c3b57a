/*
 * The order of a recording's events, the index by number, and the LEAVE of each ENTER. What is
 * new stands at the end; nearly always it is in order already, and a step of a client, whose
 * time is that of its begin, goes back by as long as it took.
 */
#include <stdlib.h>

#include "event/recording_parts.h"

static int by_time(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_number(const void *left, const void *right, void *argument)
{
    const struct event *events = argument;
    uint64_t a = events[*(const size_t *)left].number;
    uint64_t b = events[*(const size_t *)right].number;
    return a < b ? -1 : a > b;
}

/* Most recordings are in order already, and moving a million events takes as long as reading. */
static bool ordered(const struct event *events, size_t from, size_t count)
{
    for (size_t i = from ? from : 1; i < count; i++)
        if (by_time(&events[i - 1], &events[i]) > 0)
            return false;
    return true;
}

/* Brings the events from `from` on in order. Returns the first place that is not as it was. */
static size_t order(struct event *events, size_t from, size_t count)
{
    const struct event *least = &events[from];
    size_t low = 0, high = from;
    if (ordered(events, from, count))
        return from;
    for (size_t i = from + 1; i < count; i++)
        if (by_time(&events[i], least) < 0)
            least = &events[i];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_time(&events[middle], least) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    qsort(&events[low], count - low, sizeof *events, by_time);
    return low;
}

/* --- the index --- */

static bool numbered(const struct event *events, const size_t *places, size_t from,
                     size_t count)
{
    for (size_t i = from ? from : 1; i < count; i++)
        if (events[places[i - 1]].number > events[places[i]].number)
            return false;
    return true;
}

/* The first of the `count` places whose event has a number that is not below `least`. */
static size_t number_place(const struct event *events, const size_t *places, size_t count,
                           uint64_t least)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (events[places[middle]].number < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The events from `begin` on have moved, or are new; the index knew the first `known`. */
static void number(struct recording *recording, size_t begin, size_t known)
{
    struct event *events = recording->events;
    size_t *places = recording->index->by_number, kept = 0, count = recording->count;
    if (begin == known)
        kept = known;
    for (size_t i = 0; begin < known && i < known; i++)
        if (places[i] < begin)
            places[kept++] = places[i];
    for (size_t i = begin; i < count; i++)
        places[i] = i;
    if (numbered(events, places, kept, count))
        return;
    uint64_t least = UINT64_MAX;
    for (size_t i = kept; i < count; i++)
        least = events[places[i]].number < least ? events[places[i]].number : least;
    size_t from = number_place(events, places, kept, least);
    qsort_r(&places[from], count - from, sizeof *places, by_number, events);
}

static void tie(struct recording *recording, size_t place)
{
    struct recording_index *index = recording->index;
    const struct event *leave = &recording->events[place];
    if (leave->kind != EVENT_LEAVE || leave->pair == 0)
        return;
    const struct event *enter = recording_find(recording, leave->pair);
    if (!enter || enter->kind != EVENT_ENTER || enter->thread != leave->thread)
        return;
    size_t at = (size_t)(enter - recording->events);
    if (at < place && index->leaves[at] == NO_EVENT)
        index->leaves[at] = place;
}

static int index_room(struct recording_index *index)
{
    if (index->indexed >= index->room)
        return 0;
    size_t *places = realloc(index->by_number, index->room * sizeof *places);
    if (places)
        index->by_number = places;
    size_t *leaves = realloc(index->leaves, index->room * sizeof *leaves);
    if (leaves)
        index->leaves = leaves;
    if (!places || !leaves)
        return -1;
    index->indexed = index->room;
    return 0;
}

int recording_arrange(struct recording *recording)
{
    struct recording_index *index = recording->index;
    size_t known = index->arranged, count = recording->count;
    if (known == count)
        return 0;
    if (index_room(index) < 0)
        return -1;
    size_t begin = order(recording->events, known, count);
    number(recording, begin, known);
    for (size_t i = 0; begin < known && i < begin; i++)
        if (index->leaves[i] != NO_EVENT && index->leaves[i] >= begin)
            index->leaves[i] = NO_EVENT;
    for (size_t i = begin; i < count; i++)
        index->leaves[i] = NO_EVENT;
    index->arranged = count;
    for (size_t i = begin; i < count; i++)
        tie(recording, i);
    return 0;
}
