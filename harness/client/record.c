/* What clients did and saw, as STEP events. */
#include <stdio.h>
#include <string.h>

#include "client/play.h"

#define WINDOW_BEFORE 32 /* bytes shown before the first difference */
#define WANT_SHOWN    64 /* bytes of an expectation that was met */

struct event record_begin(const struct client *client, const char *verb)
{
    struct event event = event_make(EVENT_STEP);
    event.verb = verb;
    if (client != NULL) {
        event.client = client->number;
        event.connection = client->connection;
    }
    return event;
}

void record_end(struct play *play, struct event *event)
{
    event_write(play->options->out, event);
}

static size_t at_most(size_t size, size_t most)
{
    return size < most ? size : most;
}

/* Expected and got, side by side, from a little before the first difference. */
static void show_difference(const struct act *act, struct event *event)
{
    const struct buffer *buffer = &act->client->buffer;
    size_t begin = act->matched > WINDOW_BEFORE ? act->matched - WINDOW_BEFORE : 0;
    if (begin < buffer_size(buffer)) {
        event->data = buffer_bytes(buffer) + begin;
        event->data_size = at_most(buffer_size(buffer) - begin, EVENT_DATA_MAX);
    }
    if (act->step->data != NULL && begin < act->step->size) {
        event->want = act->step->data + begin;
        event->want_size = at_most(act->step->size - begin, EVENT_DATA_MAX);
    }
    event->offset = act->stream + (int64_t)begin;
}

static void show_expectation(const struct act *act, struct event *event)
{
    event->offset = act->stream;
    event->bytes = act->result.number;
    if (act->step->data != NULL) {
        event->want = act->step->data;
        event->want_size = at_most(act->step->size, WANT_SHOWN);
    }
}

/* A connection is "connect" to readers, also where the script tried it. */
static const char *verb_of(const struct act *act)
{
    bool connected = act->step->kind == STEP_CONNECT && act->result.outcome == OUTCOME_OK;
    return connected ? "connect" : act->step->verb;
}

/* The end of an act: what the student reads when it failed, and where the script says it. */
void record_act(struct act *act)
{
    struct event event = record_begin(act->client, verb_of(act));
    char text[sizeof act->result.message + 128];
    bool well = act->result.outcome == OUTCOME_OK;
    event.time = act->begun;
    event.span = event_now(act->play->options->out) - act->begun;
    event.outcome = act->result.outcome;
    if (well)
        snprintf(text, sizeof text, "%s", act->step->where);
    else
        snprintf(text, sizeof text, "%s (%s)", act->result.message, act->step->where);
    event.detail = text;
    if (act->ops->reads && well)
        show_expectation(act, &event);
    else if (act->ops->reads)
        show_difference(act, &event);
    record_end(act->play, &event);
}

/* What a client has taken in all, so that two runs of one script can be compared. */
void record_transcript(struct play *play, const struct client *client)
{
    char text[40];
    struct event event = record_begin(client, "transcript");
    snprintf(text, sizeof text, "fnv1a %016llx", (unsigned long long)client->digest);
    event.bytes = client->taken;
    event.result = client->sent;
    event.detail = text;
    record_end(play, &event);
}
