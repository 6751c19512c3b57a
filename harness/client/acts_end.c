/* Acts that expect an end, or nothing: expect_close, _end, _reset, _silence, drain. */
#include <stdio.h>

#include "client/play.h"

/* Bytes that came are thrown away, and counted. */
static void discard(struct act *act)
{
    size_t size = buffer_size(&act->client->buffer);
    act->matched += size;
    if (size > 0)
        socket_take(act->play, act->client, size);
}

static bool more_bytes(struct act *act, const char *instead)
{
    size_t size = buffer_size(&act->client->buffer);
    act->stream = act->client->taken;
    act->matched = 0;
    return act_fail(act, OUTCOME_MISMATCH, "%zu more byte%s came%s", size, size == 1 ? "" : "s",
                    instead);
}

static bool expect_close(struct act *act)
{
    const struct client *client = act->client;
    act->stream = client->taken;
    if (buffer_size(&client->buffer) > 0)
        return more_bytes(act, " where the server should have closed");
    if (client->reset)
        return act_fail(act, OUTCOME_RESET,
                        "the server reset the connection, where it should have closed it");
    return client->ended && act_ok(act);
}

static bool late_close(struct act *act)
{
    return act_fail(act, OUTCOME_TIMEOUT, "the server had not closed the connection after %g s",
                    act->step->within);
}

/* A stalled client does not read up to the FIN; that it came is enough here. */
static bool expect_end(struct act *act)
{
    const struct client *client = act->client;
    if (!client->stalled)
        discard(act);
    bool over = client->ended || client->reset || (client->stalled && client->hung);
    act->result.number = (int64_t)act->matched;
    return over && act_ok(act);
}

static bool late_end(struct act *act)
{
    return act_fail(act, OUTCOME_TIMEOUT,
                    "the connection was still open after %g s (%zu bytes came meanwhile)",
                    act->step->within, act->matched);
}

/* A reset may also come behind a FIN, as the answer to what we sent after it. */
static bool expect_reset(struct act *act)
{
    if (!act->client->stalled)
        discard(act);
    act->result.number = (int64_t)act->matched;
    return act->client->reset && act_ok(act);
}

static bool late_reset(struct act *act)
{
    if (act->client->ended)
        return act_fail(act, OUTCOME_CLOSED,
                        "the server closed the connection (FIN), and did not reset it");
    return act_fail(act, OUTCOME_TIMEOUT, "no reset came within %g s", act->step->within);
}

static bool expect_silence(struct act *act)
{
    const struct client *client = act->client;
    act->stream = client->taken;
    if (buffer_size(&client->buffer) > 0)
        return more_bytes(act, " where the server should have been silent");
    if (client->reset)
        return act_fail(act, OUTCOME_RESET,
                        "the server reset the connection, where it should "
                        "have been silent");
    if (client->ended)
        return act_fail(act, OUTCOME_CLOSED,
                        "the server closed the connection, where it "
                        "should have been silent");
    if (!act->silent)
        act_pause(act, clock_now() + (int64_t)(act->step->pause * CLOCK_SECOND));
    act->silent = true;
    return act->heap == NULL && act_ok(act);
}

static bool never_began(struct act *act)
{
    return act_fail(act, OUTCOME_SCRIPT, "another line of the script reads from this client");
}

static bool drain(struct act *act)
{
    struct client *client = act->client;
    size_t size = buffer_size(&client->buffer);
    act->stream = client->taken;
    if (client->reset)
        return act_fail(act, OUTCOME_RESET,
                        "the server reset the connection after %zu bytes, where it should have "
                        "closed it",
                        size);
    if (size >= BUFFER_MOST)
        return act_fail(act, OUTCOME_MISMATCH, "more than %zu bytes came", size);
    act->result.data = buffer_bytes(&client->buffer);
    act->result.size = size;
    act->result.number = (int64_t)size;
    return client->ended && act_ok(act);
}

static bool late_drain(struct act *act)
{
    act->result.size = 0;
    return act_fail(act, OUTCOME_TIMEOUT,
                    "the server had not closed the connection after %g s (%zu bytes came)",
                    act->step->within, buffer_size(&act->client->buffer));
}

const struct act_ops act_expect_close = {
    .advance = expect_close, .due = late_close, .reads = true, .open = true};
const struct act_ops act_expect_end = {
    .advance = expect_end, .due = late_end, .reads = true, .open = true};
const struct act_ops act_expect_reset = {
    .advance = expect_reset, .due = late_reset, .reads = true, .open = true};
const struct act_ops act_expect_silence = {
    .advance = expect_silence, .due = never_began, .reads = true, .awake = true, .open = true};
const struct act_ops act_drain = {
    .advance = drain, .due = late_drain, .reads = true, .awake = true, .open = true};
