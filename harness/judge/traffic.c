/* Follows the bytes of each connection. See traffic.h. */
#include "judge/traffic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MOST (1 << 17) /* a recording is a file: its numbers may be anything */

struct lane *traffic_of(const struct traffic *traffic, int connection)
{
    return connection > 0 && connection < traffic->count ? &traffic->lanes[connection] : NULL;
}

static struct lane *lane_at(struct traffic *traffic, int connection)
{
    if (connection <= 0 || connection >= CONNECTIONS_MOST)
        return NULL;
    if (connection >= traffic->count) {
        int count = connection * 2 + 64;
        struct lane *lanes = realloc(traffic->lanes, (size_t)count * sizeof *lanes);
        if (!lanes)
            return NULL;
        for (int i = traffic->count; i < count; i++)
            lanes[i] = (struct lane){.arrived = INT64_MAX, .opened = INT64_MAX};
        traffic->lanes = lanes;
        traffic->count = count;
    }
    return &traffic->lanes[connection];
}

void traffic_free(struct traffic *traffic)
{
    for (int i = 0; i < traffic->count; i++)
        free(traffic->lanes[i].sent);
    free(traffic->lanes);
    *traffic = (struct traffic){0};
}

static void add_sent(struct lane *lane, const struct event *step)
{
    size_t count = lane->sends;
    if ((count & (count + 1)) == 0) { /* room for 1, 3, 7, 15 … */
        struct sent *sent = realloc(lane->sent, (count * 2 + 1) * sizeof *sent);
        if (!sent)
            return;
        lane->sent = sent;
    }
    int64_t before = count ? lane->sent[count - 1].total : 0;
    lane->sent[lane->sends++] = (struct sent){step->time + step->span, before + step->bytes};
}

static void follow_step(struct lane *lane, const struct event *step)
{
    const char *verb = step->verb ? step->verb : "";
    if (strcmp(verb, "send") == 0 && step->bytes > 0)
        add_sent(lane, step);
    if (strcmp(verb, "connect") == 0 && step->outcome == OUTCOME_OK)
        lane->arrived = step->time + step->span;
}

bool traffic_takes(const struct call *call)
{
    const struct event *enter = call->enter;
    return phase_call_is(enter->call, "@receive") &&
           !(enter->detail && strstr(enter->detail, "MSG_PEEK"));
}

bool traffic_short(const struct call *call)
{
    return call->enter->bytes == EVENT_NONE || call_moved(call) < call->enter->bytes;
}

static void follow_call(struct lane *lane, const struct call *call)
{
    int error = call->leave->error;
    if (traffic_takes(call)) {
        lane->taken += call_moved(call);
        lane->thread = call->enter->thread;
    } else if (phase_call_is(call->enter->call, "@send") && error != EINTR) {
        lane->blocked = error == EAGAIN || (!error && traffic_short(call));
    }
}

void traffic_follow(struct traffic *traffic, const struct view *view, const struct event *event)
{
    struct lane *lane = lane_at(traffic, event->connection);
    const struct call *call = event->kind == EVENT_LEAVE ? view_call(view, event->pair) : NULL;
    if (!lane)
        return;
    if (event->kind == EVENT_STEP)
        follow_step(lane, event);
    else if (event->kind == EVENT_OPEN)
        lane->opened = event->time;
    else if (event->kind == EVENT_CLOSE)
        lane->closed = true;
    else if (call && call->leave && call->leave->call)
        follow_call(lane, call);
}

int64_t traffic_unread(const struct lane *lane, int64_t time)
{
    size_t low = 0, high = lane->sends;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lane->sent[middle].end <= time)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t total = low ? lane->sent[low - 1].total : 0;
    return total > lane->taken ? total - lane->taken : 0;
}

int traffic_queued(const struct traffic *traffic, int64_t time)
{
    int queued = 0;
    for (int i = 1; i < traffic->count; i++)
        queued += traffic->lanes[i].arrived <= time && traffic->lanes[i].opened == INT64_MAX;
    return queued;
}
