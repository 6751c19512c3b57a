/*
 * pause = { most = seconds, moved = N }: no pause was asked to last longer, and no more than N of
 * them came right behind a sweep that had moved something.
 *
 * What a server that asks everybody in turn is to do: pause when asking brought nothing, briefly.
 * A pause is too early when the last call on some connection, since the pause before, moved bytes
 * and the connection is still open: nobody has asked again whether there is more. The length is
 * the one that was asked for: how long it lasted is up to the machine. Whether there are pauses
 * at all is not for this rule to say.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

/* A connection whose last call since the last pause moved bytes. */
struct moving {
    int connection;
    const struct call *call;
    UT_hash_handle hh;
};

struct pauses {
    const struct view *view;
    struct moving *moving;
    size_t made, early;
    const struct call *first, *before; /* the first early pause, and the call that moved */
};

static bool is_pause(const json_t *value)
{
    const json_t *most = json_object_get(value, "most"),
                 *moved = json_object_get(value, "moved");
    return (most || moved) && (!most || rule_is_number(most)) &&
           (!moved || json_is_integer(moved));
}

static void forget(struct pauses *pauses, struct moving *one)
{
    HASH_DEL(pauses->moving, one);
    free(one);
}

static void forget_all(struct pauses *pauses)
{
    struct moving *one, *next;
    HASH_ITER(hh, pauses->moving, one, next)
    forget(pauses, one);
}

static void note_transfer(struct pauses *pauses, const struct call *call)
{
    struct moving *one;
    HASH_FIND_INT(pauses->moving, &call->enter->connection, one);
    if (one && call_moved(call) == 0) {
        forget(pauses, one);
    } else if (one) {
        one->call = call;
    } else if (call_moved(call) > 0 && (one = calloc(1, sizeof *one))) {
        one->connection = call->enter->connection;
        one->call = call;
        HASH_ADD_INT(pauses->moving, connection, one);
    }
}

static void note_close(struct pauses *pauses, int connection)
{
    struct moving *one;
    HASH_FIND_INT(pauses->moving, &connection, one);
    if (one)
        forget(pauses, one);
}

static void note_pause(struct pauses *pauses, const struct call *call)
{
    pauses->made++;
    if (pauses->moving && pauses->early++ == 0) {
        pauses->first = call;
        pauses->before = pauses->moving->call;
    }
    forget_all(pauses);
}

static enum rule_outcome too_long(const struct view *view, const struct call *call, double most,
                                  struct finding *finding)
{
    return rule_broken_by(
        finding, view, call,
        words_format("%s at %s asked for a pause of %s; at most %s is allowed",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     words_length(call->enter->timeout).text,
                     words_length((int64_t)(most * CLOCK_SECOND)).text));
}

static enum rule_outcome too_early(const struct pauses *pauses, struct finding *finding)
{
    const struct call *call = pauses->first, *before = pauses->before;
    evidence_call(&finding->calls, pauses->view, before);
    evidence_call(&finding->calls, pauses->view, call);
    return rule_broken(
        finding, pauses->view, call->enter->number,
        words_format(
            "%s at %s: a pause, although the last call on connection %d, %s, had moved %s "
            "and nothing had asked for more of it; %zu of %zu pauses were such",
            words_name(call->enter).text, words_moment(call->enter->time).text,
            before->enter->connection, words_name(before->enter).text,
            words_bytes(call_moved(before)).text, pauses->early, pauses->made));
}

static void follow(struct pauses *pauses, const struct event *event)
{
    const struct call *call =
        event->kind == EVENT_LEAVE ? view_call(pauses->view, event->pair) : NULL;
    if (event->kind == EVENT_CLOSE)
        note_close(pauses, event->connection);
    else if (call && call->enter->connection > 0 && call_is_transfer(call))
        note_transfer(pauses, call);
}

static enum rule_outcome pause_in_view(const struct view *view, const json_t *value,
                                       struct finding *finding)
{
    const json_t *most = json_object_get(value, "most"),
                 *moved = json_object_get(value, "moved");
    struct pauses pauses = {.view = view};
    enum rule_outcome outcome = view->traced ? RULE_HOLDS : RULE_UNSEEN;
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && outcome != RULE_BROKEN; i++) {
        const struct event *event = &recording->events[i];
        const struct call *call =
            event->kind == EVENT_ENTER && event->call ? view_call(view, event->number) : NULL;
        if (event->time > view->end)
            break;
        follow(&pauses, event);
        if (!call || !phase_call_is(event->call, "@sleep"))
            continue;
        note_pause(&pauses, call);
        if (most && (double)event->timeout > json_number_value(most) * (double)CLOCK_SECOND)
            outcome = too_long(view, call, json_number_value(most), finding);
    }
    if (outcome == RULE_HOLDS && moved && pauses.early > (size_t)json_integer_value(moved))
        outcome = too_early(&pauses, finding);
    forget_all(&pauses);
    return outcome;
}

static enum rule_outcome judge_pause(const struct views *views, const json_t *value,
                                     struct finding *finding)
{
    return rule_each(views, value, finding, pause_in_view);
}

const struct rule rules_pause[] = {
    {"pause", "a table of most (seconds), moved (a whole number), or both", is_pause,
     judge_pause},
    {0},
};
