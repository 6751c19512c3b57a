/*
 * at_most: no more returns of a call than so many, within a time or in a row. In a row means that
 * the thread has not slept for a millisecond between them: how quick a machine is, and how much
 * of it the server gets, makes no difference to that.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

#define EXAMPLES 3
#define REST     CLOCK_MILLISECOND /* a shorter sleep ends no row */

struct quota {
    const char *call;
    int error; /* 0: however it came back */
    size_t count;
    int64_t per;
    bool in_a_row;
};

static bool is_at_most(const json_t *value)
{
    const json_t *error = json_object_get(value, "error"), *per = json_object_get(value, "per");
    const json_t *row = json_object_get(value, "in_a_row");
    const char *call = json_string_value(json_object_get(value, "call"));
    const char *name = json_string_value(error);
    return call && call[0] && rule_is_number(json_object_get(value, "count")) &&
           (!error || event_errno_from_name(name ? name : "") != 0) &&
           (!row || (json_is_true(row) && !per)) &&
           (!per || (rule_is_number(per) && json_number_value(per) > 0));
}

static struct quota quota_of(const json_t *value)
{
    const char *error = json_string_value(json_object_get(value, "error"));
    const json_t *per = json_object_get(value, "per");
    return (struct quota){
        .call = json_string_value(json_object_get(value, "call")),
        .error = error ? event_errno_from_name(error) : 0,
        .count = (size_t)json_number_value(json_object_get(value, "count")),
        .per = (int64_t)((per ? json_number_value(per) : 1) * CLOCK_SECOND),
        .in_a_row = json_is_true(json_object_get(value, "in_a_row")),
    };
}

static bool spends(const struct quota *quota, const struct view *view, const struct call *call)
{
    return call->leave && !call->refused && call->leave->time >= view->ready &&
           rule_matches(quota->call, call->enter) &&
           (!quota->error || call->leave->error == quota->error);
}

/* A nap that was to be shorter is none, however late its thread was woken. */
static bool rests(const struct view *view, const struct call *call)
{
    int64_t asked = call->enter->timeout;
    bool nap = phase_call_is(call->enter->call, "@sleep") && asked >= 0 && asked < REST;
    return !nap && call_length(view, call) >= REST && call_slept(view, call) != EVENT_NO;
}

static enum rule_outcome exceeded(const struct quota *quota, const struct view *view,
                                  const struct call *const *window, struct finding *finding)
{
    for (size_t i = 0; i <= quota->count && i < EXAMPLES; i++)
        evidence_call(&finding->calls, view, window[i]);
    const struct call *last = window[quota->count];
    struct words limit = words_length(quota->per);
    return rule_broken(
        finding, view, window[0]->enter->number,
        words_format("%s%s%s came back %zu times within %s, from %s on; at most %zu %s%s are "
                     "allowed",
                     words_name(window[0]->enter).text, quota->error ? " = " : "",
                     quota->error ? event_errno_name(quota->error) : "", quota->count + 1,
                     words_length(last->leave->time - window[0]->leave->time).text,
                     words_moment(window[0]->leave->time).text, quota->count,
                     quota->in_a_row ? "in a row, with no sleep between them," : "in ",
                     quota->in_a_row ? "" : limit.text));
}

/* The calls that count, from the first that still does on. */
struct window {
    const struct call **calls;
    size_t begin, end;
};

static void window_add(struct window *window, const struct quota *quota,
                       const struct call *call)
{
    window->calls[window->end++] = call;
    while (!quota->in_a_row &&
           window->calls[window->begin]->leave->time + quota->per < call->leave->time)
        window->begin++;
}

/* Only the thread that asks again and again can end its row. */
static bool ends_row(const struct window *window, const struct quota *quota,
                     const struct view *view, const struct call *call)
{
    return quota->in_a_row && window->begin < window->end &&
           window->calls[window->end - 1]->enter->thread == call->enter->thread &&
           rests(view, call);
}

static enum rule_outcome at_most_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    struct quota quota = quota_of(value);
    if (!view->traced)
        return RULE_UNSEEN;
    struct window window = {.calls = calloc(view->act_count + 1, sizeof(void *))};
    enum rule_outcome outcome = window.calls ? RULE_HOLDS : RULE_UNSEEN;
    for (size_t i = 0; window.calls && i < view->act_count && outcome == RULE_HOLDS; i++) {
        const struct call *call = &view->acts[i];
        if (ends_row(&window, &quota, view, call))
            window.begin = window.end;
        if (!spends(&quota, view, call))
            continue;
        window_add(&window, &quota, call);
        if (window.end - window.begin > quota.count)
            outcome = exceeded(&quota, view, window.calls + window.begin, finding);
    }
    free(window.calls);
    return outcome;
}

static enum rule_outcome judge_at_most(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, at_most_in_view);
}

const struct rule rules_at_most[] = {
    {"at_most", "a table of call, count, and perhaps error and one of per and in_a_row",
     is_at_most, judge_at_most},
    {0},
};
