/* Acts that expect bytes: expect, expect_bytes, echo. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "client/play.h"

#define BLOCK ((size_t)4096)

/* Where two strings of `size` bytes first differ; `size` when nowhere. */
static size_t difference(const char *one, const char *other, size_t size)
{
    size_t at = 0;
    while (at + BLOCK <= size && memcmp(one + at, other + at, BLOCK) == 0)
        at += BLOCK;
    while (at < size && one[at] == other[at])
        at++;
    return at;
}

static const char *show_byte(char byte, char *text, size_t size)
{
    unsigned char value = (unsigned char)byte;
    if (isprint(value))
        snprintf(text, size, "'%c' (0x%02x)", value, value);
    else
        snprintf(text, size, "0x%02x", value);
    return text;
}

static bool mismatch(struct act *act)
{
    char got[16], wanted[16];
    size_t at = act->matched;
    show_byte(buffer_bytes(&act->client->buffer)[at], got, sizeof got);
    show_byte(act->step->data[at], wanted, sizeof wanted);
    return act_fail(act, OUTCOME_MISMATCH, "byte %zu of %zu is %s and should be %s", at + 1,
                    act->step->size, got, wanted);
}

/* The connection is over, and the bytes have not come. */
static bool too_few(struct act *act)
{
    const struct client *client = act->client;
    size_t came = buffer_size(&client->buffer);
    if (client->reset)
        return act_fail(act, OUTCOME_RESET,
                        "the server reset the connection after %zu of %zu "
                        "bytes",
                        came, act->step->size);
    if (client->ended)
        return act_fail(act, OUTCOME_CLOSED,
                        "the server closed the connection after %zu of "
                        "%zu bytes",
                        came, act->step->size);
    return false;
}

static bool compare(struct act *act)
{
    struct client *client = act->client;
    size_t came = buffer_size(&client->buffer), size = act->step->size;
    if (act->matched == 0)
        act->stream = client->taken;
    size_t limit = came < size ? came : size;
    act->matched += difference(buffer_bytes(&client->buffer) + act->matched,
                               act->step->data + act->matched, limit - act->matched);
    if (act->matched < limit)
        return mismatch(act);
    if (act->matched < size)
        return too_few(act);
    socket_take(act->play, client, size);
    act->result.number = (int64_t)size;
    return act_ok(act);
}

static bool late(struct act *act)
{
    size_t came = buffer_size(&act->client->buffer);
    act->matched = came;
    return act_fail(act, OUTCOME_TIMEOUT, "%zu of %zu bytes came within %g s", came,
                    act->step->size, act->step->within);
}

static bool collect(struct act *act)
{
    struct client *client = act->client;
    size_t size = act->step->size;
    act->stream = client->taken;
    if (buffer_size(&client->buffer) < size)
        return too_few(act);
    act->result.data = buffer_bytes(&client->buffer);
    act->result.size = size;
    act->result.number = (int64_t)size;
    return act_ok(act);
}

/* Sends what the server takes, and compares what comes back at the same time. */
static bool echo(struct act *act)
{
    const struct step *step = act->step;
    if (act->sent < step->size) {
        int64_t part = socket_send(act, step->data + act->sent, step->size - act->sent);
        if (part < 0)
            return act_fail(act, OUTCOME_RESET,
                            "the connection broke after %zu of %zu bytes were sent", act->sent,
                            step->size);
        act->sent += (size_t)part;
    }
    return compare(act);
}

static bool late_echo(struct act *act)
{
    size_t came = buffer_size(&act->client->buffer);
    return act_fail(act, OUTCOME_TIMEOUT,
                    "%zu of %zu bytes were sent and %zu came back within %g s", act->sent,
                    act->step->size, came, act->step->within);
}

const struct act_ops act_expect = {
    .advance = compare, .due = late, .reads = true, .awake = true, .open = true};
const struct act_ops act_expect_bytes = {
    .advance = collect, .due = late, .reads = true, .awake = true, .open = true};
const struct act_ops act_echo = {.advance = echo,
                                 .due = late_echo,
                                 .reads = true,
                                 .writes = true,
                                 .awake = true,
                                 .open = true};
