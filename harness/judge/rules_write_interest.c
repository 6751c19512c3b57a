/*
 * write_interest = "pending": a descriptor is in a write set only while there is output for it.
 *
 * What is pending inside a program cannot be seen from outside; what can be seen is a wait that
 * came back for no other reason than that a connection could be written to, after which the
 * server did nothing on any socket, or only looked for bytes that were not there, and waited
 * again: there was nothing to write. This holds for servers that try to send first and for those
 * that queue first, whatever their protocol. Edge-triggered registrations are left out: standing
 * there costs them nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/sets.h"
#include "judge/turn.h"
#include "judge/words.h"

struct edge {
    int descriptor;
    UT_hash_handle hh;
};

static bool is_pending(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strcmp(text, "pending") == 0;
}

static void note_edge(struct edge **edges, const struct call *call)
{
    struct epoll_change change;
    struct edge *edge;
    if (strcmp(call->enter->call, "epoll_ctl") != 0 ||
        !epoll_change_of(call->enter->detail, &change))
        return;
    HASH_FIND_INT(*edges, &change.descriptor, edge);
    if (edge && !change.edge) {
        HASH_DEL(*edges, edge);
        free(edge);
    } else if (!edge && change.edge && (edge = calloc(1, sizeof *edge))) {
        edge->descriptor = change.descriptor;
        HASH_ADD_INT(*edges, descriptor, edge);
    }
}

static void free_edges(struct edge **edges)
{
    struct edge *edge, *next;
    HASH_ITER(hh, *edges, edge, next)
    {
        HASH_DEL(*edges, edge);
        free(edge);
    }
}

static bool edge_triggered(struct edge *edges, int descriptor)
{
    struct edge *edge;
    HASH_FIND_INT(edges, &descriptor, edge);
    return edge != NULL;
}

/* The wait came back only because descriptors could be written to: one of them, or -1. */
static int only_writable(const struct call *call, struct edge *edges)
{
    static const char *const selects[] = {"select", "pselect"};
    struct sets sets;
    bool select = false, readable;
    if (!call->leave || call->leave->error || call->leave->result <= 0 || call->refused)
        return -1;
    for (size_t i = 0; i < 2; i++)
        select = select || strcmp(call->enter->call, selects[i]) == 0;
    readable = select ? sets_of_select(call->leave->detail, &sets)
                      : sets_of_poll(call->leave->detail, &sets);
    if (!readable || sets.of[SET_READ].count || sets.of[SET_EXCEPT].count ||
        !sets.of[SET_WRITE].count || edge_triggered(edges, sets.of[SET_WRITE].highest))
        return -1;
    return sets.of[SET_WRITE].highest;
}

/* The connection that a descriptor stood for at the time of `call`, or 0. */
static int connection_at(const struct view *view, const struct call *call, int descriptor)
{
    for (const struct call *one = call; one >= view->calls; one--)
        if (one->enter->fd == descriptor && one->enter->connection > 0 &&
            one->enter->process == call->enter->process)
            return one->enter->connection;
    for (size_t i = 0; i < view->recording->count; i++) {
        const struct event *event = &view->recording->events[i];
        if (event->kind == EVENT_OPEN && event->fd == descriptor)
            return event->connection;
    }
    return 0;
}

static enum rule_outcome vain_interest(const struct view *view, const struct call *wait,
                                       const struct call *again, int descriptor, size_t count,
                                       struct finding *finding)
{
    evidence_call(&finding->calls, view, wait);
    evidence_call(&finding->calls, view, again);
    return rule_broken(
        finding, view, wait->enter->number,
        words_format("%s at %s came back only because descriptor %d (connection %d) could be "
                     "written to, and the server had nothing to write: %zu time%s",
                     words_name(wait->enter).text, words_moment(wait->enter->time).text,
                     descriptor, connection_at(view, wait, descriptor), count,
                     count == 1 ? "" : "s"));
}

static enum rule_outcome interest_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    (void)value;
    struct edge *edges = NULL;
    const struct call *first = NULL, *first_again = NULL;
    int descriptor = -1;
    size_t waits = 0, vain = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        note_edge(&edges, call);
        if (!phase_call_is(call->enter->call, "@wait"))
            continue;
        waits++;
        int writable = only_writable(call, edges);
        const struct call *again = writable >= 0 ? turn_wasted(view, call, false) : NULL;
        if (!again)
            continue;
        vain++;
        if (!first) {
            first = call;
            first_again = again;
            descriptor = writable;
        }
    }
    free_edges(&edges);
    if (first)
        return vain_interest(view, first, first_again, descriptor, vain, finding);
    return waits ? RULE_HOLDS : rule_nothing(view);
}

static enum rule_outcome judge_interest(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, interest_in_view);
}

const struct rule rules_write_interest[] = {
    {"write_interest", "\"pending\"", is_pending, judge_interest},
    {0},
};
