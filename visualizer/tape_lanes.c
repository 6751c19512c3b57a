/* The lanes of a tape: which spans each has, and finding one by its number. See tape.h. */
#include <stdlib.h>

#include "visualizer/tape_parts.h"

static bool of_connection(const struct phase *span)
{
    return span->kind == PHASE_WAIT || span->kind == PHASE_COPY;
}

static struct tape_lane *lane_find(struct tape_lane *lanes, size_t count, int number)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lanes[middle].number == number)
            return &lanes[middle];
        if (lanes[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static struct tape_lane *lane_of(struct tape *tape, const struct phase *span)
{
    if (of_connection(span))
        return lane_find(tape->connections, tape->connection_count, span->connection);
    return lane_find(tape->threads, tape->thread_count, span->thread);
}

static int lanes_begin(struct tape_lane **lanes, size_t *kept, const struct survey_lane *found,
                       size_t count)
{
    *lanes = calloc(count + 1, sizeof **lanes);
    if (!*lanes)
        return -1;
    for (size_t i = 0; i < count; i++)
        (*lanes)[i] = (struct tape_lane){
            .number = found[i].number, .from = found[i].from, .to = found[i].to};
    *kept = count;
    return 0;
}

static int lanes_room(struct tape_lane *lanes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lanes[i].spans = malloc((lanes[i].count + 1) * sizeof *lanes[i].spans);
        if (!lanes[i].spans)
            return -1;
        lanes[i].count = 0;
    }
    return 0;
}

/* Counted, then given room, then filled: spans are in order of their begin already. */
int tape_lanes_make(struct tape *tape)
{
    const struct survey *survey = &tape->survey;
    if (lanes_begin(&tape->threads, &tape->thread_count, survey->threads,
                    survey->thread_count) < 0 ||
        lanes_begin(&tape->connections, &tape->connection_count, survey->connections,
                    survey->connection_count) < 0)
        return -1;
    for (size_t i = 0; i < survey->phases.count; i++) {
        struct tape_lane *lane = lane_of(tape, &survey->phases.spans[i]);
        if (lane)
            lane->count++;
    }
    if (lanes_room(tape->threads, tape->thread_count) < 0 ||
        lanes_room(tape->connections, tape->connection_count) < 0)
        return -1;
    for (size_t i = 0; i < survey->phases.count; i++) {
        struct tape_lane *lane = lane_of(tape, &survey->phases.spans[i]);
        if (lane)
            lane->spans[lane->count++] = &survey->phases.spans[i];
    }
    return 0;
}

static void lanes_free(struct tape_lane **lanes, size_t *count)
{
    for (size_t i = 0; *lanes && i < *count; i++)
        free((*lanes)[i].spans);
    free(*lanes);
    *lanes = NULL;
    *count = 0;
}

void tape_lanes_free(struct tape *tape)
{
    lanes_free(&tape->threads, &tape->thread_count);
    lanes_free(&tape->connections, &tape->connection_count);
}

const struct tape_lane *tape_thread(const struct tape *tape, int number)
{
    return lane_find(tape->threads, tape->thread_count, number);
}

const struct tape_lane *tape_connection(const struct tape *tape, int number)
{
    return lane_find(tape->connections, tape->connection_count, number);
}
