/*
 * What goes through the two queues of a ring: one_send (entries, in an order that holds),
 * completions_consumed (completions, which are to be taken out).
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/ring.h"
#include "judge/words.h"

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
    const struct call *act = ring_act(view, first);
    if (act)
        evidence_call(&finding->calls, view, act);
    return ring_broken_by(
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
    enum rule_outcome outcome = ring_judgeable(view);
    const struct event *before = NULL;
    size_t chain = 0;
    (void)value;
    for (size_t i = 0; i < view->operations.count && outcome == RULE_HOLDS; i++) {
        const struct operation *operation = &view->operations.items[i];
        const struct event *submit = operation->submit;
        bool linked = before && before->time == submit->time &&
                      before->thread == submit->thread &&
                      (operations_says(before, "LINK") || operations_says(before, "HARDLINK"));
        chain += !linked;
        before = submit;
        if (!ring_in_view(view, submit) || submit->connection <= 0 ||
            !phase_ring_sends(submit->call) ||
            !(sending = sending_on(&all, submit->connection)))
            continue;
        if (unsent_at(sending->last, submit) && sending->chain != chain &&
            !operations_says(submit, "DRAIN"))
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

/* --- the table --- */

static enum rule_outcome judge_one_send(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, one_send_in_view);
}

static enum rule_outcome judge_consumed(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, consumed_in_view);
}

const struct rule rules_rings_queues[] = {
    {"one_send", "true", rule_is_true, judge_one_send},
    {"completions_consumed", "true", rule_is_true, judge_consumed},
    {0},
};
