/*
 * threads = "per-connection". Broken by:
 *   - two threads that received from one connection;
 *   - a thread that received from two connections (one loop for all, or a pool);
 *   - a thread that was there before its connection was: the one that accepts, or a pool.
 * A thread that accepted for itself, and then made another one to accept further, is of its own
 * too: it passes as long as it does not accept again.
 */
#include "judge/per_connection.h"

#include <stdlib.h>
#include <uthash.h>

#include "judge/words.h"

struct served {
    int connection;
    const struct call *call; /* the first that received from it */
    int64_t opened;
    int acceptor; /* thread */
    UT_hash_handle hh;
};

struct server_thread {
    int thread;
    int64_t started;
    int connection;            /* the first that it received from, 0: none yet */
    const struct call *call;   /* its first receiving call there */
    const struct call *accept; /* the last call in which it accepted, or waits to */
    const struct call *made;   /* the last call in which it made a thread */
    UT_hash_handle hh;
};

struct tables {
    struct served *connections;
    struct server_thread *threads;
};

static struct served *served_of(struct tables *tables, int connection)
{
    struct served *served;
    HASH_FIND_INT(tables->connections, &connection, served);
    if (!served && (served = calloc(1, sizeof *served))) {
        served->connection = connection;
        HASH_ADD_INT(tables->connections, connection, served);
    }
    return served;
}

static struct server_thread *thread_of(struct tables *tables, int id)
{
    struct server_thread *thread;
    HASH_FIND_INT(tables->threads, &id, thread);
    if (!thread && (thread = calloc(1, sizeof *thread))) {
        thread->thread = id;
        HASH_ADD_INT(tables->threads, thread, thread);
    }
    return thread;
}

static void tables_free(struct tables *tables)
{
    struct served *served, *next_served;
    struct server_thread *thread, *next_thread;
    HASH_ITER(hh, tables->connections, served, next_served)
    {
        HASH_DEL(tables->connections, served);
        free(served);
    }
    HASH_ITER(hh, tables->threads, thread, next_thread)
    {
        HASH_DEL(tables->threads, thread);
        free(thread);
    }
}

/* When threads began and connections came. */
static void note_births(struct tables *tables, const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_THREAD_START && event->thread > 0) {
            struct server_thread *thread = thread_of(tables, event->thread);
            if (thread)
                thread->started = event->time;
        } else if (event->kind == EVENT_OPEN && event->connection > 0) {
            struct served *served = served_of(tables, event->connection);
            if (served && !served->opened) {
                served->opened = event->time;
                served->acceptor = event->thread;
            }
        }
    }
}

static void note_acts(struct tables *tables, const struct view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        bool accepts = phase_call_is(call->enter->call, "@accept");
        bool makes = phase_call_is(call->enter->call, "@thread");
        struct server_thread *thread =
            accepts || makes ? thread_of(tables, call->enter->thread) : NULL;
        if (thread && accepts)
            thread->accept = call;
        if (thread && makes)
            thread->made = call;
    }
}

static enum rule_outcome broken_by_two(struct finding *finding, const struct view *view,
                                       const struct call *first, const struct call *second,
                                       char *message)
{
    evidence_call(&finding->calls, view, first);
    evidence_call(&finding->calls, view, second);
    return rule_broken(finding, view, second->enter->number, message);
}

static enum rule_outcome not_its_own(struct finding *finding, const struct view *view,
                                     const struct server_thread *thread,
                                     const struct call *call)
{
    return broken_by_two(
        finding, view, thread->call, call,
        words_format("%s at %s: thread %d received from connection %d, and from connection %d "
                     "before; each connection wants a thread of its own",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     thread->thread, call->enter->connection, thread->connection));
}

static enum rule_outcome shared(struct finding *finding, const struct view *view,
                                const struct served *served, const struct call *call)
{
    return broken_by_two(
        finding, view, served->call, call,
        words_format("%s at %s: thread %d received from connection %d, which thread %d had "
                     "received from before",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     call->enter->thread, served->connection, served->call->enter->thread));
}

/* It accepted this connection itself, and left accepting to a thread that it made then. */
static bool handed_on(const struct server_thread *thread, const struct served *served,
                      const struct call *call)
{
    return served->acceptor == thread->thread && thread->made &&
           thread->made->enter->time >= served->opened && thread->accept &&
           thread->accept->enter->time <= call->enter->time;
}

static enum rule_outcome too_old(struct finding *finding, const struct view *view,
                                 const struct server_thread *thread, const struct call *call)
{
    return rule_broken_by(
        finding, view, call,
        words_format("%s at %s: thread %d received from connection %d, but it %s",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     thread->thread, call->enter->connection,
                     thread->accept ? "is the one that accepts"
                                    : "was there before the connection came"));
}

static enum rule_outcome judge_receive(struct tables *tables, const struct view *view,
                                       const struct call *call, struct finding *finding)
{
    struct server_thread *thread = thread_of(tables, call->enter->thread);
    struct served *served = served_of(tables, call->enter->connection);
    if (!thread || !served)
        return RULE_UNSEEN;
    if (thread->started <= served->opened && !handed_on(thread, served, call))
        return too_old(finding, view, thread, call);
    if (thread->connection && thread->connection != served->connection)
        return not_its_own(finding, view, thread, call);
    if (served->call && served->call->enter->thread != thread->thread)
        return shared(finding, view, served, call);
    if (!served->call)
        served->call = call;
    if (!thread->connection) {
        thread->connection = served->connection;
        thread->call = call;
    }
    return RULE_HOLDS;
}

enum rule_outcome per_connection_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    (void)value;
    struct tables tables = {0};
    enum rule_outcome outcome = rule_nothing(view);
    note_births(&tables, view->recording);
    note_acts(&tables, view);
    for (size_t i = 0; i < view->count && outcome != RULE_BROKEN; i++) {
        const struct call *call = &view->calls[i];
        if (call->enter->connection > 0 && phase_call_is(call->enter->call, "@receive") &&
            call_in_service(view, call))
            outcome = judge_receive(&tables, view, call, finding);
    }
    tables_free(&tables);
    return outcome;
}
