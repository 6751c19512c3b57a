/*
 * drains_edges = true: a thread does not sleep in epoll_wait while something is left of an edge
 * that it was told of.
 *
 * Followed for each descriptor that is registered with EPOLLET: was it told of since it was last
 * asked until nothing more was there? That is so after EAGAIN, after a receive that brought less
 * than it asked for (epoll(7), question 9) or all that was there, after the end, and after an
 * error. Whoever registers anew (EPOLL_CTL_MOD) is told again of what is there. To be left alone
 * with bytes unread is right while output is blocked: the event that tells of room leads back to
 * them. A listener is left alone rightly when descriptors have run out.
 *
 * A server with a list of those who are not done does not sleep before it is empty. Of several
 * threads, the one that was told may be at work while the others sleep, or hand over.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/sets.h"
#include "judge/traffic.h"
#include "judge/words.h"

/* Where several threads serve, one may have been handed what another was told of, and not have
   had a processor yet: only a sleep of this length, during which nobody asked, is held against
   them. */
#define LONG_ENOUGH (3 * CLOCK_SECOND)

struct place {
    int process, descriptor;
};

/* A descriptor that is registered with epoll. */
struct edge {
    struct place place;
    int connection; /* 0: not one, as far as is known */
    bool listener;
    int epoll;                /* where it is registered; -1: nowhere */
    bool triggered;           /* with EPOLLET */
    bool open;                /* told of, and not asked to the end since */
    bool held;                /* the thread that was told has not waited again */
    const struct call *told;  /* the wait that told of it last */
    const struct call *asked; /* the last receive or accept */
    UT_hash_handle hh;
};

struct edges {
    const struct view *view;
    struct edge *all;
    struct traffic traffic;
    int threads; /* so many were seen at work */
    bool any;    /* something was registered with EPOLLET */
};

static struct edge *edge_at(struct edges *edges, int process, int descriptor)
{
    struct place place = {process, descriptor};
    struct edge *edge;
    HASH_FIND(hh, edges->all, &place, sizeof place, edge);
    if (!edge && descriptor >= 0 && (edge = calloc(1, sizeof *edge))) {
        edge->place = place;
        edge->epoll = -1;
        HASH_ADD(hh, edges->all, place, sizeof place, edge);
    }
    return edge;
}

static void free_edges(struct edges *edges)
{
    struct edge *edge, *next;
    HASH_ITER(hh, edges->all, edge, next)
    {
        HASH_DEL(edges->all, edge);
        free(edge);
    }
    traffic_free(&edges->traffic);
}

/* Another descriptor, with the same number. */
static void renew(struct edge *edge, int connection)
{
    *edge = (struct edge){
        .place = edge->place, .connection = connection, .epoll = -1, .hh = edge->hh};
}

/* --- following --- */

static void registered(struct edges *edges, const struct call *call)
{
    struct epoll_change change;
    if (call->leave->error || !epoll_change_of(call->enter->detail, &change))
        return;
    struct edge *edge = edge_at(edges, call->enter->process, change.descriptor);
    if (!edge)
        return;
    bool deleted = strcmp(change.operation, "DEL") == 0;
    edge->epoll = deleted ? -1 : call->enter->fd;
    edge->triggered = !deleted && change.edge;
    edge->open = false;
    edges->any |= edge->triggered;
}

/* What a wait came back with: an edge is open again, blocked output is free again. */
static void told(struct edges *edges, const struct call *wait)
{
    struct sets sets;
    if (wait->leave->error || wait->leave->result <= 0 || !wait->leave->detail)
        return;
    sets_of_poll(wait->leave->detail, &sets);
    struct edge *edge, *next;
    HASH_ITER(hh, edges->all, edge, next)
    {
        int descriptor = edge->place.descriptor;
        if (edge->place.process != wait->enter->process || edge->epoll != wait->enter->fd)
            continue;
        struct lane *lane = traffic_of(&edges->traffic, edge->connection);
        if (set_has(&sets.of[SET_WRITE], descriptor) && lane)
            lane->blocked = false;
        if (!set_has(&sets.of[SET_READ], descriptor))
            continue;
        edge->open = edge->held = true;
        edge->told = wait;
    }
}

/* An accept, or a receive: does it leave anything behind? */
static void asked(struct edges *edges, const struct call *call, bool accepts)
{
    struct edge *edge = edge_at(edges, call->enter->process, call->enter->fd);
    int error = call->leave->error;
    if (!edge)
        return;
    edge->asked = call;
    edge->listener = accepts;
    if (error == EINTR || (accepts && (error == ECONNABORTED || !error)))
        return; /* there may be more */
    int64_t moved = call_moved(call), queued = call->enter->queued;
    if (error || moved == 0 || traffic_short(call) || (queued != EVENT_NONE && moved >= queued))
        edge->open = false; /* what comes from now on makes an edge of its own */
}

static void follow_call(struct edges *edges, const struct call *call)
{
    const char *name = call->enter->call;
    if (strcmp(name, "epoll_ctl") == 0)
        registered(edges, call);
    else if (strncmp(name, "epoll_", 6) == 0)
        told(edges, call);
    else if (phase_call_is(name, "@accept"))
        asked(edges, call, true);
    else if (traffic_takes(call) && call->enter->connection > 0)
        asked(edges, call, false);
}

static void follow(struct edges *edges, const struct event *event)
{
    const struct call *call =
        event->kind == EVENT_LEAVE ? view_call(edges->view, event->pair) : NULL;
    traffic_follow(&edges->traffic, edges->view, event);
    if (event->kind == EVENT_THREAD_START)
        edges->threads++;
    if (event->kind == EVENT_OPEN || event->kind == EVENT_CLOSE) {
        struct edge *edge = edge_at(edges, event->process, event->fd);
        if (edge)
            renew(edge, event->kind == EVENT_OPEN ? event->connection : 0);
    }
    if (call && call->leave && call->enter->call)
        follow_call(edges, call);
}

/* --- judging --- */

/* What is left of an open edge: bytes of a connection, or clients of a listener. */
static int64_t left_behind(const struct edges *edges, const struct edge *edge, int64_t time)
{
    const struct lane *lane = traffic_of(&edges->traffic, edge->connection);
    if (!edge->open || !edge->triggered)
        return 0;
    if (edge->listener)
        return traffic_queued(&edges->traffic, time);
    return lane && !lane->closed && !lane->blocked ? traffic_unread(lane, time) : 0;
}

/* A client's act that makes a new edge. */
static bool makes_edge(const struct edge *edge, const struct event *event)
{
    if (event->kind != EVENT_STEP || !event->verb)
        return false;
    if (edge->listener)
        return strcmp(event->verb, "connect") == 0;
    return event->connection == edge->connection &&
           (strcmp(event->verb, "send") == 0 || strcmp(event->verb, "half_close") == 0 ||
            strcmp(event->verb, "close") == 0 || strcmp(event->verb, "reset") == 0);
}

static bool tells_of(const struct view *view, const struct edge *edge,
                     const struct event *event)
{
    struct sets sets;
    const struct call *call = event->kind == EVENT_LEAVE ? view_call(view, event->pair) : NULL;
    if (!call || !call->enter->call || strncmp(call->enter->call, "epoll_", 6) != 0 ||
        strcmp(call->enter->call, "epoll_ctl") == 0 || event->process != edge->place.process ||
        event->error || event->result <= 0)
        return false;
    sets_of_poll(event->detail, &sets);
    return set_has(&sets.of[SET_READ], edge->place.descriptor);
}

/* Bytes in flight make an edge of their own, without another act of a client: then none was
   lost. And was it asked after all, by somebody who was awake? */
static bool stays_lost(const struct edges *edges, const struct edge *edge,
                       const struct call *wait)
{
    const struct recording *recording = edges->view->recording;
    int64_t until = wait->enter->time + LONG_ENOUGH;
    bool alone = edges->threads <= 1;
    for (const struct event *event = wait->enter + 1;
         event < recording->events + recording->count && event->time <= edges->view->end;
         event++) {
        if (!alone && event->time > until)
            return true;
        if (makes_edge(edge, event))
            return alone;
        if (tells_of(edges->view, edge, event))
            return false;
        if (event->kind == EVENT_ENTER && event->process == edge->place.process &&
            event->fd == edge->place.descriptor)
            return alone;
    }
    return alone || edges->view->end > until;
}

static char *describe_last(const struct edge *edge)
{
    const struct call *call = edge->asked;
    const struct event *enter = edge->told->enter, *leave = edge->told->leave;
    if (!call || call->leave->time < leave->time)
        return words_format("%s told of it at %s, and nothing was asked after that",
                            words_name(enter).text, words_moment(leave->time).text);
    if (call->leave->error)
        return words_format("%s at %s gave %s, and was not made again",
                            words_name(call->enter).text, words_moment(call->enter->time).text,
                            event_errno_name(call->leave->error));
    if (edge->listener)
        return words_format("%s at %s took one, and was not made again until EAGAIN",
                            words_name(call->enter).text, words_moment(call->enter->time).text);
    return words_format("%s at %s took %s, and was not made again until EAGAIN",
                        words_name(call->enter).text, words_moment(call->enter->time).text,
                        words_bytes(call_moved(call)).text);
}

static enum rule_outcome lost(const struct edges *edges, const struct edge *edge,
                              const struct call *wait, int64_t left, struct finding *finding)
{
    const struct view *view = edges->view;
    char what[80], *last = describe_last(edge);
    if (edge->listener)
        snprintf(what, sizeof what, "%lld client%s in the queue", (long long)left,
                 left == 1 ? "" : "s");
    else
        snprintf(what, sizeof what, "%s unread on connection %d", words_bytes(left).text,
                 edge->connection);
    evidence_call(&finding->calls, view, edge->told);
    if (edge->asked)
        evidence_call(&finding->calls, view, edge->asked);
    evidence_call(&finding->calls, view, wait);
    char *message =
        words_format("%s, no event will come: %s; %s at %s slept %s", what, last ? last : "",
                     words_name(wait->enter).text, words_moment(wait->enter->time).text,
                     words_length(call_length(view, wait)).text);
    free(last);
    return rule_broken(finding, view, wait->enter->number, message);
}

/* A thread enters a wait: may it sleep? */
static enum rule_outcome judge_wait(const struct edges *edges, const struct call *wait,
                                    struct finding *finding)
{
    struct edge *edge, *next;
    if (call_slept(edges->view, wait) != EVENT_YES)
        return RULE_HOLDS;
    HASH_ITER(hh, edges->all, edge, next)
    {
        if (edge->place.process != wait->enter->process || edge->epoll != wait->enter->fd)
            continue;
        if (edge->told && edge->told->enter->thread == wait->enter->thread)
            edge->held = false;
        int64_t left = edge->held ? 0 : left_behind(edges, edge, wait->enter->time);
        if (left > 0 && stays_lost(edges, edge, wait))
            return lost(edges, edge, wait, left, finding);
    }
    return RULE_HOLDS;
}

static bool is_epoll_wait(const struct call *call)
{
    return call && call->enter->call && strncmp(call->enter->call, "epoll_", 6) == 0 &&
           phase_call_is(call->enter->call, "@wait");
}

static enum rule_outcome drains_in_view(const struct view *view, const json_t *value,
                                        struct finding *finding)
{
    struct edges edges = {.view = view};
    enum rule_outcome outcome = RULE_HOLDS;
    const struct recording *recording = view->recording;
    (void)value;
    for (size_t i = 0; i < recording->count && outcome == RULE_HOLDS; i++) {
        const struct event *event = &recording->events[i];
        if (event->time > view->end)
            break;
        const struct call *call =
            event->kind == EVENT_ENTER ? view_call(view, event->number) : NULL;
        follow(&edges, event);
        if (is_epoll_wait(call))
            outcome = judge_wait(&edges, call, finding);
    }
    if (outcome == RULE_HOLDS && !edges.any)
        outcome = rule_nothing(view);
    free_edges(&edges);
    return outcome;
}

static enum rule_outcome judge_drains(const struct views *views, const json_t *value,
                                      struct finding *finding)
{
    return rule_each(views, value, finding, drains_in_view);
}

const struct rule rules_edge[] = {
    {"drains_edges", "true", rule_is_true, judge_drains},
    {0},
};
