/* See tape.h. */
#include "visualizer/tape.h"

#include <stdlib.h>
#include <string.h>

#include "visualizer/tape_index.h"

/* --- lanes --- */

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
static int lanes_make(struct tape *tape)
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

/* --- the tape --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int texts_take(struct tape *tape, const char *path, const char *check,
                      const char *message)
{
    const struct recording_header *header = &tape->recording->header;
    const struct event *failed = tape->survey.failed;
    if (!message && failed)
        message = failed->detail;
    if (!check)
        check = header->check;
    tape->name = strdup(header->lab ? header->lab : base_name(path));
    tape->check = check ? strdup(check) : NULL;
    tape->message = message ? strdup(message) : NULL;
    return tape->name && !check == !tape->check && !message == !tape->message ? 0 : -1;
}

static void failure_find(struct tape *tape)
{
    const struct event *failed = tape->survey.failed;
    tape->failed_at = SIZE_MAX;
    tape->failed_time = -1;
    if (!failed)
        return;
    int64_t time = failed->time + failed->span - tape->origin;
    tape->failed_at = (size_t)(failed - tape->recording->events);
    tape->failed_time = time < tape->end ? time : tape->end;
}

static int tape_fill(struct tape *tape, const char *path, const char *check,
                     const char *message)
{
    if (survey_make(&tape->survey, tape->recording) < 0)
        return -1;
    tape->origin = tape->survey.begin;
    tape->end = tape->survey.end - tape->origin;
    tape->first = tape_place(tape, -1);
    failure_find(tape);
    if (texts_take(tape, path, check, message) < 0 || lanes_make(tape) < 0 ||
        operations_find(&tape->operations, tape->recording) < 0 ||
        flight_make(&tape->flight, &tape->operations) < 0 || tape_index_make(tape) < 0)
        return -1;
    tape->moments = moments_make(tape->recording);
    return tape->moments ? 0 : -1;
}

struct tape *tape_open(const char *path, const char *check, const char *message,
                       struct failure *failure)
{
    struct recording *recording = recording_read(path, failure);
    if (!recording)
        return NULL;
    struct tape *tape = calloc(1, sizeof *tape);
    if (!tape) {
        recording_free(recording);
    } else {
        tape->recording = recording;
        if (tape_fill(tape, path, check, message) == 0)
            return tape;
        tape_close(tape);
    }
    failure_set(failure, STATUS_MACHINE, "there is not enough memory to show %s", path);
    return NULL;
}

static void lanes_free(struct tape_lane *lanes, size_t count)
{
    for (size_t i = 0; lanes && i < count; i++)
        free(lanes[i].spans);
    free(lanes);
}

void tape_close(struct tape *tape)
{
    if (!tape)
        return;
    tape_index_free(tape);
    lanes_free(tape->threads, tape->thread_count);
    lanes_free(tape->connections, tape->connection_count);
    moments_free(tape->moments);
    flight_free(&tape->flight);
    operations_free(&tape->operations);
    survey_free(&tape->survey);
    recording_free(tape->recording);
    free((char *)tape->name);
    free((char *)tape->check);
    free((char *)tape->message);
    free(tape);
}

/* --- places and times --- */

size_t tape_place(const struct tape *tape, int64_t time)
{
    const struct recording *recording = tape->recording;
    size_t low = 0, high = recording->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (recording->events[middle].time - tape->origin <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t tape_time(const struct tape *tape, size_t place)
{
    if (place == 0 || tape->recording->count == 0)
        return 0;
    if (place > tape->recording->count)
        place = tape->recording->count;
    return tape->recording->events[place - 1].time - tape->origin;
}

const struct tape_lane *tape_thread(const struct tape *tape, int number)
{
    return lane_find(tape->threads, tape->thread_count, number);
}

const struct tape_lane *tape_connection(const struct tape *tape, int number)
{
    return lane_find(tape->connections, tape->connection_count, number);
}

size_t tape_span_place(const struct tape *tape, const struct tape_lane *lane, int64_t time)
{
    size_t low = 0, high = lane->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lane->spans[middle]->end - tape->origin <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct phase *tape_span(const struct tape *tape, const struct tape_lane *lane,
                              int64_t time)
{
    const struct phase *span = lane ? tape_doing(lane, time + tape->origin) : NULL;
    bool over = span && span->end - tape->origin <= time && span->begin < span->end;
    return over ? NULL : span;
}
