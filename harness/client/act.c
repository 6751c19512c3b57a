/* Steps that are being carried out: begun, woken, ended. See play.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/play.h"

static const struct act_ops *const table[] = {
    [STEP_CONNECT] = &act_connect,
    [STEP_SEND] = &act_send,
    [STEP_DRIBBLE] = &act_dribble,
    [STEP_EXPECT] = &act_expect,
    [STEP_EXPECT_BYTES] = &act_expect_bytes,
    [STEP_ECHO] = &act_echo,
    [STEP_EXPECT_CLOSE] = &act_expect_close,
    [STEP_EXPECT_END] = &act_expect_end,
    [STEP_EXPECT_RESET] = &act_expect_reset,
    [STEP_EXPECT_SILENCE] = &act_expect_silence,
    [STEP_DRAIN] = &act_drain,
    [STEP_HALF_CLOSE] = &act_half_close,
    [STEP_CLOSE] = &act_close,
    [STEP_RESET] = &act_reset,
    [STEP_STALL] = &act_stall,
    [STEP_RESUME] = &act_resume,
    [STEP_RECEIVED] = &act_received,
    [STEP_SLEEP] = &act_sleep,
    [STEP_QUIET] = &act_quiet,
    [STEP_MARK] = &act_mark,
    [STEP_RULES] = &act_rules,
    [STEP_UNTRUE] = &act_untrue,
    [STEP_LOAD] = &act_load,
    [STEP_SERVER] = &act_server,
};

bool act_ok(struct act *act)
{
    act->result.outcome = OUTCOME_OK;
    return true;
}

bool act_fail(struct act *act, enum event_outcome outcome, const char *format, ...)
{
    char *message = act->result.message;
    size_t used = 0, size = sizeof act->result.message;
    act->result.outcome = outcome;
    if (act->client != NULL)
        used = (size_t)snprintf(message, size, "client %d: ", act->client->number);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message + used, size - used, format, arguments);
    va_end(arguments);
    return true;
}

static void arm(struct act *act, struct heap *heap, int64_t at)
{
    heap_remove(act);
    act->at = at;
    if (heap_add(heap, act) != 0) {
        failure_set(act->play->failure, STATUS_MACHINE, "no memory for another step");
        act->play->broken = true;
    }
}

void act_pause(struct act *act, int64_t until)
{
    arm(act, &act->play->pauses, until);
}

void act_limit(struct act *act)
{
    arm(act, &act->play->limits, act->limit);
}

bool act_limit_gone(const struct act *act)
{
    return clock_now() - act->play->lag >= act->limit;
}

/* Puts the act behind the others of its client. */
static void link_act(struct act *act)
{
    struct play *play = act->play;
    act->older = play->acts;
    if (play->acts != NULL)
        play->acts->younger = act;
    play->acts = act;
    if (act->client == NULL)
        return;
    struct act **end = &act->client->acts;
    while (*end != NULL)
        end = &(*end)->next;
    *end = act;
}

static void unlink_act(struct act *act)
{
    heap_remove(act);
    if (act->younger != NULL)
        act->younger->older = act->older;
    else
        act->play->acts = act->older;
    if (act->older != NULL)
        act->older->younger = act->younger;
    if (act->client == NULL)
        return;
    struct act **at = &act->client->acts;
    while (*at != act)
        at = &(*at)->next;
    *at = act->next;
}

static void free_act(struct act *act)
{
    if (act->ops->release != NULL)
        act->ops->release(act);
    free(act);
}

static void end_act(struct act *act)
{
    struct play *play = act->play;
    if (!act->ops->quiet || act->result.outcome != OUTCOME_OK)
        record_act(act);
    scenario_finish(play->scenario, act->step, &act->result);
    unlink_act(act);
    if (act->result.size > 0)
        socket_take(play, act->client, act->result.size);
    free_act(act);
}

/* Does an older act of the client stand before this one? */
static bool must_queue(const struct act *act)
{
    const struct act *other = act->client != NULL ? act->client->acts : act;
    for (; other != act; other = other->next)
        if ((other->ops->reads && act->ops->reads) || (other->ops->writes && act->ops->writes))
            return true;
    return false;
}

static bool advance(struct act *act)
{
    const struct client *client = act->client;
    if (client != NULL && client->state == CLIENT_GONE && act->ops->open)
        return act_fail(act, OUTCOME_SCRIPT, "%s after the script closed it", act->step->verb);
    if (client != NULL && client->stalled && act->ops->awake)
        return act_fail(act, OUTCOME_SCRIPT, "%s while it is stalled: it reads nothing",
                        act->step->verb);
    if (client != NULL && client->half_closed && act->ops->writes)
        return act_fail(act, OUTCOME_SCRIPT, "%s after half_close", act->step->verb);
    if (must_queue(act))
        return false;
    return act->ops->advance(act);
}

void act_start(struct play *play, struct step *step)
{
    struct act *act = calloc(1, sizeof *act);
    struct client *client = step->client > 0 ? socket_client(play, step->client) : NULL;
    if (act == NULL || (step->client > 0 && client == NULL)) {
        failure_set(play->failure, STATUS_MACHINE, "no memory for another step");
        play->broken = true;
        free(act);
        return;
    }
    act->play = play;
    act->step = step;
    act->client = client;
    act->ops = table[step->kind];
    act->begun = event_now(play->options->out);
    act->lag = play->lag;
    act->stream = client != NULL ? client->taken : 0;
    act->limit = clock_now() - play->lag + (int64_t)(step->within * CLOCK_SECOND);
    link_act(act);
    if (advance(act))
        end_act(act);
    else if (act->heap == NULL)
        act_limit(act);
}

void act_wake_client(struct client *client)
{
    for (struct act *act = client->acts, *next; act != NULL; act = next) {
        next = act->next;
        if (advance(act)) {
            end_act(act);
            next = client->acts; /* those that had to queue may go on now */
        }
    }
}

/* One act whose time has come. What arrived meanwhile counts, although epoll did not say so. */
static void expire_one(struct play *play, struct act *act)
{
    struct client *client = act->client;
    heap_remove(act);
    if (client != NULL && client->state == CLIENT_OPEN) {
        client->readable = true;
        socket_read(play, client);
    }
    if (advance(act) || (act->heap == NULL && act->ops->due(act)))
        end_act(act);
}

void act_expire(struct play *play)
{
    struct act *act;
    int64_t now = clock_now();
    while ((act = heap_first(&play->pauses)) != NULL && act->at <= now && !play_over(play))
        expire_one(play, act);
    while ((act = heap_first(&play->limits)) != NULL && act->at <= now - play->lag &&
           !play_over(play))
        expire_one(play, act);
}

/* The whole check has taken too long: each act says what it was waiting for. */
void act_give_up(struct play *play)
{
    char text[640];
    double seconds = play->options->time;
    struct act *oldest = play->acts;
    while (oldest != NULL && oldest->older != NULL)
        oldest = oldest->older;
    for (struct act *act = oldest; act != NULL; act = act->younger)
        act_fail(act, OUTCOME_TIMEOUT, "%s had not ended when the check's %g s were over",
                 act->step->verb, seconds);
    if (oldest != NULL)
        snprintf(text, sizeof text, "the whole check took longer than %g s; %s", seconds,
                 oldest->result.message);
    else
        snprintf(text, sizeof text, "the whole check took longer than %g s", seconds);
    for (struct act *act = oldest; act != NULL; act = act->younger)
        record_act(act);
    scenario_abort(play->scenario, OUTCOME_TIMEOUT, text);
}

void act_free_all(struct play *play)
{
    while (play->acts != NULL) {
        struct act *act = play->acts;
        unlink_act(act);
        free_act(act);
    }
}
