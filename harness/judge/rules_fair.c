/*
 * fair = N: at most N receives in a row bring bytes of one connection while bytes of another one
 * wait.
 *
 * In a row: by one thread, with no receive on another connection between them. Those who wait
 * are connections that were accepted before the first of the N + 1 receives, with bytes that
 * were there by then and are still there at the last. Where output of such a connection is
 * blocked it is not waiting for its turn; where several threads serve, it has to be one of the
 * same thread.
 */
#include <stdlib.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/traffic.h"
#include "judge/words.h"

#define RUN_MOST 1024

/* What a thread received last, without a break. */
struct run {
    int thread;
    int connection;
    size_t count;
    const struct call *calls[RUN_MOST]; /* the last ones, a ring */
    UT_hash_handle hh;
};

struct fairness {
    const struct view *view;
    struct run *runs;
    struct traffic traffic;
    size_t most;
    int threads;
    bool any;
};

static bool is_fair(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 1 &&
           json_integer_value(value) < RUN_MOST;
}

static struct run *run_of(struct fairness *fairness, int thread)
{
    struct run *run;
    HASH_FIND_INT(fairness->runs, &thread, run);
    if (!run && (run = calloc(1, sizeof *run))) {
        run->thread = thread;
        HASH_ADD_INT(fairness->runs, thread, run);
    }
    return run;
}

static void free_fairness(struct fairness *fairness)
{
    struct run *run, *next;
    HASH_ITER(hh, fairness->runs, run, next)
    {
        HASH_DEL(fairness->runs, run);
        free(run);
    }
    traffic_free(&fairness->traffic);
}

/* The first of the last most + 1 calls of a run. */
static const struct call *run_begin(const struct fairness *fairness, const struct run *run)
{
    return run->calls[(run->count - 1 - fairness->most) % RUN_MOST];
}

/* A connection whose bytes lay there all the time; 0: none. */
static int who_waits(const struct fairness *fairness, const struct run *run, int64_t *bytes)
{
    int64_t since = run_begin(fairness, run)->enter->time;
    for (int i = 1; i < fairness->traffic.count; i++) {
        const struct lane *lane = &fairness->traffic.lanes[i];
        if (i == run->connection || lane->opened > since || lane->closed || lane->blocked ||
            (fairness->threads > 1 && lane->thread != run->thread))
            continue;
        *bytes = traffic_unread(lane, since);
        if (*bytes > 0)
            return i;
    }
    return 0;
}

static enum rule_outcome unfair(const struct fairness *fairness, const struct run *run,
                                int waiting, int64_t bytes, struct finding *finding)
{
    const struct call *first = run_begin(fairness, run);
    const struct call *last = run->calls[(run->count - 1) % RUN_MOST];
    evidence_call(&finding->calls, fairness->view, first);
    evidence_call(&finding->calls, fairness->view, last);
    return rule_broken(
        finding, fairness->view, last->enter->number,
        words_format("from %s to %s connection %d had %zu receives in a row, the last one %s, "
                     "while %s of connection %d waited all the time; at most %zu are allowed",
                     words_moment(first->enter->time).text,
                     words_moment(last->enter->time).text, run->connection, fairness->most + 1,
                     words_name(last->enter).text, words_bytes(bytes).text, waiting,
                     fairness->most));
}

static enum rule_outcome judge_receive(struct fairness *fairness, const struct call *call,
                                       struct finding *finding)
{
    struct run *run = run_of(fairness, call->enter->thread);
    int64_t bytes;
    if (!run)
        return RULE_HOLDS;
    fairness->any = true;
    if (run->connection != call->enter->connection)
        run->count = 0;
    run->connection = call->enter->connection;
    if (call_moved(call) == 0)
        return RULE_HOLDS;
    run->calls[run->count++ % RUN_MOST] = call;
    if (run->count <= fairness->most)
        return RULE_HOLDS;
    int waiting = who_waits(fairness, run, &bytes);
    return waiting ? unfair(fairness, run, waiting, bytes, finding) : RULE_HOLDS;
}

static enum rule_outcome fair_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    struct fairness fairness = {.view = view, .most = (size_t)json_integer_value(value)};
    enum rule_outcome outcome = RULE_HOLDS;
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && outcome == RULE_HOLDS; i++) {
        const struct event *event = &recording->events[i];
        if (event->time > view->end)
            break;
        fairness.threads += event->kind == EVENT_THREAD_START;
        traffic_follow(&fairness.traffic, view, event);
        const struct call *call =
            event->kind == EVENT_LEAVE ? view_call(view, event->pair) : NULL;
        if (call && call->leave && call->enter->connection > 0 && traffic_takes(call))
            outcome = judge_receive(&fairness, call, finding);
    }
    if (outcome == RULE_HOLDS && !fairness.any)
        outcome = rule_nothing(view);
    free_fairness(&fairness);
    return outcome;
}

static enum rule_outcome judge_fair(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, fair_in_view);
}

const struct rule rules_fair[] = {
    {"fair", "a whole number from 1 to 1023", is_fair, judge_fair},
    {0},
};
