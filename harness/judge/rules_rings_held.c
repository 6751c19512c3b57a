/*
 * What operations hold while they are under way: memory (zero_copy_buffers), the socket
 * (pending_at_close).
 */
#include "judge/ring.h"
#include "judge/words.h"

/* Operations that are looked through for the last one on a connection. */
#define LOOK_BACK 20000

/* --- zero_copy_buffers --- */

/* Under way when `event` happened, as far as the tracer saw. */
static bool open_at(const struct operation *operation, const struct event *event)
{
    return operation->submit < event && !(operation->over && operation->last <= event);
}

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
    enum rule_outcome outcome = ring_judgeable(view);
    size_t oldest = 0; /* before it none is open */
    (void)value;
    for (size_t i = 0; i < view->operations.count && outcome == RULE_HOLDS; i++) {
        const struct operation *now = &view->operations.items[i];
        if (!ring_in_view(view, now->submit) || !phase_ring_receives(now->submit->call))
            continue;
        while (oldest < i && !(zero_copy(view->operations.items[oldest].submit) &&
                               open_at(&view->operations.items[oldest], now->submit)))
            oldest++;
        for (size_t j = oldest; j < i; j++) {
            const struct operation *sent = &view->operations.items[j];
            if (!zero_copy(sent->submit) || !open_at(sent, now->submit) ||
                !overlap(sent->submit, now->submit))
                continue;
            return ring_broken_by(
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
        return operations_says(event, "SYNC_CANCEL");
    return event->kind == EVENT_SUBMIT &&
           (phase_call_is(event->call, "IORING_OP_ASYNC_CANCEL") ||
            phase_call_is(event->call, "IORING_OP_POLL_REMOVE")) &&
           (event->address == operation->submit->pair || operations_says(event, "CANCEL_FD") ||
            operations_says(event, "CANCEL_ANY") || operations_says(event, "CANCEL_ALL") ||
            operations_says(event, "CANCEL_OP"));
}

/* Something else ends it: a shutdown, a cancel, or the end of its thread or ring. */
static bool ended_otherwise(const struct view *view, const struct operation *operation,
                            const struct event *close)
{
    for (const struct event *event = operation->submit; event < ring_behind(view); event++) {
        bool soon = event > close && event->time < close->time + CLOCK_SECOND;
        if (shuts_down(event, close->connection) || cancels(event, operation))
            return true;
        if (soon && (event->kind == EVENT_THREAD_END || event->kind == EVENT_SIGNAL))
            return true;
    }
    return close->time > view->end - RING_SETTLE;
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
        bool excused = completed || operations_says(submit, "LINK") ||
                       ended_otherwise(view, operation, close);
        return excused ? NULL : operation;
    }
    return NULL;
}

static enum rule_outcome pending_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    enum rule_outcome outcome = ring_judgeable(view);
    (void)value;
    for (size_t i = 0; i < view->recording->count && outcome == RULE_HOLDS; i++) {
        const struct event *close = &view->recording->events[i];
        if (close->kind != EVENT_CLOSE || !ring_in_view(view, close))
            continue;
        const struct operation *pending = pending_at(view, close);
        if (!pending)
            continue;
        outcome = ring_broken_by(
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

static enum rule_outcome judge_zero_copy(const struct views *views, const json_t *value,
                                         struct finding *finding)
{
    return rule_each(views, value, finding, zero_copy_in_view);
}

static enum rule_outcome judge_pending(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, pending_in_view);
}

const struct rule rules_rings_held[] = {
    {"zero_copy_buffers", "true", rule_is_true, judge_zero_copy},
    {"pending_at_close", "false", is_false, judge_pending},
    {0},
};
