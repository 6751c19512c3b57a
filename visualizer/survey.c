/* See survey.h. */
#include "visualizer/survey.h"

#include <stdlib.h>
#include <string.h>

/* --- lanes --- */

static int by_number(const void *left, const void *right)
{
    const struct survey_lane *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

/* Many stretches of the same lane become one. Returns how many lanes there are. */
static size_t lanes_merge(struct survey_lane *lanes, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(lanes, count, sizeof *lanes, by_number);
    for (size_t i = 0; i < count; i++) {
        struct survey_lane *last = kept ? &lanes[kept - 1] : NULL;
        if (!last || last->number != lanes[i].number)
            lanes[kept++] = lanes[i];
        else if (lanes[i].to > last->to)
            last->to = lanes[i].to;
    }
    return kept;
}

static int find_threads(struct survey *survey)
{
    size_t count = 0;
    survey->threads = malloc((survey->phases.count + 1) * sizeof *survey->threads);
    if (!survey->threads)
        return -1;
    for (size_t i = 0; i < survey->phases.count; i++) {
        const struct phase *span = &survey->phases.spans[i];
        survey->present[span->kind] = true;
        struct survey_lane *last = count ? &survey->threads[count - 1] : NULL;
        if (span->kind == PHASE_WAIT || span->kind == PHASE_COPY)
            continue;
        if (last && last->number == span->thread)
            last->to = span->end > last->to ? span->end : last->to;
        else
            survey->threads[count++] =
                (struct survey_lane){span->thread, span->begin, span->end};
    }
    survey->thread_count = lanes_merge(survey->threads, count);
    return 0;
}

/* A connection lives in the server from its first to its last event there. */
static int find_connections(struct survey *survey)
{
    const struct recording *recording = survey->recording;
    size_t count = 0;
    survey->connections = malloc((recording->count + 1) * sizeof *survey->connections);
    if (!survey->connections)
        return -1;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        bool in_server = event->thread > 0 || event->kind == EVENT_COMPLETE;
        struct survey_lane *last = count ? &survey->connections[count - 1] : NULL;
        if (event->connection <= 0 || !in_server)
            continue;
        if (last && last->number == event->connection)
            last->to = event->time; /* most events stand beside others of theirs */
        else
            survey->connections[count++] =
                (struct survey_lane){event->connection, event->time, event->time};
    }
    survey->connection_count = lanes_merge(survey->connections, count);
    return 0;
}

/* Where a script was played, only that is drawn: loading and ending a program teach nothing. */
static void keep_to_script(struct survey *survey)
{
    const struct recording *recording = survey->recording;
    const struct event *first = NULL, *last = NULL;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_STEP && !first)
            first = event;
        if (event->kind == EVENT_CHECK)
            last = event;
    }
    if (first)
        survey->begin = first->time;
    if (last && last->time > survey->begin)
        survey->end = last->time;
}

static void find_ends(struct survey *survey)
{
    const struct recording *recording = survey->recording;
    if (recording->count)
        survey->begin = recording->events[0].time;
    if (survey->phases.count)
        survey->begin = survey->phases.spans[0].begin;
    survey->end = survey->begin;
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].time > survey->end)
            survey->end = recording->events[i].time;
    for (size_t i = 0; i < survey->phases.count; i++)
        if (survey->phases.spans[i].end > survey->end)
            survey->end = survey->phases.spans[i].end;
    keep_to_script(survey);
}

/* --- messages --- */

/* A COPY after its WAIT: both end with the LEAVE of the same receive. */
static int by_last(const void *left, const void *right)
{
    const struct survey_message *a = left, *b = right;
    return a->copy->last < b->copy->last ? -1 : a->copy->last > b->copy->last;
}

static int by_copy(const void *left, const void *right)
{
    const struct survey_message *a = left, *b = right;
    if (a->copy->end != b->copy->end)
        return a->copy->end < b->copy->end ? -1 : 1;
    return by_last(left, right);
}

static struct survey_message *message_of(struct survey *survey, const struct phase *wait)
{
    size_t low = 0, high = survey->message_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct survey_message *message = &survey->messages[middle];
        if (message->copy->last == wait->last)
            return message->copy->connection == wait->connection ? message : NULL;
        if (message->copy->last < wait->last)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void message_add(struct survey *survey, const struct phase *copy)
{
    const struct event *leave = recording_find(survey->recording, copy->last);
    int64_t bytes = leave ? leave->bytes > 0 ? leave->bytes : leave->result : 0;
    survey->messages[survey->message_count++] =
        (struct survey_message){.copy = copy, .bytes = bytes};
}

static int find_messages(struct survey *survey)
{
    const struct phases *phases = &survey->phases;
    survey->messages = calloc(phases->count + 1, sizeof *survey->messages);
    if (!survey->messages)
        return -1;
    for (size_t i = 0; i < phases->count; i++)
        if (phases->spans[i].kind == PHASE_COPY)
            message_add(survey, &phases->spans[i]);
    if (survey->message_count == 0)
        return 0;
    qsort(survey->messages, survey->message_count, sizeof *survey->messages, by_last);
    for (size_t i = 0; i < phases->count; i++) {
        const struct phase *span = &phases->spans[i];
        struct survey_message *message =
            span->kind == PHASE_WAIT && span->last ? message_of(survey, span) : NULL;
        if (message)
            message->wait = span;
    }
    qsort(survey->messages, survey->message_count, sizeof *survey->messages, by_copy);
    return 0;
}

static int by_value(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

static int64_t median(int64_t *values, size_t count)
{
    if (count == 0)
        return -1;
    qsort(values, count, sizeof *values, by_value);
    return count % 2 ? values[count / 2] : values[count / 2 - 1] / 2 + values[count / 2] / 2;
}

/* A message that was there already had no wait; it does not count as one of 0. */
static int find_medians(struct survey *survey)
{
    int64_t *values = malloc((survey->message_count + 1) * sizeof *values);
    size_t waits = 0;
    if (!values)
        return -1;
    for (size_t i = 0; i < survey->message_count; i++)
        if (survey->messages[i].wait)
            values[waits++] = survey->messages[i].wait->end - survey->messages[i].wait->begin;
    survey->median_wait = median(values, waits);
    for (size_t i = 0; i < survey->message_count; i++)
        values[i] = survey->messages[i].copy->end - survey->messages[i].copy->begin;
    survey->median_copy = median(values, survey->message_count);
    free(values);
    return 0;
}

/* Only for the first messages, which are the ones that are told one by one. */
#define VAIN_COUNTED 16

static void count_vain(struct survey *survey)
{
    for (size_t m = 0; m < survey->message_count && m < VAIN_COUNTED; m++) {
        struct survey_message *message = &survey->messages[m];
        for (size_t i = 0; message->wait && i < survey->phases.count; i++) {
            const struct phase *span = &survey->phases.spans[i];
            message->vain +=
                span->kind == PHASE_POLLING && span->connection == message->copy->connection &&
                span->begin >= message->wait->begin && span->begin < message->copy->end;
        }
    }
}

/* --- the check --- */

static void find_check(struct survey *survey)
{
    const struct recording *recording = survey->recording;
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].kind == EVENT_CHECK)
            survey->check = &recording->events[i];
    if (!survey->check || survey->check->outcome == OUTCOME_OK)
        return;
    survey->failed = survey->check;
    /* A step may fail and be meant to: the last one before the check's end did not. */
    for (const struct event *event = recording->events; event < survey->check; event++)
        if (event->kind == EVENT_STEP && event->outcome == survey->check->outcome)
            survey->failed = event;
}

int survey_make(struct survey *survey, const struct recording *recording)
{
    *survey = (struct survey){.recording = recording, .median_wait = -1, .median_copy = -1};
    if (phases_derive(recording, &survey->phases) < 0)
        return -1;
    phases_total(recording, &survey->phases, &survey->totals);
    if (find_threads(survey) < 0 || find_connections(survey) < 0 || find_messages(survey) < 0 ||
        find_medians(survey) < 0) {
        survey_free(survey);
        return -1;
    }
    find_ends(survey);
    count_vain(survey);
    find_check(survey);
    return 0;
}

void survey_free(struct survey *survey)
{
    phases_free(&survey->phases);
    free(survey->threads);
    free(survey->connections);
    free(survey->messages);
}

const struct phase *survey_doing(const struct survey *survey, int thread, int64_t time)
{
    for (size_t i = 0; i < survey->phases.count; i++) {
        const struct phase *span = &survey->phases.spans[i];
        bool lane = span->kind != PHASE_WAIT && span->kind != PHASE_COPY;
        if (lane && span->thread == thread && span->begin <= time && time < span->end)
            return span;
    }
    return NULL;
}
