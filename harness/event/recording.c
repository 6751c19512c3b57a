/*
 * Reading a recording: line by line, each parsed on its own, so that a bad line costs only
 * itself. Then order by time, an index by number, and each ENTER tied to its LEAVE.
 */
#include "event/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/arena.h"
#include "event/line.h"

#define NO_EVENT SIZE_MAX

struct recording_index {
    struct arena arena; /* every string of header and events */
    size_t room;        /* of the events */
    size_t *by_number;  /* positions of the events, ordered by their number */
    size_t *leaves;     /* for each position: that of its LEAVE, or NO_EVENT */
};

static struct event *event_room(struct recording *recording)
{
    struct recording_index *index = recording->index;
    if (recording->count == index->room) {
        size_t room = index->room ? index->room + index->room / 2 : 256;
        struct event *larger = realloc(recording->events, room * sizeof *larger);
        if (!larger)
            return NULL;
        recording->events = larger;
        index->room = room;
    }
    return &recording->events[recording->count];
}

static int line_take(struct recording *recording, const char *line, size_t size)
{
    struct event *event = event_room(recording);
    if (!event)
        return -1;
    int answer = line_read(line, size, &recording->index->arena, event);
    if (answer == 0)
        recording->count++;
    else if (answer < 0)
        recording->skipped++;
    return 0;
}

/* --- index --- */

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

static size_t position_of(const struct recording *recording, const struct event *event)
{
    return (size_t)(event - recording->events);
}

static void tie_leaves(struct recording *recording)
{
    struct recording_index *index = recording->index;
    for (size_t i = 0; i < recording->count; i++)
        index->leaves[i] = NO_EVENT;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *leave = &recording->events[i];
        if (leave->kind != EVENT_LEAVE || leave->pair == 0)
            continue;
        const struct event *enter = recording_find(recording, leave->pair);
        if (!enter || enter->kind != EVENT_ENTER || enter->thread != leave->thread)
            continue;
        size_t at = position_of(recording, enter);
        if (at < i && index->leaves[at] == NO_EVENT)
            index->leaves[at] = i;
    }
}

/* Most recordings are in order already, and moving a million events takes as long as reading. */
static bool ordered(const struct event *events, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (by_time(&events[i - 1], &events[i]) > 0)
            return false;
    return true;
}

static bool numbered(const struct event *events, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (events[i - 1].number > events[i].number)
            return false;
    return true;
}

static int index_make(struct recording *recording)
{
    struct recording_index *index = recording->index;
    size_t count = recording->count;
    if (count == 0)
        return 0;
    if (!ordered(recording->events, count))
        qsort(recording->events, count, sizeof *recording->events, by_time);
    index->by_number = malloc(count * sizeof *index->by_number);
    index->leaves = malloc(count * sizeof *index->leaves);
    if (!index->by_number || !index->leaves)
        return -1;
    for (size_t i = 0; i < count; i++)
        index->by_number[i] = i;
    if (!numbered(recording->events, count))
        qsort_r(index->by_number, count, sizeof *index->by_number, by_number,
                recording->events);
    tie_leaves(recording);
    return 0;
}

const struct event *recording_find(const struct recording *recording, uint64_t number)
{
    size_t low = 0, high = recording->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct event *event = &recording->events[recording->index->by_number[middle]];
        if (event->number == number)
            return event;
        if (event->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct event *recording_leave(const struct recording *recording,
                                    const struct event *enter)
{
    size_t at = position_of(recording, enter);
    if (at >= recording->count || recording->index->leaves[at] == NO_EVENT)
        return NULL;
    return &recording->events[recording->index->leaves[at]];
}

/* --- the file --- */

static int out_of_memory(const char *path, struct failure *failure)
{
    return failure_set(failure, STATUS_MACHINE, "There is not enough memory to read %s.", path);
}

static int header_take(struct recording *recording, const char *path, const char *line,
                       ssize_t size, struct failure *failure)
{
    if (size <= 0)
        return failure_set(failure, STATUS_USAGE, "%s is empty: no recording was begun.", path);
    if (line[size - 1] != '\n')
        return failure_set(failure, STATUS_USAGE,
                           "%s ends within its first line: it is no recording, or was cut off "
                           "before anything happened.",
                           path);
    const char *wrong =
        line_header_read(line, (size_t)size, &recording->index->arena, &recording->header);
    if (wrong)
        return failure_set(failure, STATUS_USAGE, "%s cannot be read: %s.", path, wrong);
    return 0;
}

static int lines_read(struct recording *recording, const char *path, FILE *file,
                      struct failure *failure)
{
    char *line = NULL;
    size_t room = 0;
    errno = 0;
    ssize_t size = getline(&line, &room, file);
    int answer = ferror(file) ? failure_errno(failure, STATUS_USAGE, "%s cannot be read", path)
                              : header_take(recording, path, line, size, failure);
    while (answer == 0 && (size = getline(&line, &room, file)) > 0) {
        recording->cut = line[size - 1] != '\n';
        if (!recording->cut && line_take(recording, line, (size_t)size) < 0)
            answer = out_of_memory(path, failure);
    }
    if (answer == 0 && ferror(file))
        answer = failure_errno(failure, STATUS_MACHINE, "%s cannot be read to its end", path);
    free(line);
    return answer;
}

struct recording *recording_read(const char *path, struct failure *failure)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (recording)
        recording->index = calloc(1, sizeof *recording->index);
    if (!recording || !recording->index) {
        free(recording);
        out_of_memory(path, failure);
        return NULL;
    }
    FILE *file = fopen(path, "re");
    int answer = file ? lines_read(recording, path, file, failure)
                      : failure_errno(failure, STATUS_USAGE, "%s cannot be opened", path);
    if (file)
        fclose(file);
    if (answer == 0 && index_make(recording) < 0)
        answer = out_of_memory(path, failure);
    if (answer == 0)
        return recording;
    recording_free(recording);
    return NULL;
}

void recording_free(struct recording *recording)
{
    if (!recording)
        return;
    arena_free(&recording->index->arena);
    free(recording->index->by_number);
    free(recording->index->leaves);
    free(recording->index);
    free(recording->events);
    free(recording);
}
