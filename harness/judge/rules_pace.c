/*
 * per_message = {calls, wakeups, vain}: medians over messages.
 *
 * A message is a receiving call on a connection that brought bytes, or a receive of a ring that
 * did, which counts for the thread that handed it in. Its cost is what the thread
 * that received it did since that thread's previous message: calls made (this receive among
 * them), wake-ups (calls in which it slept until a peer acted) and polls in vain (EAGAIN, or a
 * wait that came back with nothing at once). The first message of a thread has no such
 * distance and does not count.
 */
#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/words.h"

enum { CALLS, WAKEUPS, VAIN, COSTS };
static const char *const cost_names[COSTS] = {"calls", "wakeups", "vain"};
static const char *const cost_words[COSTS] = {"system calls", "wake-ups", "polls in vain"};

struct message {
    const struct view *view;
    const struct event *previous, *event; /* receives: ENTER, or COMPLETE */
    int thread;
    double cost[COSTS];
};

struct messages {
    struct message *items;
    size_t count, room;
};

/* What a thread did since its last message. */
struct worker {
    int thread;
    const struct event *last;
    double cost[COSTS];
    UT_hash_handle hh;
};

static bool is_pace(const json_t *value)
{
    const char *name;
    json_t *most;
    if (!json_is_object(value) || json_object_size(value) == 0)
        return false;
    json_object_foreach((json_t *)value, name, most)
    {
        bool known = false;
        for (int i = 0; i < COSTS; i++)
            known = known || strcmp(name, cost_names[i]) == 0;
        if (!known || !rule_is_number(most))
            return false;
    }
    return true;
}

static bool in_vain(const struct call *call)
{
    const struct event *leave = call->leave;
    if (!leave || call->refused)
        return false;
    if (call_failed_with(call, EAGAIN))
        return call_is_transfer(call) || phase_call_is(call->enter->call, "@accept");
    if (phase_call_is(call->enter->call, "io_uring_enter"))
        return phase_ring_vain(call->enter, leave);
    return phase_call_is(call->enter->call, "@wait") && !leave->error && leave->result == 0 &&
           call->enter->timeout == 0;
}

static struct worker *worker_of(struct worker **workers, int thread)
{
    struct worker *worker;
    HASH_FIND_INT(*workers, &thread, worker);
    if (!worker && (worker = calloc(1, sizeof *worker))) {
        worker->thread = thread;
        HASH_ADD_INT(*workers, thread, worker);
    }
    return worker;
}

static void add_message(struct messages *messages, const struct view *view,
                        const struct worker *worker, const struct event *event)
{
    if (messages->count == messages->room) {
        size_t room = messages->room * 2 + 64;
        struct message *items = realloc(messages->items, room * sizeof *items);
        if (!items)
            return;
        messages->items = items;
        messages->room = room;
    }
    struct message *message = &messages->items[messages->count++];
    *message = (struct message){
        .view = view, .previous = worker->last, .event = event, .thread = worker->thread};
    memcpy(message->cost, worker->cost, sizeof message->cost);
}

static bool brings_bytes(const struct call *call)
{
    bool receives = call_is_operation(call) ? phase_ring_receives(call->enter->call)
                                            : phase_call_is(call->enter->call, "@receive");
    return call->enter->connection > 0 && receives && call_moved(call) > 0;
}

static void end_message(struct messages *messages, const struct view *view,
                        struct worker *worker, const struct event *event)
{
    if (worker->last)
        add_message(messages, view, worker, event);
    worker->last = event;
    memset(worker->cost, 0, sizeof worker->cost);
}

static void count_call(struct messages *messages, const struct view *view,
                       struct worker *worker, const struct call *call)
{
    worker->cost[CALLS]++;
    worker->cost[WAKEUPS] += call_slept(view, call) == EVENT_YES &&
                             !phase_call_is(call->enter->call, "@sleep") && call->leave;
    worker->cost[VAIN] += in_vain(call);
    if (brings_bytes(call))
        end_message(messages, view, worker, call->enter);
}

/* Who handed it in; 0: a thread of the kernel, for which nobody's calls count. */
static int thread_of(const struct view *view, const struct event *complete)
{
    const struct operation *operation =
        operations_of(&view->operations, view->recording, complete);
    return operation ? operation->submit->thread : 0;
}

static bool brings_bytes_by_ring(const struct event *event)
{
    return event->kind == EVENT_COMPLETE && event->connection > 0 && event->bytes > 0 &&
           phase_ring_receives(event->call);
}

static void collect(struct messages *messages, const struct view *view)
{
    struct worker *workers = NULL, *worker, *next;
    for (size_t i = 0; i < view->recording->count; i++) {
        const struct event *event = &view->recording->events[i];
        const struct call *call =
            event->kind == EVENT_ENTER ? view_call(view, event->number) : NULL;
        bool by_ring = brings_bytes_by_ring(event) && event->time <= view->end;
        int thread = call ? event->thread : by_ring ? thread_of(view, event) : 0;
        worker = thread ? worker_of(&workers, thread) : NULL;
        if (worker && call)
            count_call(messages, view, worker, call);
        else if (worker && by_ring)
            end_message(messages, view, worker, event);
    }
    HASH_ITER(hh, workers, worker, next)
    {
        HASH_DEL(workers, worker);
        free(worker);
    }
}

static int compare(const void *a, const void *b, void *cost)
{
    const struct message *left = a, *right = b;
    double x = left->cost[*(int *)cost], y = right->cost[*(int *)cost];
    return (x > y) - (x < y);
}

static void show(struct finding *finding, const struct message *message)
{
    const struct view *view = message->view;
    for (size_t i = 0; i < view->act_count; i++) {
        const struct call *act = &view->acts[i];
        if (act->enter > message->previous && act->enter <= message->event &&
            act->enter->thread == message->thread && finding->calls.count < EVIDENCE_CALLS)
            evidence_call(&finding->calls, view, act);
    }
}

static enum rule_outcome judge_cost(struct messages *messages, int cost, double most,
                                    struct finding *finding)
{
    qsort_r(messages->items, messages->count, sizeof *messages->items, compare, &cost);
    const struct message *median = &messages->items[(messages->count - 1) / 2];
    if (median->cost[cost] <= most)
        return RULE_HOLDS;
    show(finding, median);
    return rule_broken(
        finding, median->view, median->event->number,
        words_format("%.0f %s for a message (the median of %zu), for instance before %s at %s "
                     "on connection %d; at most %.0f",
                     median->cost[cost], cost_words[cost], messages->count,
                     words_name(median->event).text, words_moment(median->event->time).text,
                     median->event->connection, most));
}

/* Were any bytes received where it was watched? Then only the script sent too few messages. */
static bool any_received(const struct views *views)
{
    for (size_t i = 0; i < views->count; i++)
        for (size_t j = 0; j < views->items[i].act_count; j++)
            if (brings_bytes(&views->items[i].acts[j]))
                return true;
    return false;
}

static enum rule_outcome judge_pace(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    struct messages messages = {0};
    for (size_t i = 0; i < views->count; i++)
        if (views->items[i].traced)
            collect(&messages, &views->items[i]);
    enum rule_outcome outcome = messages.count                               ? RULE_HOLDS
                                : rule_traced(views) && !any_received(views) ? RULE_ABSENT
                                                                             : RULE_UNSEEN;
    for (int i = 0; i < COSTS && outcome == RULE_HOLDS; i++) {
        const json_t *most = json_object_get(value, cost_names[i]);
        if (most)
            outcome = judge_cost(&messages, i, json_number_value(most), finding);
    }
    free(messages.items);
    return outcome;
}

const struct rule rules_pace[] = {
    {"per_message", "a table of calls, wakeups, vain (numbers)", is_pace, judge_pace},
    {0},
};
