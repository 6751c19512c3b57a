/*
 * Reading a recording: line by line, each parsed on its own, so that a bad line costs only
 * itself. Then order by time, an index by number, and each ENTER tied to its LEAVE (arrange.c).
 */
#include "event/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/line.h"
#include "event/recording_parts.h"

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

int recording_take_line(struct recording *recording, const char *line, size_t size)
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

const char *recording_take_header(struct recording *recording, const char *line, size_t size)
{
    return line_header_read(line, size, &recording->index->header, &recording->header);
}

/* --- looking up --- */

const struct event *recording_find(const struct recording *recording, uint64_t number)
{
    size_t low = 0, high = recording->count ? recording->index->arranged : 0;
    const size_t *places = high ? recording->index->by_number : NULL;
    const struct event *last = high ? &recording->events[places[high - 1]] : NULL;
    /* Numbers run on without a gap, but where old events were left out. */
    if (last && number <= last->number && last->number - number < high) {
        const struct event *likely =
            &recording->events[places[high - 1 - (last->number - number)]];
        if (likely->number == number)
            return likely;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct event *event = &recording->events[places[middle]];
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
    size_t at = (size_t)(enter - recording->events);
    if (recording->count == 0 || at >= recording->index->arranged ||
        recording->index->leaves[at] == NO_EVENT)
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
    const char *wrong = recording_take_header(recording, line, (size_t)size);
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
        if (!recording->cut && recording_take_line(recording, line, (size_t)size) < 0)
            answer = out_of_memory(path, failure);
    }
    if (answer == 0 && ferror(file))
        answer = failure_errno(failure, STATUS_MACHINE, "%s cannot be read to its end", path);
    free(line);
    return answer;
}

struct recording *recording_new(void)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (recording)
        recording->index = calloc(1, sizeof *recording->index);
    if (recording && recording->index)
        return recording;
    free(recording);
    return NULL;
}

struct recording *recording_read(const char *path, struct failure *failure)
{
    struct recording *recording = recording_new();
    if (!recording) {
        out_of_memory(path, failure);
        return NULL;
    }
    FILE *file = fopen(path, "re");
    int answer = file ? lines_read(recording, path, file, failure)
                      : failure_errno(failure, STATUS_USAGE, "%s cannot be opened", path);
    if (file)
        fclose(file);
    if (answer == 0 && recording_arrange(recording) < 0)
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
    arena_free(&recording->index->header);
    arena_free(&recording->index->arena);
    free(recording->index->by_number);
    free(recording->index->leaves);
    free(recording->index);
    free(recording->events);
    free(recording);
}
