/*
 * How the rings of io_uring were used: one_send, completions_consumed, multishot_rearmed,
 * buffers_returned, zero_copy_buffers, pending_at_close.
 *
 * Events stand in the order in which the tracer saw them: what the program could know of when it
 * handed an entry in stands before its SUBMIT. Entries that a thread of the kernel takes (SQPOLL)
 * are seen late, and are not judged where order matters.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

/* What came so shortly before the end may still be under way. */
#define SETTLE (100 * CLOCK_MILLISECOND)
/* Operations that are looked through for the last one on a connection. */
#define LOOK_BACK 20000

static const struct event *behind(const struct view *view)
{
    return view->recording->events + view->recording->count;
}

static bool in_view(const struct view *view, const struct event *event)
{
    return event && event->time <= view->end;
}

static bool says(const struct event *event, const char *word)
{
    return operations_says(event, word);
}

/* Under way when `event` happened, as far as the tracer saw. */
static bool open_at(const struct operation *operation, const struct event *event)
{
    return operation->submit < event && !(operation->over && operation->last <= event);
}

static const struct call *act_of(const struct view *view, const struct operation *operation)
{
    for (size_t i = 0; i < view->act_count; i++)
        if (view->acts[i].enter == operation->submit)
            return &view->acts[i];
    return NULL;
}

static enum rule_outcome broken_by(struct finding *finding, const struct view *view,
                                   const struct operation *operation, char *message)
{
    const struct call *act = act_of(view, operation);
    if (act)
        return rule_broken_by(finding, view, act, message);
    return rule_broken(finding, view, operation->submit->number, message);
}

/* Nothing to judge: no operation, or only such as a thread of the kernel took. */
static enum rule_outcome judgeable(const struct view *view)
{
    for (size_t i = 0; i < view->operations.count; i++)
        if (view->operations.items[i].submit->thread == 0)
            return RULE_UNSEEN;
    return view->operations.count ? RULE_HOLDS : rule_nothing(view);
}

/* --- one_send --- */

struct sending {
    int connection;
    const struct operation *last;
    size_t chain; /* of linked entries: those go one after the other */
    UT_hash_handle hh;
};

static struct sending *sending_on(struct sending **all, int connection)
{
    struct sending *sending;
    HASH_FIND_INT(*all, &connection, sending);
    if (!sending && (sending = calloc(1, sizeof *sending))) {
        sending->connection = connection;
        HASH_ADD_INT(*all, connection, sending);
    }
    return sending;
}

/* A zero-copy send has been sent with its first completion; the second is about its buffer. */
static bool unsent_at(const struct operation *operation, const struct event *event)
{
    return operation && !(operation->first && operation->first <= event);
}

static enum rule_outcome two_sends(struct finding *finding, const struct view *view,
                                   const struct operation *first,
                                   const struct operation *second)
{
    const struct call *act = act_of(view, first);
    if (act)
        evidence_call(&finding->calls, view, act);
    return broken_by(
        finding, view, second,
        words_format(
            "%s at %s: another send on connection %d, submitted at %s, was not yet "
            "completed, and the two are not linked; which goes first is left to chance",
            words_name(second->submit).text, words_moment(second->submit->time).text,
            second->submit->connection, words_moment(first->submit->time).text));
}

static enum rule_outcome one_send_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    struct sending *all = NULL, *sending, *next;
    enum rule_outcome outcome = judgeable(view);
    const struct event *before = NULL;
    size_t chain = 0;
    (void)value;
    for (size_t i = 0; i < view->operations.count && outcome == RULE_HOLDS; i++) {
        const struct operation *operation = &view->operations.items[i];
        const struct event *submit = operation->submit;
        bool linked = before && before->time == submit->time &&
                      before->thread == submit->thread &&
                      (says(before, "LINK") || says(before, "HARDLINK"));
        chain += !linked;
        before = submit;
        if (!in_view(view, submit) || submit->connection <= 0 ||
            !phase_ring_sends(submit->call) ||
            !(sending = sending_on(&all, submit->connection)))
            continue;
        if (unsent_at(sending->last, submit) && sending->chain != chain &&
            !says(submit, "DRAIN"))
            outcome = two_sends(finding, view, sending->last, operation);
        sending->last = operation;
        sending->chain = chain;
    }
    HASH_ITER(hh, all, sending, next)
    {
        HASH_DEL(all, sending);
        free(sending);
    }
    return outcome;
}

/* --- completions_consumed --- */

/* What the details of io_uring_enter say of the completion ring. */
struct waiting {
    const struct call *call;
    unsigned wait, head_before, head_after, there;
};

static bool number_behind(const char *detail, const char *word, unsigned *number)
{
    const char *at = detail ? strstr(detail, word) : NULL;
    return at && sscanf(at + strlen(word), " %u", number) == 1;
}

static bool is_waiting(const struct call *call, struct waiting *waiting)
{
    const struct event *leave = call->leave;
    waiting->call = call;
    return phase_call_is(call->enter->call, "io_uring_enter") && leave && !leave->error &&
           number_behind(call->enter->detail, "wait", &waiting->wait) && waiting->wait > 0 &&
           number_behind(call->enter->detail, "head", &waiting->head_before) &&
           number_behind(leave->detail, "head", &waiting->head_after) &&
           number_behind(leave->detail, "there", &waiting->there);
}

static bool has_threads(const struct view *view)
{
    int threads = 0;
    for (size_t i = 0; i < view->recording->count; i++)
        threads += view->recording->events[i].kind == EVENT_THREAD_START;
    return threads > 1;
}

static enum rule_outcome consumed_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    struct waiting last = {0}, now;
    int again = 0;
    (void)value;
    if (!view->operations.count)
        return rule_nothing(view);
    if (has_threads(view))
        return RULE_UNSEEN; /* another thread may be about to take them */
    for (size_t i = 0; i < view->count; i++) {
        if (!is_waiting(&view->calls[i], &now))
            continue;
        bool same = last.call && last.call->enter->fd == now.call->enter->fd &&
                    last.head_after == now.head_before && last.there >= now.wait;
        again = same ? again + 1 : 0;
        if (again == 2) {
            evidence_call(&finding->calls, view, last.call);
            return rule_broken_by(
                finding, view, now.call,
                words_format("%s at %s: the server waits again, for the second time, though "
                             "%u completion%s there and it has taken none: the head of the "
                             "completion ring does not move",
                             words_name(now.call->enter).text,
                             words_moment(now.call->enter->time).text, last.there,
                             last.there == 1 ? " is" : "s are"));
        }
        last = now;
    }
    return RULE_HOLDS;
}

/* --- multishot_rearmed, buffers_returned --- */

static int64_t waits_unread(const struct view *view, int connection)
{
    return view_unread(view, connection, view->end - SETTLE);
}

static bool closed_by(const struct view *view, int connection)
{
    for (size_t i = 0; i < view->recording->count; i++) {
        const struct event *event = &view->recording->events[i];
        if (event->kind == EVENT_CLOSE && event->connection == connection &&
            in_view(view, event))
            return true;
    }
    return false;
}

/* The step in which its client closed or reset it; NULL: none. */
static const struct event *parting(const struct view *view, int connection)
{
    for (const struct event *event = view->recording->events; event < behind(view); event++)
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
        if (in_view(view, other->submit) && other->submit > operation->last &&
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
           event->time + event->span < view->end - SETTLE;
}

/* A client that connected, and for which no descriptor was ever made; 0: none. */
static int never_accepted(const struct view *view)
{
    int most = 0, found = 0;
    for (const struct event *event = view->recording->events; event < behind(view); event++)
        most = event->connection > most ? event->connection : most;
    bool *opened = calloc((size_t)most + 1, sizeof *opened);
    for (const struct event *event = view->recording->events; opened && event < behind(view);
         event++)
        if (event->kind == EVENT_OPEN && event->connection > 0)
            opened[event->connection] = true;
    for (const struct event *event = view->recording->events;
         opened && !found && event < behind(view); event++)
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

static enum rule_outcome rearmed_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    (void)value;
    for (size_t i = 0; i < view->operations.count; i++) {
        const struct operation *operation = &view->operations.items[i];
        if (!says(operation->submit, "MULTISHOT") || !operation->over ||
            operation->last->time > view->end - SETTLE || operation->last->error == ECANCELED ||
            next_alike(view, operation))
            continue;
        char *waiting = kept_waiting(view, operation);
        if (!waiting)
            continue;
        enum rule_outcome outcome = broken_by(
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

static bool no_buffer(const struct operation *operation)
{
    return operation && operation->last && operation->last->error == ENOBUFS;
}

static bool buffer_used_after(const struct view *view, const struct event *since)
{
    for (const struct event *event = since; event < behind(view); event++)
        if (event->kind == EVENT_COMPLETE && in_view(view, event) && says(event, "BUFFER"))
            return true;
    return false;
}

static enum rule_outcome returned_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    (void)value;
    for (size_t i = 0; i < view->operations.count; i++) {
        const struct operation *operation = &view->operations.items[i];
        if (!no_buffer(operation) || !in_view(view, operation->last) ||
            !no_buffer(next_alike(view, operation)) ||
            closed_by(view, operation->submit->connection) ||
            given_up(view, operation->submit->connection) ||
            waits_unread(view, operation->submit->connection) <= 0 ||
            buffer_used_after(view, operation->last))
            continue;
        return broken_by(
            finding, view, operation,
            words_format(
                "%s: from %s on there was no buffer left (ENOBUFS), also when it was "
                "submitted again, and none was used any more: buffers that were filled "
                "are not given back",
                words_name(operation->submit).text, words_moment(operation->last->time).text));
    }
    return view->operations.count ? RULE_HOLDS : rule_nothing(view);
}

/* --- zero_copy_buffers --- */

static bool overlap(const struct event *one, const struct event *other)
{
    return one->process == other->process && one->address && other->address && one->bytes > 0 &&
           other->bytes > 0 && one->address < other->address + (uint64_t)other->bytes &&
           other->address < one->address + (uint64_t)one->bytes;
}

static bool zero_copy(const struct event *submit)
{
    return phase_call_is(submit->call, "IORING_OP_SEND_ZC");
}

static enum rule_outcome zero_copy_in_view(const struct view *view, const json_t *value,
                                           struct finding *finding)
{
    enum rule_outcome outcome = judgeable(view);
    size_t oldest = 0; /* before it none is open */
    (void)value;
    for (size_t i = 0; i < view->operations.count && outcome == RULE_HOLDS; i++) {
        const struct operation *now = &view->operations.items[i];
        if (!in_view(view, now->submit) || !phase_ring_receives(now->submit->call))
            continue;
        while (oldest < i && !(zero_copy(view->operations.items[oldest].submit) &&
                               open_at(&view->operations.items[oldest], now->submit)))
            oldest++;
        for (size_t j = oldest; j < i; j++) {
            const struct operation *sent = &view->operations.items[j];
            if (!zero_copy(sent->submit) || !open_at(sent, now->submit) ||
                !overlap(sent->submit, now->submit))
                continue;
            return broken_by(
                finding, view, now,
                words_format(
                    "%s at %s goes to a buffer that is still being sent: the "
                    "notification (NOTIF) of %s on connection %d, submitted at %s, had "
                    "not come",
                    words_name(now->submit).text, words_moment(now->submit->time).text,
                    words_name(sent->submit).text, sent->submit->connection,
                    words_moment(sent->submit->time).text));
        }
    }
    return outcome;
}

/* --- pending_at_close --- */

static bool shuts_down(const struct event *event, int connection)
{
    return event->connection == connection &&
           ((event->kind == EVENT_ENTER && phase_call_is(event->call, "shutdown")) ||
            (event->kind == EVENT_SUBMIT && phase_call_is(event->call, "IORING_OP_SHUTDOWN")));
}

static bool cancels(const struct event *event, const struct operation *operation)
{
    if (event->process != operation->submit->process)
        return false;
    if (event->kind == EVENT_ENTER && phase_call_is(event->call, "io_uring_register"))
        return says(event, "SYNC_CANCEL");
    return event->kind == EVENT_SUBMIT &&
           (phase_call_is(event->call, "IORING_OP_ASYNC_CANCEL") ||
            phase_call_is(event->call, "IORING_OP_POLL_REMOVE")) &&
           (event->address == operation->submit->pair || says(event, "CANCEL_FD") ||
            says(event, "CANCEL_ANY") || says(event, "CANCEL_ALL") || says(event, "CANCEL_OP"));
}

/* Something else ends it: a shutdown, a cancel, or the end of its thread or ring. */
static bool ended_otherwise(const struct view *view, const struct operation *operation,
                            const struct event *close)
{
    for (const struct event *event = operation->submit; event < behind(view); event++) {
        bool soon = event > close && event->time < close->time + CLOCK_SECOND;
        if (shuts_down(event, close->connection) || cancels(event, operation))
            return true;
        if (soon && (event->kind == EVENT_THREAD_END || event->kind == EVENT_SIGNAL))
            return true;
    }
    return close->time > view->end - SETTLE;
}

/* How many operations were submitted before `event`. */
static size_t submitted_before(const struct view *view, const struct event *event)
{
    size_t low = 0, high = view->operations.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (view->operations.items[middle].submit < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Only the last receive on a connection can be pending. */
static const struct operation *pending_at(const struct view *view, const struct event *close)
{
    size_t at = submitted_before(view, close), least = at > LOOK_BACK ? at - LOOK_BACK : 0;
    while (at > least) {
        const struct operation *operation = &view->operations.items[--at];
        const struct event *submit = operation->submit;
        if (submit->connection != close->connection || !phase_ring_receives(submit->call))
            continue;
        bool completed = operation->over && operation->last->time <= close->time;
        bool excused =
            completed || says(submit, "LINK") || ended_otherwise(view, operation, close);
        return excused ? NULL : operation;
    }
    return NULL;
}

static enum rule_outcome pending_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    enum rule_outcome outcome = judgeable(view);
    (void)value;
    for (size_t i = 0; i < view->recording->count && outcome == RULE_HOLDS; i++) {
        const struct event *close = &view->recording->events[i];
        if (close->kind != EVENT_CLOSE || !in_view(view, close))
            continue;
        const struct operation *pending = pending_at(view, close);
        if (!pending)
            continue;
        outcome = broken_by(
            finding, view, pending,
            words_format(
                "connection %d was closed at %s while %s was pending, with neither a "
                "shutdown nor a cancel: the operation holds the socket, and its client "
                "is not told of the end",
                close->connection, words_moment(close->time).text,
                words_name(pending->submit).text));
    }
    return outcome;
}

/* --- the table --- */

static bool is_false(const json_t *value)
{
    return json_is_false(value);
}

#define EACH(function, in)                                                                     \
    static enum rule_outcome function(const struct views *views, const json_t *value,          \
                                      struct finding *finding)                                 \
    {                                                                                          \
        return rule_each(views, value, finding, in);                                           \
    }
EACH(judge_one_send, one_send_in_view)
EACH(judge_consumed, consumed_in_view)
EACH(judge_rearmed, rearmed_in_view)
EACH(judge_returned, returned_in_view)
EACH(judge_zero_copy, zero_copy_in_view)
EACH(judge_pending, pending_in_view)

const struct rule rules_rings[] = {
    {"one_send", "true", rule_is_true, judge_one_send},
    {"completions_consumed", "true", rule_is_true, judge_consumed},
    {"multishot_rearmed", "true", rule_is_true, judge_rearmed},
    {"buffers_returned", "true", rule_is_true, judge_returned},
    {"zero_copy_buffers", "true", rule_is_true, judge_zero_copy},
    {"pending_at_close", "false", is_false, judge_pending},
    {0},
};
