/*
 * idle = {calls, cpu}: during every t:quiet, at most so many system calls a second over all
 * threads (the first 50 ms are left out: the server may still be busy with what came before),
 * and at most this share of one core. CPU time is what the harness measured at the beginning
 * and the end of the quiet.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

#define SETTLE   (50 * CLOCK_MILLISECOND)
#define EXAMPLES 4
#define QUIETS   256 /* looked at in one recording */

struct quiet {
    int64_t begin, end;
    uint64_t number;        /* of the event that begins it */
    int64_t cpu_begin_time; /* of the measures; cpu in ns */
    int64_t cpu_end_time, cpu_begin, cpu_end;
    bool measured;
};

static bool is_idle(const json_t *value)
{
    const json_t *calls = json_object_get(value, "calls"), *cpu = json_object_get(value, "cpu");
    return (calls || cpu) && (!calls || rule_is_number(calls)) && (!cpu || rule_is_number(cpu));
}

static bool is_measure(const struct event *event)
{
    return event->kind == EVENT_SERVER && event->verb && !strcmp(event->verb, "measure");
}

static bool is_quiet(const struct event *event, const char *verb)
{
    return event->kind == EVENT_QUIET && event->verb && !strcmp(event->verb, verb);
}

static const struct event *measure_from(const struct recording *recording, int64_t time)
{
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].time >= time && is_measure(&recording->events[i]))
            return &recording->events[i];
    return NULL;
}

/* The server is measured right behind either end; on a busy machine that may be late, so the
   measures' own times count. */
static void find_measures(const struct recording *recording, struct quiet *quiet)
{
    const struct event *first = measure_from(recording, quiet->begin);
    const struct event *last = measure_from(recording, quiet->end);
    if (!first || !last || last->time <= first->time)
        return;
    quiet->measured = true;
    quiet->cpu_begin_time = first->time;
    quiet->cpu_end_time = last->time;
    quiet->cpu_begin = first->result;
    quiet->cpu_end = last->result;
}

/* The next quiet from event *place on; false when there is none. */
static bool next_quiet(const struct recording *recording, size_t *place, struct quiet *quiet)
{
    const struct event *begin = NULL;
    for (; *place < recording->count; ++*place) {
        const struct event *event = &recording->events[*place];
        if (is_quiet(event, "begin"))
            begin = event;
        if (!begin || !is_quiet(event, "end"))
            continue;
        *quiet =
            (struct quiet){.begin = begin->time, .end = event->time, .number = begin->number};
        find_measures(recording, quiet);
        ++*place;
        return true;
    }
    return false;
}

/* The call that was made most, to be named: a tally by majority vote, exact enough to name. */
static const struct call *commonest(const struct view *view, const struct quiet *quiet)
{
    const struct call *leader = NULL;
    size_t votes = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (call->enter->time < quiet->begin + SETTLE || call->enter->time > quiet->end)
            continue;
        if (!votes)
            leader = call;
        votes += leader && !strcmp(leader->enter->call, call->enter->call) ? 1 : (size_t)-1;
    }
    return leader;
}

static size_t count_calls(const struct view *view, const struct quiet *quiet, const char *call,
                          struct finding *finding)
{
    size_t count = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *one = &view->calls[i];
        if (one->enter->time < quiet->begin + SETTLE || one->enter->time > quiet->end ||
            (call && strcmp(call, one->enter->call) != 0))
            continue;
        if (finding && count < EXAMPLES)
            evidence_call(&finding->calls, view, one);
        count++;
    }
    return count;
}

static enum rule_outcome calls_idle(const struct view *view, const struct quiet *quiet,
                                    double most, struct finding *finding)
{
    int64_t length = quiet->end - quiet->begin - SETTLE;
    if (!view->traced || length <= 0)
        return RULE_UNSEEN;
    size_t count = count_calls(view, quiet, NULL, NULL);
    double rate = (double)count * 1e9 / (double)length;
    if (rate <= most)
        return quiet->end <= view->end ? RULE_HOLDS : RULE_UNSEEN;
    const struct call *leader = commonest(view, quiet);
    size_t led = count_calls(view, quiet, leader->enter->call, NULL);
    count_calls(view, quiet, NULL, finding);
    return rule_broken(
        finding, view, quiet->number,
        words_format("every client was silent for %s from %s on, and the server made %.*f "
                     "system calls a second, %zu of %zu were %s; at most %g a second are "
                     "allowed",
                     words_length(quiet->end - quiet->begin).text,
                     words_moment(quiet->begin).text, rate < 10 ? 1 : 0, rate, led, count,
                     words_name(leader->enter).text, most));
}

static enum rule_outcome cpu_idle(const struct view *view, const struct quiet *quiet,
                                  double most, struct finding *finding)
{
    if (!quiet->measured)
        return RULE_UNSEEN;
    double share = (double)(quiet->cpu_end - quiet->cpu_begin) /
                   (double)(quiet->cpu_end_time - quiet->cpu_begin_time);
    if (share <= most)
        return RULE_HOLDS;
    if (!finding->calls.count && view->traced)
        count_calls(view, quiet, NULL, finding);
    return rule_broken(
        finding, view, quiet->number,
        words_format("every client was silent for %s from %s on, and the server used %.0f %% "
                     "of a core; at most %.0f %% are allowed",
                     words_length(quiet->end - quiet->begin).text,
                     words_moment(quiet->begin).text, share * 100, most * 100));
}

static enum rule_outcome worse(enum rule_outcome a, enum rule_outcome b)
{
    if (a == RULE_BROKEN || b == RULE_BROKEN)
        return RULE_BROKEN;
    return a == RULE_UNSEEN || b == RULE_UNSEEN ? RULE_UNSEEN : RULE_HOLDS;
}

static enum rule_outcome judge_quiet(const struct view *view, const struct quiet *quiet,
                                     const json_t *value, struct finding *finding)
{
    const json_t *calls = json_object_get(value, "calls"), *cpu = json_object_get(value, "cpu");
    enum rule_outcome outcome = RULE_HOLDS;
    if (calls)
        outcome = calls_idle(view, quiet, json_number_value(calls), finding);
    if (cpu && outcome != RULE_BROKEN)
        outcome = worse(outcome, cpu_idle(view, quiet, json_number_value(cpu), finding));
    return outcome;
}

static enum rule_outcome idle_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    enum rule_outcome all = RULE_UNSEEN;
    struct quiet quiet;
    size_t place = 0;
    for (int i = 0; i < QUIETS && next_quiet(view->recording, &place, &quiet); i++) {
        enum rule_outcome one = judge_quiet(view, &quiet, value, finding);
        if (one == RULE_BROKEN)
            return one;
        if (one == RULE_HOLDS)
            all = one;
    }
    return all;
}

static enum rule_outcome judge_idle(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, idle_in_view);
}

const struct rule rules_idle[] = {
    {"idle", "a table of calls (a second), cpu (a share of one core), or both", is_idle,
     judge_idle},
    {0},
};
