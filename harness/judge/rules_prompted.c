/*
 * prompted: a connection that had nothing is asked again only when a signal has told of it.
 *
 * Signals that say a descriptor (F_SETSIG) tell of this one; SIGIO, and signals that were taken
 * without a handler (sigwaitinfo, a signalfd), of all. What goes through a connection makes it
 * worth asking again too. A server may ask a little more than it must, after it has set O_ASYNC
 * for instance: only more than PATIENCE receives in vain, one after another, break the rule.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/words.h"

enum { PATIENCE = 3 };

struct asked {
    int connection, fd;
    int in_vain; /* since something told of it */
    UT_hash_handle hh;
};

static struct asked *asked_of(struct asked **all, int connection)
{
    struct asked *asked;
    HASH_FIND_INT(*all, &connection, asked);
    if (!asked && (asked = calloc(1, sizeof *asked))) {
        asked->connection = connection;
        HASH_ADD_INT(*all, connection, asked);
    }
    return asked;
}

/* Something was told of this descriptor; EVENT_NONE: of any. */
static void told(struct asked *all, int fd)
{
    for (struct asked *asked = all; asked; asked = asked->hh.next)
        if (fd == EVENT_NONE || asked->fd == fd)
            asked->in_vain = 0;
}

static bool of_descriptors(const struct event *signal)
{
    return signal->result == SIGIO || signal->result >= 32;
}

/* Signals taken by a call: which descriptor they say is not looked at. */
static bool takes_signals(const struct call *call)
{
    const char *name = call->enter->call;
    if (!call->leave || call->leave->error || call->enter->connection)
        return false;
    return strcmp(name, "sigwaitinfo") == 0 || strcmp(name, "sigtimedwait") == 0 ||
           phase_call_is(name, "@receive");
}

static struct asked *ask(struct asked **all, const struct call *call)
{
    struct asked *asked = asked_of(all, call->enter->connection);
    if (!asked)
        return NULL;
    asked->fd = call->enter->fd;
    if (phase_call_is(call->enter->call, "@receive") && call_failed_with(call, EAGAIN))
        asked->in_vain++;
    else if (call->leave && !call->leave->error)
        asked->in_vain = 0;
    return asked;
}

static void forget(struct asked *all)
{
    struct asked *asked, *next;
    HASH_ITER(hh, all, asked, next)
    {
        HASH_DEL(all, asked);
        free(asked);
    }
}

/* The call that asked once too often, or NULL. */
static const struct call *search(const struct view *view)
{
    struct asked *all = NULL;
    const struct call *found = NULL;
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && !found; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_SIGNAL && of_descriptors(event))
            told(all, event->fd);
        const struct call *call =
            event->kind == EVENT_ENTER ? view_call(view, event->number) : NULL;
        if (!call || call->refused)
            continue;
        if (takes_signals(call))
            told(all, EVENT_NONE);
        struct asked *asked = event->connection > 0 ? ask(&all, call) : NULL;
        if (asked && asked->in_vain > PATIENCE)
            found = call;
    }
    forget(all);
    return found;
}

static bool receives(const struct view *view)
{
    for (size_t i = 0; i < view->count; i++)
        if (view->calls[i].enter->connection > 0 &&
            phase_call_is(view->calls[i].enter->call, "@receive"))
            return true;
    return false;
}

static enum rule_outcome prompted_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    (void)value;
    const struct call *call = search(view);
    if (!call)
        return receives(view) ? RULE_HOLDS : RULE_UNSEEN;
    return rule_broken_by(
        finding, view, call,
        words_format("%s at %s was receive %d in vain, one after another, on connection %d: no "
                     "signal had told of it meanwhile",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     PATIENCE + 1, call->enter->connection));
}

static enum rule_outcome judge_prompted(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, prompted_in_view);
}

const struct rule rules_prompted[] = {
    {"prompted", "true", rule_is_true, judge_prompted},
    {0},
};
