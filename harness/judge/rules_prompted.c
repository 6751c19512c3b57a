/*
 * prompted: a connection that had nothing is asked again only when a signal has told of it.
 *
 * Signals that say a descriptor (F_SETSIG) tell of this one; SIGIO, and signals that were taken
 * without a handler (sigwaitinfo, a signalfd), of all. What goes through a connection makes it
 * worth asking again too. Notes of signals may pile up while a server drains a connection, so that
 * each signal allows one receive in vain, whenever it is made. A server may ask a little more
 * than it must, after it has set O_ASYNC for instance: only more than PATIENCE receives in vain
 * that no signal allows, one after another, break the rule.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/words.h"

enum { PATIENCE = 3 };

/* A descriptor, as signals name it. */
struct asked {
    int fd;
    int64_t signals; /* that told of it, and were not yet followed by a receive in vain */
    int in_vain;
    UT_hash_handle hh;
};

static struct asked *asked_of(struct asked **all, int fd)
{
    struct asked *asked;
    HASH_FIND_INT(*all, &fd, asked);
    if (!asked && (asked = calloc(1, sizeof *asked))) {
        asked->fd = fd;
        HASH_ADD_INT(*all, fd, asked);
    }
    return asked;
}

static void told_of(struct asked **all, int fd)
{
    struct asked *asked = asked_of(all, fd);
    if (asked)
        asked->signals++;
}

static void told_of_all(struct asked *all, int64_t signals)
{
    for (struct asked *asked = all; asked; asked = asked->hh.next)
        asked->signals += signals;
}

static bool of_descriptors(const struct event *signal)
{
    return signal->result == SIGIO || signal->result >= 32;
}

/* Signals taken by a call: which descriptor they say is not looked at. */
static int64_t signals_taken(const struct call *call)
{
    const char *name = call->enter->call;
    if (!call->leave || call->leave->error || call->enter->connection)
        return 0;
    if (strcmp(name, "sigwaitinfo") == 0 || strcmp(name, "sigtimedwait") == 0)
        return 1;
    bool reads = phase_call_is(name, "@receive");
    return reads ? call_moved(call) / (int64_t)sizeof(struct signalfd_siginfo) : 0;
}

static struct asked *ask(struct asked **all, const struct call *call)
{
    struct asked *asked = asked_of(all, call->enter->fd);
    if (!asked)
        return NULL;
    bool vain = phase_call_is(call->enter->call, "@receive") && call_failed_with(call, EAGAIN);
    if (vain && asked->signals > 0)
        asked->signals--;
    else if (vain)
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
        if (event->kind == EVENT_SIGNAL && of_descriptors(event)) {
            if (event->fd == EVENT_NONE)
                told_of_all(all, 1);
            else
                told_of(&all, event->fd);
        }
        const struct call *call =
            event->kind == EVENT_ENTER ? view_call(view, event->number) : NULL;
        if (!call || call->refused)
            continue;
        told_of_all(all, signals_taken(call));
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
