/*
 * pause = { most = seconds }: no pause was asked to last longer. Not how long it lasted: that is
 * up to the machine. Whether there are pauses at all is not for this rule to say.
 */
#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

static bool is_pause(const json_t *value)
{
    return rule_is_number(json_object_get(value, "most"));
}

static enum rule_outcome pause_in_view(const struct view *view, const json_t *value,
                                       struct finding *finding)
{
    double most = json_number_value(json_object_get(value, "most")) * (double)CLOCK_SECOND;
    if (!view->traced)
        return RULE_UNSEEN;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!phase_call_is(call->enter->call, "@sleep") || (double)call->enter->timeout <= most)
            continue;
        return rule_broken_by(
            finding, view, call,
            words_format("%s at %s asked for a pause of %s; at most %s is allowed",
                         words_name(call->enter).text, words_moment(call->enter->time).text,
                         words_length(call->enter->timeout).text,
                         words_length((int64_t)most).text));
    }
    return RULE_HOLDS;
}

static enum rule_outcome judge_pause(const struct views *views, const json_t *value,
                                     struct finding *finding)
{
    return rule_each(views, value, finding, pause_in_view);
}

const struct rule rules_pause[] = {
    {"pause", "a table of most (seconds)", is_pause, judge_pause},
    {0},
};
