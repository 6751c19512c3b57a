/* Questions about single calls, and about what lay unread while they ran. See view.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "judge/view.h"

bool call_is_operation(const struct call *call)
{
    return call->enter->kind == EVENT_SUBMIT;
}

int64_t call_end(const struct view *view, const struct call *call)
{
    return call->leave ? call->leave->time : view->end;
}

int64_t call_length(const struct view *view, const struct call *call)
{
    int64_t length = call_end(view, call) - call->enter->time;
    return length > 0 ? length : 0;
}

bool call_in_service(const struct view *view, const struct call *call)
{
    return view->ready != INT64_MAX && call_end(view, call) >= view->ready;
}

/* Cut off by the end: the call itself may have come back later, because of the end. */
static enum event_ternary slept_until_end(const struct call *call)
{
    const struct event *enter = call->enter;
    bool never = enter->nonblocking == EVENT_YES || enter->timeout == 0 ||
                 (enter->detail && strstr(enter->detail, "MSG_DONTWAIT") != NULL);
    if (never || phase_call_is(enter->call, "@sleep") || phase_call_is(enter->call, "@signal"))
        return never ? EVENT_NO : EVENT_YES;
    return enter->ready == EVENT_NO ? EVENT_YES : EVENT_UNKNOWN;
}

enum event_ternary call_slept(const struct view *view, const struct call *call)
{
    if (call->refused || call_is_operation(call))
        return EVENT_NO;
    if (phase_call_is(call->enter->call, "@lock") &&
        call_length(view, call) < CLOCK_MILLISECOND)
        return EVENT_NO;
    if (!call->leave)
        return slept_until_end(call);
    return phase_slept(view->recording, call->enter);
}

int64_t call_moved(const struct call *call)
{
    if (!call->leave || call->leave->error)
        return 0;
    int64_t moved = call->leave->bytes != EVENT_NONE ? call->leave->bytes : call->leave->result;
    return moved > 0 ? moved : 0;
}

bool call_failed_with(const struct call *call, int error)
{
    return call->leave && !call->refused && call->leave->error == error;
}

bool call_is_transfer(const struct call *call)
{
    return phase_call_is(call->enter->call, "@receive") ||
           phase_call_is(call->enter->call, "@send") ||
           phase_ring_receives(call->enter->call) || phase_ring_sends(call->enter->call);
}

/* A client's bytes went out: each of its send calls is a step of its own, `bytes` were taken.
 */
static bool sends(const struct event *step)
{
    return step->verb && strcmp(step->verb, "send") == 0 && step->bytes > 0;
}

static int64_t received_by_ring(const struct view *view, const struct event *complete)
{
    if (complete->error || complete->bytes <= 0 || !phase_ring_receives(complete->call))
        return 0;
    const struct operation *operation =
        operations_of(&view->operations, view->recording, complete);
    return operation && operations_says(operation->submit, "PEEK") ? 0 : -complete->bytes;
}

/* What this event adds to the bytes that lie unread on its connection. */
static int64_t unread_change(const struct view *view, const struct event *event, int64_t time)
{
    if (event->kind == EVENT_STEP && sends(event))
        return event->time + event->span <= time ? event->bytes : 0;
    if (event->kind == EVENT_COMPLETE)
        return received_by_ring(view, event);
    if (event->kind != EVENT_LEAVE || !event->call || !phase_call_is(event->call, "@receive"))
        return 0;
    const struct call *call = view_call(view, event->pair);
    bool peeked =
        call && call->enter->detail && strstr(call->enter->detail, "MSG_PEEK") != NULL;
    return call && !peeked ? -call_moved(call) : 0;
}

int64_t view_unread(const struct view *view, int connection, int64_t time)
{
    int64_t unread = 0;
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && recording->events[i].time <= time; i++)
        if (recording->events[i].connection == connection)
            unread += unread_change(view, &recording->events[i], time);
    return unread > 0 ? unread : 0;
}

/* Walks back from `time`: the connection that was sent to last is the likeliest to wait. */
int view_waiting(const struct view *view, int except, int64_t time, int64_t *bytes)
{
    const struct recording *recording = view->recording;
    int tried = 0;
    for (size_t i = recording->count; i > 0 && tried < 32; i--) {
        const struct event *event = &recording->events[i - 1];
        if (event->time > time || event->kind != EVENT_STEP || !sends(event) ||
            event->connection == except)
            continue;
        tried++;
        *bytes = view_unread(view, event->connection, time);
        if (*bytes > 0)
            return event->connection;
    }
    return 0;
}
