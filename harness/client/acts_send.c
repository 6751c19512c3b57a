/* Acts that connect and send: connect, send, dribble. */
#include <unistd.h>

#include "client/play.h"

static bool connect_client(struct act *act)
{
    return act->client->fd < 0 ? socket_open(act) : socket_finish(act);
}

/* Loopback does the handshake within connect(), unless the listener's queue is full. */
static bool late_connect(struct act *act)
{
    close(act->client->fd);
    act->client->fd = -1;
    act->client->state = CLIENT_GONE;
    return act_fail(act, OUTCOME_TIMEOUT,
                    "no connection within %g s: the server's queue of new connections is full, "
                    "and it does not accept",
                    act->step->within);
}

static bool broke(struct act *act)
{
    act->result.number = (int64_t)act->sent;
    return act_fail(act, OUTCOME_RESET, "the connection broke after %zu of %zu bytes were sent",
                    act->sent, act->step->size);
}

static bool send_up_to(struct act *act, size_t end)
{
    int64_t part = socket_send(act, act->step->data + act->sent, end - act->sent);
    if (part < 0)
        return false;
    act->sent += (size_t)part;
    act->result.number = (int64_t)act->sent;
    return true;
}

static bool send_all(struct act *act)
{
    if (!send_up_to(act, act->step->size))
        return broke(act);
    return act->sent == act->step->size && act_ok(act);
}

static bool late_send(struct act *act)
{
    return act_fail(act, OUTCOME_TIMEOUT,
                    "the server took %zu of %zu bytes within %g s: it does not read", act->sent,
                    act->step->size, act->step->within);
}

static void next_piece(struct act *act)
{
    const struct step *step = act->step;
    size_t left = step->size - act->sent;
    size_t piece =
        (size_t)scenario_random(step, (int64_t)step->piece_low, (int64_t)step->piece_high);
    act->piece = act->sent + (piece < left ? piece : left);
}

/* In no heap: just begun, or a pause is over. In the limits: a piece did not fit. */
static bool dribble(struct act *act)
{
    const struct step *step = act->step;
    if (act->heap == &act->play->pauses)
        return false;
    if (act->piece == act->sent && act->sent < step->size) {
        next_piece(act);
        act->limit = clock_now() - act->play->lag + (int64_t)(step->within * CLOCK_SECOND);
    }
    if (!send_up_to(act, act->piece))
        return broke(act);
    if (act->sent == step->size)
        return act_ok(act);
    if (act->sent == act->piece)
        act_pause(act, clock_now() + (int64_t)(step->pause * CLOCK_SECOND));
    else if (!act_limit_gone(act))
        act_limit(act);
    return false;
}

const struct act_ops act_connect = {.advance = connect_client, .due = late_connect};
const struct act_ops act_send = {
    .advance = send_all, .due = late_send, .writes = true, .open = true, .quiet = true};
const struct act_ops act_dribble = {
    .advance = dribble, .due = late_send, .writes = true, .open = true, .quiet = true};
