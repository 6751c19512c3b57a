/*
 * Phases from events: first what is known about the clock of this recording, then the lanes of
 * threads (lane_thread.c) and of connections (lane_connection.c), then one order for all.
 */
#include "event/phase.h"

#include <errno.h>
#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"
#include "event/lanes.h"

/* With fewer calls than this nothing can be said about how late stops are: */
#define STOP_SAMPLES 8
#define STOP_UNKNOWN (100 * CLOCK_MICROSECOND)
/* A tracer later than this is rarer than a program that computes for so long. */
#define ENTRY_MOST (20 * CLOCK_MILLISECOND)

struct last_seen {
    int thread;         /* or minus a process, for its rings */
    int64_t time, late; /* of its last stop, and by how much that was late */
    UT_hash_handle hh;
};

/*
 * Where old events were left out, nothing is known of what was done between those that are kept:
 * only a call that is under way reaches back there, to its own ENTER.
 */
static struct phase known_part(const struct lanes *lanes, const struct phase *span)
{
    struct phase known = *span;
    bool between = span->kind == PHASE_RUNNING || span->kind == PHASE_NOTIFIED ||
                   span->begin_from == SOURCE_EXIT;
    if (between && span->begin < lanes->recording->whole_from) {
        known.begin = lanes->recording->whole_from;
        known.begin_from = SOURCE_CUT;
    }
    return known;
}

void lanes_add(struct lanes *lanes, const struct phase *span)
{
    struct phases *out = lanes->out;
    struct phase known = known_part(lanes, span);
    if (known.end < known.begin || known.end < lanes->recording->whole_from)
        return;
    if (out->count == lanes->room) {
        size_t room = lanes->room ? lanes->room * 2 : 64;
        struct phase *larger = realloc(out->spans, room * sizeof *larger);
        if (!larger) {
            lanes->failed = true;
            return;
        }
        out->spans = larger;
        lanes->room = room;
    }
    out->spans[out->count++] = known;
}

bool lanes_vain(const struct event *enter, const struct event *leave)
{
    if (phase_call_is(enter->call, "io_uring_enter"))
        return phase_ring_vain(enter, leave);
    if (phase_call_is(enter->call, "@wait"))
        return enter->timeout == 0 && leave->result == 0 && !leave->error;
    if (phase_call_is(enter->call, "@signal"))
        return enter->timeout == 0 && leave->error == EAGAIN;
    return leave->error == EAGAIN &&
           (phase_call_is(enter->call, "@receive") || phase_call_is(enter->call, "@accept") ||
            phase_call_is(enter->call, "@send"));
}

/* --- the clock of this recording --- */

static struct last_seen *seen_find(struct last_seen **table, int thread)
{
    struct last_seen *seen;
    HASH_FIND_INT(*table, &thread, seen);
    if (seen)
        return seen;
    seen = calloc(1, sizeof *seen);
    if (!seen)
        return NULL;
    seen->thread = thread;
    seen->time = -1;
    HASH_ADD_INT(*table, thread, seen);
    if (seen->hh.tbl)
        return seen;
    free(seen);
    return NULL;
}

static void seen_free(struct last_seen *table)
{
    struct last_seen *seen, *next;
    HASH_ITER(hh, table, seen, next)
    {
        HASH_DEL(table, seen);
        free(seen);
    }
}

/* The program entered after its thread's previous stop and before this one. */
static int64_t entry_late(const struct last_seen *seen, int64_t time)
{
    int64_t gap = seen->time < 0 ? STOP_UNKNOWN : time - seen->time;
    return gap < ENTRY_MOST ? gap : ENTRY_MOST;
}

/* An entry is handed in with the call that stands before it. A completion came after the last
   stop of its process, at which it was not there. */
static int lateness_at_ring(struct lanes *lanes, struct last_seen **table, size_t i)
{
    const struct event *event = &lanes->recording->events[i];
    bool by_thread = event->kind == EVENT_SUBMIT && event->thread > 0;
    struct last_seen *seen = seen_find(table, by_thread ? event->thread : -event->process);
    if (!seen)
        return -1;
    lanes->late[i] = seen->time == event->time ? seen->late : entry_late(seen, event->time);
    return 0;
}

static int stop_of_process(struct last_seen **table, const struct event *event)
{
    struct last_seen *seen = seen_find(table, -event->process);
    if (seen && seen->time != event->time) {
        seen->late = entry_late(seen, event->time);
        seen->time = event->time;
    }
    return seen ? 0 : -1;
}

static int lateness_of_entries(struct lanes *lanes)
{
    const struct recording *recording = lanes->recording;
    struct last_seen *table = NULL;
    int answer = 0;
    for (size_t i = 0; i < recording->count && answer == 0; i++) {
        const struct event *event = &recording->events[i];
        if (event->time + event->span > lanes->end)
            lanes->end = event->time + event->span;
        if (event->kind == EVENT_SUBMIT || event->kind == EVENT_COMPLETE) {
            answer = lateness_at_ring(lanes, &table, i);
            continue;
        }
        if (event->thread == 0)
            continue;
        if (lanes->operations.count)
            answer = stop_of_process(&table, event);
        struct last_seen *seen = seen_find(&table, event->thread);
        if (!seen) {
            answer = -1;
            break;
        }
        if (event->kind == EVENT_ENTER) {
            lanes->late[i] = seen->late = entry_late(seen, event->time);
            lanes->slept[i] = (signed char)phase_slept(recording, event);
        }
        seen->time = event->time;
    }
    seen_free(table);
    return answer;
}

static int by_length(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

/*
 * A call that did not sleep lasts about as long as its exit stop is late: 95 of 100 of them
 * bound the lateness of the others.
 */
static int lateness_of_stops(struct lanes *lanes)
{
    const struct recording *recording = lanes->recording;
    int64_t *lengths = malloc((recording->count + 1) * sizeof *lengths);
    size_t count = 0;
    if (!lengths)
        return -1;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *enter = &recording->events[i];
        if (enter->kind != EVENT_ENTER || lanes->slept[i] != EVENT_NO)
            continue;
        const struct event *leave = recording_leave(recording, enter);
        if (leave)
            lengths[count++] = leave->time - enter->time;
    }
    qsort(lengths, count, sizeof *lengths, by_length);
    lanes->stop = count ? lengths[count * 95 / 100] : STOP_UNKNOWN;
    if (count < STOP_SAMPLES && lanes->stop < STOP_UNKNOWN)
        lanes->stop = STOP_UNKNOWN;
    free(lengths);
    return 0;
}

/* --- all of it --- */

static int by_begin(const void *left, const void *right)
{
    const struct phase *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->connection != b->connection)
        return a->connection < b->connection ? -1 : 1;
    return a->thread < b->thread ? -1 : a->thread > b->thread;
}

int phases_derive(const struct recording *recording, struct phases *phases)
{
    struct lanes lanes = {.recording = recording, .out = phases};
    *phases = (struct phases){NULL, 0};
    lanes.late = calloc(recording->count + 1, sizeof *lanes.late);
    lanes.slept = calloc(recording->count + 1, sizeof *lanes.slept);
    int answer = -1;
    if (lanes.late && lanes.slept && operations_find(&lanes.operations, recording) == 0 &&
        lateness_of_entries(&lanes) == 0 && lateness_of_stops(&lanes) == 0 &&
        lanes_threads(&lanes) == 0 && lanes_connections(&lanes) == 0 && !lanes.failed)
        answer = 0;
    free(lanes.late);
    free(lanes.slept);
    operations_free(&lanes.operations);
    if (answer < 0)
        phases_free(phases);
    else if (phases->count)
        qsort(phases->spans, phases->count, sizeof *phases->spans, by_begin);
    return answer;
}

void phases_free(struct phases *phases)
{
    free(phases->spans);
    *phases = (struct phases){NULL, 0};
}
