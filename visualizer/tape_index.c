/*
 * See tape_index.h. Spans are in order of their begin, not of their end: a notice without length
 * lies within the call that it came in. So what begins in a stretch is found by binary search,
 * and what began before it by the span that reaches furthest of all before.
 */
#include "visualizer/tape_index.h"

#include <stdlib.h>

#define BLOCK 16 /* spans between two sums; no look at a lane visits more than three blocks */

/* Of all spans before a block. Sums of hostile times may wrap; their differences do not. */
struct tape_sums {
    uint64_t cover[PHASE_KIND_COUNT];
    size_t spans[PHASE_KIND_COUNT];
    const struct phase *furthest; /* NULL: there is none before */
};

/* --- making --- */

static void sums_add(struct tape_sums *sums, const struct phase *span)
{
    sums->cover[span->kind] += (uint64_t)(span->end - span->begin);
    sums->spans[span->kind]++;
    if (!sums->furthest || span->end >= sums->furthest->end)
        sums->furthest = span;
}

static int lane_sums(struct tape_lane *lane)
{
    struct tape_sums now = {.furthest = NULL};
    lane->sums = malloc((lane->count / BLOCK + 1) * sizeof *lane->sums);
    if (!lane->sums)
        return -1;
    lane->sums[0] = now;
    for (size_t i = 0; i < lane->count; i++) {
        sums_add(&now, lane->spans[i]);
        if ((i + 1) % BLOCK == 0)
            lane->sums[(i + 1) / BLOCK] = now;
    }
    return 0;
}

static int marks_find(struct tape *tape)
{
    const struct recording *recording = tape->recording;
    size_t count = 0;
    for (size_t i = 0; i < recording->count; i++)
        count += recording->events[i].kind == EVENT_MARK;
    tape->marks = malloc((count + 1) * sizeof *tape->marks);
    if (!tape->marks)
        return -1;
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].kind == EVENT_MARK)
            tape->marks[tape->mark_count++] = &recording->events[i];
    return 0;
}

int tape_index_make(struct tape *tape)
{
    for (size_t i = 0; i < tape->thread_count; i++)
        if (lane_sums(&tape->threads[i]) < 0)
            return -1;
    for (size_t i = 0; i < tape->connection_count; i++)
        if (lane_sums(&tape->connections[i]) < 0)
            return -1;
    return marks_find(tape);
}

void tape_index_free(struct tape *tape)
{
    for (size_t i = 0; tape->threads && i < tape->thread_count; i++)
        free(tape->threads[i].sums);
    for (size_t i = 0; tape->connections && i < tape->connection_count; i++)
        free(tape->connections[i].sums);
    free(tape->marks);
    tape->marks = NULL;
    tape->mark_count = 0;
}

/* --- asking --- */

/* How many spans begin before `time`. */
static size_t begun(const struct tape_lane *lane, int64_t time)
{
    size_t low = 0, high = lane->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lane->spans[middle]->begin < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of the spans before `place` the latest that goes on at `time`, or NULL. */
static const struct phase *going_on(const struct tape_lane *lane, size_t place, int64_t time)
{
    size_t block = place / BLOCK;
    while (place > block * BLOCK)
        if (lane->spans[--place]->end > time)
            return lane->spans[place];
    const struct phase *furthest = lane->sums[block].furthest;
    return furthest && furthest->end > time ? furthest : NULL;
}

static void stretch_add(struct tape_stretch *stretch, const struct phase *span, int64_t low,
                        int64_t high)
{
    int64_t begin = span->begin > low ? span->begin : low;
    int64_t end = span->end < high ? span->end : high;
    stretch->spans[span->kind]++;
    stretch->cover[span->kind] += end > begin ? (double)(end - begin) : 0;
}

static void stretch_add_blocks(struct tape_stretch *stretch, const struct tape_sums *from,
                               const struct tape_sums *to)
{
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++) {
        stretch->spans[kind] += to->spans[kind] - from->spans[kind];
        stretch->cover[kind] += (double)(to->cover[kind] - from->cover[kind]);
    }
}

/* One by one up to the next block and from the last one on; between them by sums. */
void tape_stretch(const struct tape_lane *lane, int64_t low, int64_t high,
                  struct tape_stretch *stretch)
{
    size_t at = begun(lane, low), end = begun(lane, high);
    const struct phase *before = going_on(lane, at, low);
    *stretch = (struct tape_stretch){.spans = {0}};
    if (before)
        stretch_add(stretch, before, low, high);
    for (; at < end && at % BLOCK; at++)
        stretch_add(stretch, lane->spans[at], low, high);
    if (end - at >= BLOCK) {
        stretch_add_blocks(stretch, &lane->sums[at / BLOCK], &lane->sums[end / BLOCK]);
        at = end / BLOCK * BLOCK;
    }
    for (; at < end; at++)
        stretch_add(stretch, lane->spans[at], low, high);
}

const struct phase *tape_doing(const struct tape_lane *lane, int64_t time)
{
    size_t place = begun(lane, time + 1);
    const struct phase *over = NULL;
    for (size_t i = place; i > 0 && place - i < BLOCK; i--) {
        const struct phase *span = lane->spans[i - 1];
        if (span->begin == time && span->end == time)
            return span;
        if (span->end == time && !over)
            over = span;
    }
    const struct phase *now = going_on(lane, place, time);
    return now ? now : over;
}

const struct event *tape_mark(const struct tape *tape, int64_t low, int64_t high)
{
    size_t first = 0, end = tape->mark_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (tape->marks[middle]->time < low)
            first = middle + 1;
        else
            end = middle;
    }
    bool within = first < tape->mark_count && tape->marks[first]->time < high;
    return within ? tape->marks[first] : NULL;
}
