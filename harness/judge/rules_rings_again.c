/*
 * What a ring is to be given again when it is used up: multishot_rearmed, buffers_returned. Broken
 * only when somebody is kept waiting by it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/ring.h"
#include "judge/words.h"

/* --- who waits --- */

static int64_t waits_unread(const struct view *view, int connection)
{
    return view_unread(view, connection, view->end - RING_SETTLE);
}

static bool closed_by(const struct view *view, int connection)
{
    for (size_t i = 0; i < view->recording->count; i++) {
        const struct event *event = &view->recording->events[i];
        if (event->kind == EVENT_CLOSE && event->connection == connection &&
            ring_in_view(view, event))
            return true;
    }
    return false;
}

/* The step in which its client closed or reset it; NULL: none. */
static const struct event *parting(const struct view *view, int connection)
{
    for (const struct event *event = view->recording->events; event < ring_behind(view);
         event++)
        if (event->kind == EVENT_STEP && event->connection == connection && event->verb &&
            (strcmp(event->verb, "reset") == 0 || strcmp(event->verb, "close") == 0))
            return event;
    return NULL;
}

/* In the script: nobody waits for what lies there. At the end of a check all clients are closed;
   those steps name no line. */
static bool given_up(const struct view *view, int connection)
{
    const struct event *step = parting(view, connection);
    return step && step->detail && strstr(step->detail, ".lua:");
}

/* The next of the same kind on the same connection (descriptor, for accepts), or NULL. */
static const struct operation *next_alike(const struct view *view,
                                          const struct operation *operation)
{
    const struct operation *end = view->operations.items + view->operations.count;
    const struct event *submit = operation->submit;
    bool receives = phase_ring_receives(submit->call);
    for (const struct operation *other = operation + 1; other < end; other++)
        if (ring_in_view(view, other->submit) && other->submit > operation->last &&
            (receives ? other->submit->connection == submit->connection &&
                            phase_ring_receives(other->submit->call)
                      : other->submit->fd == submit->fd &&
                            strcmp(other->submit->call, submit->call) == 0))
            return other;
    return NULL;
}

static bool connects(const struct view *view, const struct event *event)
{
    return event->kind == EVENT_STEP && event->connection > 0 && event->verb &&
           strcmp(event->verb, "connect") == 0 && event->outcome == OUTCOME_OK &&
           event->time + event->span < view->end - RING_SETTLE;
}

/* A client that connected, and for which no descriptor was ever made; 0: none. */
static int never_accepted(const struct view *view)
{
    int most = 0, found = 0;
    for (const struct event *event = view->recording->events; event < ring_behind(view);
         event++)
        most = event->connection > most ? event->connection : most;
    bool *opened = calloc((size_t)most + 1, sizeof *opened);
    for (const struct event *event = view->recording->events;
         opened && event < ring_behind(view); event++)
        if (event->kind == EVENT_OPEN && event->connection > 0)
            opened[event->connection] = true;
    for (const struct event *event = view->recording->events;
         opened && !found && event < ring_behind(view); event++)
        if (connects(view, event) && !opened[event->connection])
            found = event->connection;
    free(opened);
    return found;
}

/* Its last send had not completed when the client went: who does not read is not read from. */
static bool output_blocked(const struct view *view, int connection)
{
    const struct event *step = parting(view, connection);
    int64_t until = step && step->time < view->end ? step->time : view->end;
    for (size_t i = view->operations.count; i-- > 0;) {
        const struct operation *operation = &view->operations.items[i];
        if (operation->submit->time <= until && operation->submit->connection == connection &&
            phase_ring_sends(operation->submit->call))
            return !operation->first || operation->first->time > until;
    }
    return false;
}

/* Behind the end, or an error of the connection, nothing more is to be received. */
static bool may_go_on(const struct operation *operation)
{
    const struct event *last = operation->last;
    return last->error ? last->error == ENOBUFS : last->result > 0;
}

/* Who is kept waiting by it, in words; NULL: nobody. Owned. */
static char *kept_waiting(const struct view *view, const struct operation *operation)
{
    const struct event *submit = operation->submit;
    if (phase_call_is(submit->call, "IORING_OP_ACCEPT")) {
        int connection = never_accepted(view);
        return connection ? words_format("connection %d was never accepted", connection) : NULL;
    }
    if (!phase_ring_receives(submit->call) || !may_go_on(operation) ||
        closed_by(view, submit->connection) || given_up(view, submit->connection) ||
        output_blocked(view, submit->connection))
        return NULL;
    int64_t bytes = waits_unread(view, submit->connection);
    return bytes > 0 ? words_format("%s of connection %d wait unread", words_bytes(bytes).text,
                                    submit->connection)
                     : NULL;
}

/* --- multishot_rearmed --- */

static enum rule_outcome rearmed_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    (void)value;
    for (size_t i = 0; i < view->operations.count; i++) {
        const struct operation *operation = &view->operations.items[i];
        if (!operations_says(operation->submit, "MULTISHOT") || !operation->over ||
            operation->last->time > view->end - RING_SETTLE ||
            operation->last->error == ECANCELED || next_alike(view, operation))
            continue;
        char *waiting = kept_waiting(view, operation);
        if (!waiting)
            continue;
        enum rule_outcome outcome = ring_broken_by(
            finding, view, operation,
            words_format("%s, multishot, came to its end at %s (a completion without MORE) and "
                         "was not submitted again: %s",
                         words_name(operation->submit).text,
                         words_moment(operation->last->time).text, waiting));
        free(waiting);
        return outcome;
    }
    return view->operations.count ? RULE_HOLDS : rule_nothing(view);
}

/* --- buffers_returned --- */

static bool no_buffer(const struct operation *operation)
{
    return operation && operation->last && operation->last->error == ENOBUFS;
}

static bool buffer_used_after(const struct view *view, const struct event *since)
{
    for (const struct event *event = since; event < ring_behind(view); event++)
        if (event->kind == EVENT_COMPLETE && ring_in_view(view, event) &&
            operations_says(event, "BUFFER"))
            return true;
    return false;
}

static enum rule_outcome returned_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    (void)value;
    for (size_t i = 0; i < view->operations.count; i++) {
        const struct operation *operation = &view->operations.items[i];
        if (!no_buffer(operation) || !ring_in_view(view, operation->last) ||
            !no_buffer(next_alike(view, operation)) ||
            closed_by(view, operation->submit->connection) ||
            given_up(view, operation->submit->connection) ||
            waits_unread(view, operation->submit->connection) <= 0 ||
            buffer_used_after(view, operation->last))
            continue;
        return ring_broken_by(
            finding, view, operation,
            words_format(
                "%s: from %s on there was no buffer left (ENOBUFS), also when it was "
                "submitted again, and none was used any more: buffers that were filled "
                "are not given back",
                words_name(operation->submit).text, words_moment(operation->last->time).text));
    }
    return view->operations.count ? RULE_HOLDS : rule_nothing(view);
}

/* --- the table --- */

static enum rule_outcome judge_rearmed(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, rearmed_in_view);
}

static enum rule_outcome judge_returned(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, returned_in_view);
}

const struct rule rules_rings_again[] = {
    {"multishot_rearmed", "true", rule_is_true, judge_rearmed},
    {"buffers_returned", "true", rule_is_true, judge_returned},
    {0},
};
