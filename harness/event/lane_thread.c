/*
 * Lanes of threads, without a gap from a thread's start to its end. A thread runs unless a call
 * says otherwise: calls that did their work at once belong to RUNNING.
 *
 * NOTIFIED lasts from a signal to the thread's next stop. One that comes while the thread is
 * in a call has no length: the call's own span goes on to its exit.
 */
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/clock.h"
#include "event/lanes.h"

#define LONG_CALL CLOCK_MILLISECOND /* of a call that may have slept: it did */

struct lane {
    int thread;
    int64_t cursor; /* what is before it has been told */
    enum phase_source cursor_from;
    int64_t cursor_late;
    uint64_t cursor_event;
    const struct event *enter;  /* the call that it is in, or NULL */
    const struct event *signal; /* being notified by it, or NULL */
    bool ended;
    UT_hash_handle hh;
};

struct moment {
    int64_t time;
    enum phase_source from;
    int64_t late; /* uncertainty */
    uint64_t event;
};

static struct lane *lane_find(struct lane **table, int thread)
{
    struct lane *lane;
    HASH_FIND_INT(*table, &thread, lane);
    return lane;
}

static struct lane *lane_begin(struct lanes *lanes, struct lane **table,
                               const struct event *first)
{
    struct lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return NULL;
    lane->thread = first->thread;
    lane->cursor = first->time;
    lane->cursor_from = SOURCE_STOP;
    lane->cursor_late = lanes->stop;
    lane->cursor_event = first->number;
    HASH_ADD_INT(*table, thread, lane);
    if (lane->hh.tbl)
        return lane;
    free(lane);
    return NULL;
}

/* What lies between the cursor and `until` becomes a span of this kind. */
static void tell(struct lanes *lanes, struct lane *lane, enum phase_kind kind,
                 const struct event *call, struct moment until)
{
    struct phase span = {
        .kind = kind,
        .thread = lane->thread,
        .connection = call ? call->connection : 0,
        .call = call ? call->call : NULL,
        .begin = lane->cursor,
        .end = until.time,
        .begin_from = lane->cursor_from,
        .end_from = until.from,
        .uncertainty = lane->cursor_late + until.late,
        .first = lane->cursor_event,
        .last = until.event,
    };
    if (span.end > span.begin || call)
        lanes_add(lanes, &span);
    lane->cursor = until.time;
    lane->cursor_from = until.from;
    lane->cursor_late = until.late;
    lane->cursor_event = until.event;
}

static struct moment at_enter(const struct lanes *lanes, const struct event *enter)
{
    return (struct moment){enter->time, SOURCE_STOP, lanes_entry(lanes, enter), enter->number};
}

/* A select or poll of nothing is a way to sleep, as old as select itself. */
static bool by_choice(const struct event *enter)
{
    if (phase_call_is(enter->call, "@sleep") || phase_call_is(enter->call, "@signal"))
        return true;
    if (!phase_call_is(enter->call, "@wait") || !enter->detail)
        return false;
    return strcmp(enter->detail, "{}") == 0 || strstr(enter->detail, ", {}, {}, {}") != NULL;
}

/* Calls that sleep for I/O, if they sleep. Others, like execve, may just take long. */
static bool waits_for_io(const struct event *enter)
{
    static const char *const calls[] = {"@receive", "@send", "@accept", "@wait", "connect"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (phase_call_is(enter->call, calls[i]))
            return true;
    return false;
}

static enum phase_kind kind_of(const struct lanes *lanes, const struct event *enter,
                               const struct event *leave)
{
    int slept = lanes->slept[lanes_at(lanes, enter)];
    if (slept == EVENT_UNKNOWN && leave && leave->time - enter->time > LONG_CALL &&
        waits_for_io(enter))
        slept = EVENT_YES;
    if (slept == EVENT_YES)
        return by_choice(enter) ? PHASE_PAUSED : PHASE_BLOCKED;
    return leave && lanes_vain(enter, leave) ? PHASE_POLLING : PHASE_RUNNING;
}

/* The call behind lane->enter ends at `until`; `leave` is NULL when it never came back. */
static void call_end(struct lanes *lanes, struct lane *lane, const struct event *leave,
                     struct moment until)
{
    const struct event *enter = lane->enter;
    enum phase_kind kind = kind_of(lanes, enter, leave);
    lane->enter = NULL;
    if (kind == PHASE_RUNNING)
        return;
    tell(lanes, lane, PHASE_RUNNING, NULL, at_enter(lanes, enter));
    size_t before = lanes->out->count;
    tell(lanes, lane, kind, enter, until);
    /* Who cannot tell whether it slept is wrong by all of it. */
    if (lanes->slept[lanes_at(lanes, enter)] == EVENT_UNKNOWN && lanes->out->count > before &&
        kind == PHASE_BLOCKED)
        lanes->out->spans[lanes->out->count - 1].uncertainty = until.time - enter->time;
}

static void signal_end(struct lanes *lanes, struct lane *lane, struct moment until)
{
    if (lane->signal)
        tell(lanes, lane, PHASE_NOTIFIED, lane->signal, until);
    lane->signal = NULL;
}

/* --- events --- */

static void on_enter(struct lanes *lanes, struct lane *lane, const struct event *enter)
{
    signal_end(lanes, lane, at_enter(lanes, enter));
    lane->enter = enter; /* one before it whose exit nobody saw counts as running */
}

static void on_leave(struct lanes *lanes, struct lane *lane, const struct event *leave)
{
    const struct event *enter = lane->enter;
    if (!enter || recording_leave(lanes->recording, enter) != leave)
        return;
    int64_t late = lanes_exit(lanes, enter, leave);
    call_end(lanes, lane, leave,
             (struct moment){leave->time, SOURCE_EXIT, late, leave->number});
}

static void on_signal(struct lanes *lanes, struct lane *lane, const struct event *event)
{
    struct moment now = {event->time, SOURCE_STOP, lanes->stop, event->number};
    if (!lane->enter) {
        signal_end(lanes, lane, now);
        tell(lanes, lane, PHASE_RUNNING, NULL, now);
        lane->signal = event;
        return;
    }
    struct phase span = {.kind = PHASE_NOTIFIED,
                         .thread = event->thread,
                         .connection = event->connection,
                         .begin = event->time,
                         .end = event->time,
                         .begin_from = SOURCE_STOP,
                         .end_from = SOURCE_STOP,
                         .uncertainty = lanes->stop,
                         .first = event->number,
                         .last = event->number};
    lanes_add(lanes, &span);
}

static void lane_end(struct lanes *lanes, struct lane *lane, struct moment until)
{
    if (lane->enter)
        call_end(lanes, lane, NULL, until);
    signal_end(lanes, lane, until);
    tell(lanes, lane, PHASE_RUNNING, NULL, until);
    lane->ended = true;
}

static void on_end(struct lanes *lanes, struct lane *lane, const struct event *event)
{
    lane_end(lanes, lane,
             (struct moment){event->time, SOURCE_STOP, lanes->stop, event->number});
}

static void ignore(struct lanes *lanes, struct lane *lane, const struct event *event)
{
    (void)lanes, (void)lane, (void)event;
}

static void (*const handlers[EVENT_KIND_COUNT])(struct lanes *, struct lane *,
                                                const struct event *) = {
    [EVENT_THREAD_START] = ignore, /* it only begins the lane */
    [EVENT_ENTER] = on_enter,      [EVENT_LEAVE] = on_leave,    [EVENT_SIGNAL] = on_signal,
    [EVENT_COMPLETE] = on_signal,  [EVENT_THREAD_END] = on_end,
};

static void lanes_finish(struct lanes *lanes, struct lane *table)
{
    struct lane *lane, *next;
    struct moment cut = {lanes->end, SOURCE_CUT, 0, 0};
    HASH_ITER(hh, table, lane, next)
    {
        if (!lane->ended)
            lane_end(lanes, lane, cut);
        HASH_DEL(table, lane);
        free(lane);
    }
}

int lanes_threads(struct lanes *lanes)
{
    struct lane *table = NULL;
    int answer = 0;
    for (size_t i = 0; i < lanes->recording->count; i++) {
        const struct event *event = &lanes->recording->events[i];
        if (event->thread == 0 || !handlers[event->kind])
            continue;
        struct lane *lane = lane_find(&table, event->thread);
        if (!lane)
            lane = lane_begin(lanes, &table, event);
        if (!lane) {
            answer = -1;
            break;
        }
        if (!lane->ended)
            handlers[event->kind](lanes, lane, event);
    }
    lanes_finish(lanes, table);
    return answer;
}
