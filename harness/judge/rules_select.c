/* How select was called: rebuilds_sets, nfds. */
#include <string.h>

#include "judge/rule.h"
#include "judge/sets.h"
#include "judge/watched.h"
#include "judge/words.h"

static bool is_select(const char *call)
{
    return call && (strcmp(call, "select") == 0 || strcmp(call, "pselect") == 0);
}

/* --- nfds --- */

static bool is_highest(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strcmp(text, "highest") == 0;
}

static int highest_of(const struct sets *sets)
{
    int highest = -1;
    for (int i = 0; i < SETS; i++)
        if (sets->of[i].highest > highest)
            highest = sets->of[i].highest;
    return highest;
}

static enum rule_outcome wrong_nfds(const struct view *view, const struct call *call,
                                    const struct sets *sets, struct finding *finding)
{
    int highest = highest_of(sets);
    const char *meaning = sets->nfds <= highest ? "so the kernel does not look at it"
                                                : "so the kernel looks at more than it must";
    return rule_broken_by(
        finding, view, call,
        words_format("%s at %s: the first argument is %lld and the highest descriptor in a set "
                     "is %d, %s; it wants to be %d",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     (long long)sets->nfds, highest, meaning, highest + 1));
}

static enum rule_outcome nfds_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    (void)value;
    enum rule_outcome outcome = rule_nothing(view);
    struct sets sets;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!is_select(call->enter->call))
            continue;
        if (outcome == RULE_ABSENT)
            outcome = RULE_UNSEEN;
        if (!sets_of_select(call->enter->detail, &sets) || sets.nfds < 0 ||
            highest_of(&sets) < 0)
            continue;
        outcome = RULE_HOLDS;
        if (sets.nfds != highest_of(&sets) + 1)
            return wrong_nfds(view, call, &sets, finding);
    }
    return outcome;
}

static enum rule_outcome judge_nfds(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, nfds_in_view);
}

/* --- rebuilds_sets --- */

static bool asks(const struct event *enter, struct sets *sets)
{
    return is_select(enter->call) && sets_of_select(enter->detail, sets) &&
           sets->of[SET_READ].count > 0;
}

static enum rule_outcome rebuilds_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    static const struct watched_question question = {asks, SET_WRITE, "the read set"};
    (void)value;
    return watched_judge(view, &question, finding);
}

static enum rule_outcome judge_rebuilds(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, rebuilds_in_view);
}

const struct rule rules_select[] = {
    {"nfds", "\"highest\"", is_highest, judge_nfds},
    {"rebuilds_sets", "true", rule_is_true, judge_rebuilds},
    {0},
};
