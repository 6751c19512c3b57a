/* See tape.h. */
#include "visualizer/tape.h"

#include <stdlib.h>
#include <string.h>

#include "visualizer/tape_index.h"
#include "visualizer/tape_parts.h"

/* --- the tape --- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

int tape_texts(struct tape *tape, const char *path, const char *check, const char *message)
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

static void failure_set_at(struct tape *tape, const struct event *failed)
{
    int64_t time = failed->time + failed->span - tape->origin;
    tape->failed_at = (size_t)(failed - tape->recording->events);
    tape->failed_time = time < 0 ? 0 : time < tape->end ? time : tape->end;
}

static void failure_find(struct tape *tape)
{
    tape->failed_at = SIZE_MAX;
    tape->failed_time = -1;
    if (tape->survey.failed)
        failure_set_at(tape, tape->survey.failed);
}

/* Where a step of the script failed, that is the moment; a report knows of the other ways too. */
bool tape_shares_name(struct tape *const *tapes, size_t count, size_t which)
{
    for (size_t i = 0; i < count; i++)
        if (i != which && strcmp(tapes[i]->name, tapes[which]->name) == 0)
            return true;
    return false;
}

void tape_failure(struct tape *tape, uint64_t number)
{
    const struct event *failed = number ? recording_find(tape->recording, number) : NULL;
    if (!tape->message || tape->survey.failed)
        return;
    if (failed)
        failure_set_at(tape, failed);
    else
        tape->failed_time = tape->end; /* what is not of one moment is known at the end */
}

int tape_derive(struct tape *tape, const int64_t *origin)
{
    struct survey *survey = &tape->survey;
    if (survey_make(survey, tape->recording) < 0)
        return -1;
    if (origin)
        survey->begin = *origin;
    if (survey->end < survey->begin)
        survey->end = survey->begin;
    tape->origin = survey->begin;
    tape->end = survey->end - tape->origin;
    tape->whole_from = tape->recording->whole_from - tape->origin;
    tape->first = tape_place(tape, -1);
    failure_find(tape);
    if (operations_find(&tape->operations, tape->recording) < 0 ||
        flight_make(&tape->flight, &tape->operations) < 0 || tape_lanes_make(tape) < 0 ||
        tape_index_make(tape) < 0)
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
        if (tape_derive(tape, NULL) == 0 && tape_texts(tape, path, check, message) == 0)
            return tape;
        tape_close(tape);
    }
    failure_set(failure, STATUS_MACHINE, "there is not enough memory to show %s", path);
    return NULL;
}

void tape_forget(struct tape *tape)
{
    tape_index_free(tape);
    tape_lanes_free(tape);
    moments_free(tape->moments);
    flight_free(&tape->flight);
    operations_free(&tape->operations);
    survey_free(&tape->survey);
    free((char *)tape->name);
    free((char *)tape->check);
    free((char *)tape->message);
    tape->moments = NULL;
    tape->survey = (struct survey){.recording = tape->recording};
    tape->name = tape->check = tape->message = NULL;
}

void tape_close(struct tape *tape)
{
    if (!tape)
        return;
    tape_forget(tape);
    if (tape->live)
        tape_live_close(tape->live);
    else
        recording_free((struct recording *)tape->recording);
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
    bool over = span && span->end - tape->origin <= time && span->begin < span->end &&
                time < tape->end; /* at the end whatever was under way still is */
    return over ? NULL : span;
}
