/* Acts that end at once, pauses, and what the run stage is asked about the server. */
#include <stdio.h>

#include "client/play.h"

#define ASK_AGAIN (2 * CLOCK_MILLISECOND)

/* --- on a client --- */

static bool half_close(struct act *act)
{
    socket_half_close(act);
    return act_ok(act);
}

static bool close_client(struct act *act)
{
    socket_close(act->play, act->client, act->step->where, false);
    return act_ok(act);
}

static bool reset_client(struct act *act)
{
    socket_close(act->play, act->client, act->step->where, true);
    return act_ok(act);
}

static bool stall(struct act *act)
{
    act->client->stalled = true;
    return act_ok(act);
}

static bool resume(struct act *act)
{
    socket_resume(act->play, act->client);
    return act_ok(act);
}

static bool received(struct act *act)
{
    struct client *client = act->client;
    client->readable = true; /* what lies in the kernel counts */
    socket_read(act->play, client);
    act->result.number = (int64_t)buffer_size(&client->buffer);
    act->result.status = client->state == CLIENT_OPEN && !client->ended && !client->reset;
    return act_ok(act);
}

/* --- on nobody --- */

static bool sleep_act(struct act *act)
{
    if (act->at == 0)
        act_pause(act, clock_now() + (int64_t)(act->step->pause * CLOCK_SECOND));
    act->result.real = (double)(act->play->lag - act->lag) / CLOCK_SECOND;
    return act->heap == NULL && act_ok(act);
}

static void note_quiet(struct act *act, const char *verb)
{
    struct event event = event_make(EVENT_QUIET);
    event.verb = verb;
    event.detail = act->step->where;
    event_write(act->play->options->out, &event);
    if (act->play->options->quiet != NULL)
        act->play->options->quiet(act->play->options->context);
}

static bool quiet(struct act *act)
{
    if (act->at == 0)
        note_quiet(act, "begin");
    if (!sleep_act(act))
        return false;
    note_quiet(act, "end");
    return true;
}

static bool note(struct act *act, enum event_kind kind)
{
    struct event event = event_make(kind);
    event.detail = act->step->data;
    event_write(act->play->options->out, &event);
    return act_ok(act);
}

static bool mark(struct act *act)
{
    return note(act, EVENT_MARK);
}

static bool rules(struct act *act)
{
    return note(act, EVENT_RULE);
}

static bool untrue(struct act *act)
{
    return act_fail(act, OUTCOME_UNTRUE, "%s", act->step->data);
}

static bool never_due(struct act *act)
{
    return act_ok(act);
}

/* --- the server --- */

static bool ask_server(struct act *act)
{
    const struct client_options *options = act->play->options;
    int connection = 0, client = act->step->server.client;
    if (options->server == NULL)
        return act_fail(act, OUTCOME_UNSEEN, "nobody here can be asked about the server");
    if (client > 0 && (size_t)client < act->play->client_count &&
        act->play->clients[client] != NULL)
        connection = act->play->clients[client]->connection;
    bool last = act_limit_gone(act);
    if (options->server(options->context, act->step, connection, last, &act->result) || last)
        return true;
    act_pause(act, clock_now() + ASK_AGAIN);
    return false;
}

const struct act_ops act_half_close = {.advance = half_close, .open = true, .quiet = true};
const struct act_ops act_close = {.advance = close_client, .open = true, .quiet = true};
const struct act_ops act_reset = {.advance = reset_client, .open = true, .quiet = true};
const struct act_ops act_stall = {.advance = stall, .open = true};
const struct act_ops act_resume = {.advance = resume, .open = true};
const struct act_ops act_received = {.advance = received, .quiet = true};
const struct act_ops act_sleep = {.advance = sleep_act, .due = never_due, .quiet = true};
const struct act_ops act_quiet = {.advance = quiet, .due = never_due, .quiet = true};
const struct act_ops act_mark = {.advance = mark, .quiet = true};
const struct act_ops act_rules = {.advance = rules, .quiet = true};
const struct act_ops act_untrue = {.advance = untrue};
const struct act_ops act_server = {.advance = ask_server, .due = never_due, .quiet = true};
