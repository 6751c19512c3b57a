/* Where the server slept: sleeps_only_in, sleeps_in, longest_sleep. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

/* " on connection 2", or nothing. */
static struct words on_connection(const struct call *call)
{
    struct words words = {""};
    if (call->enter->connection > 0)
        snprintf(words.text, sizeof words.text, " on connection %d", call->enter->connection);
    return words;
}

/* What came within this time of the end may be what ended the sleep. */
#define WAKE_UP CLOCK_MILLISECOND

/* " while connection 3 had 12 bytes waiting", when somebody else was kept waiting. Owned. */
static char *kept_waiting(const struct view *view, const struct call *call)
{
    int64_t bytes = 0, length = call_length(view, call);
    int64_t before_end = call->enter->time + (length > WAKE_UP ? length - WAKE_UP : 0);
    int other = view_waiting(view, call->enter->connection, before_end, &bytes);
    return other ? words_format(" while connection %d had %s waiting", other,
                                words_bytes(bytes).text)
                 : strdup("");
}

static char *slept_message(const struct view *view, const struct call *call)
{
    char *waiting = kept_waiting(view, call);
    char *text =
        words_format("%s slept %s%s at %s%s", words_name(call->enter).text,
                     words_length(call_length(view, call)).text, on_connection(call).text,
                     words_moment(call->enter->time).text, waiting ? waiting : "");
    free(waiting);
    return text;
}

/* --- sleeps_only_in --- */

static bool forbidden_sleep(const struct view *view, const json_t *value,
                            const struct call *call)
{
    return call_in_service(view, call) && !rule_matches_any(value, call->enter) &&
           call_slept(view, call) == EVENT_YES;
}

static enum rule_outcome only_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    const struct call *longest = NULL;
    bool seen = false;
    if (!view->traced)
        return RULE_UNSEEN;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        seen = seen || call_in_service(view, call);
        if (!forbidden_sleep(view, value, call))
            continue;
        if (!longest || call_length(view, call) > call_length(view, longest))
            longest = call;
    }
    if (!longest)
        return seen ? RULE_HOLDS : RULE_ABSENT;
    return rule_broken_by(finding, view, longest, slept_message(view, longest));
}

static enum rule_outcome judge_only(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, only_in_view);
}

/* --- sleeps_in --- */

struct tally {
    size_t made, unknown;
    const struct view *view; /* of an example */
    const struct call *example;
};

/* True as soon as one such call slept. */
static bool any_slept(const struct views *views, const char *name, struct tally *tally)
{
    for (size_t i = 0; i < views->count; i++)
        for (size_t j = 0; j < views->items[i].count; j++) {
            const struct call *call = &views->items[i].calls[j];
            if (!rule_matches(name, call->enter))
                continue;
            enum event_ternary slept = call_slept(&views->items[i], call);
            if (slept == EVENT_YES)
                return true;
            tally->made++;
            tally->unknown += slept == EVENT_UNKNOWN;
            tally->view = &views->items[i];
            tally->example = call;
        }
    return false;
}

static enum rule_outcome never_slept(const char *name, const struct tally *tally,
                                     struct finding *finding)
{
    if (tally->unknown)
        return RULE_UNSEEN;
    if (!tally->made)
        return rule_broken(finding, NULL, 0,
                           words_format("the server never slept in %s: it was never called",
                                        words_calls(name).text));
    return rule_broken_by(
        finding, tally->view, tally->example,
        words_format("the server never slept in %s: it was called %zu time%s and came back at "
                     "once each time",
                     words_calls(name).text, tally->made, tally->made == 1 ? "" : "s"));
}

static enum rule_outcome judge_in(const struct views *views, const json_t *value,
                                  struct finding *finding)
{
    enum rule_outcome all = RULE_HOLDS;
    size_t index;
    json_t *name;
    if (!rule_traced(views))
        return RULE_UNSEEN;
    json_array_foreach(value, index, name)
    {
        struct tally tally = {0};
        if (any_slept(views, json_string_value(name), &tally))
            continue;
        all = never_slept(json_string_value(name), &tally, finding);
        if (all == RULE_BROKEN)
            return all;
    }
    return all;
}

/* --- longest_sleep --- */

static bool is_longest(const json_t *value)
{
    const char *call = json_string_value(json_object_get(value, "call"));
    return call && call[0] && rule_is_number(json_object_get(value, "seconds"));
}

static enum rule_outcome longest_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    const char *name = json_string_value(json_object_get(value, "call"));
    double seconds = json_number_value(json_object_get(value, "seconds")) * view->scale;
    int64_t most = seconds < 1e9 ? (int64_t)(seconds * CLOCK_SECOND) : INT64_MAX;
    if (!view->traced)
        return RULE_UNSEEN;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!rule_matches(name, call->enter) || call_length(view, call) <= most ||
            call_slept(view, call) != EVENT_YES)
            continue;
        char *slept = slept_message(view, call);
        enum rule_outcome broken =
            rule_broken_by(finding, view, call,
                           words_format("%s; at most %s is allowed", slept ? slept : name,
                                        words_length(most).text));
        free(slept);
        return broken;
    }
    return RULE_HOLDS;
}

static enum rule_outcome judge_longest(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding, longest_in_view);
}

const struct rule rules_sleep[] = {
    {"sleeps_only_in", "a list of calls", rule_is_names, judge_only},
    {"sleeps_in", "a list of calls", rule_is_names, judge_in},
    {"longest_sleep", "a table of call and seconds", is_longest, judge_longest},
    {0},
};
