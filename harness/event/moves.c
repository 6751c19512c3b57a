/* See moves.h. */
#include "event/moves.h"

#include <string.h>

#include "event/phase.h"

static enum move move_of_step(const struct event *step)
{
    if (step->verb && strcmp(step->verb, "send") == 0)
        return MOVE_SENT;
    if (step->verb && strcmp(step->verb, "receive") == 0)
        return MOVE_RECEIVED;
    return MOVE_NONE;
}

static enum move move_of_call(const char *call)
{
    bool ring = phase_call_is(call, "@ring");
    if (ring ? phase_ring_receives(call) : phase_call_is(call, "@receive"))
        return MOVE_TAKEN;
    if (ring ? phase_ring_sends(call) : phase_call_is(call, "@send"))
        return MOVE_ANSWERED;
    return MOVE_NONE;
}

enum move move_of(const struct event *event, const struct event *enter, int64_t *bytes)
{
    bool leaves = event->kind == EVENT_LEAVE;
    *bytes = leaves && event->bytes == EVENT_NONE ? event->result : event->bytes;
    if (*bytes <= 0)
        return MOVE_NONE;
    if (event->kind == EVENT_STEP)
        return move_of_step(event);
    if (event->kind == EVENT_COMPLETE)
        return move_of_call(event->call);
    if (!leaves || (enter && phase_enter_is(enter, "@receive:MSG_PEEK")))
        return MOVE_NONE;
    return move_of_call(event->call);
}
