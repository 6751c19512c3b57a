/*
 * nonblocking: O_NONBLOCK stood on the descriptor whenever a connection was read or written
 * ("all": and on the listener whenever something was accepted), also where it did not happen to
 * sleep. MSG_DONTWAIT is a property of one call and does not stand in for it.
 */
#include <string.h>

#include "judge/rule.h"
#include "judge/words.h"

static bool is_mode(const json_t *value)
{
    const char *text = json_string_value(value);
    return json_is_true(value) || (text && strcmp(text, "all") == 0);
}

static bool concerned(const struct call *call, bool listeners)
{
    if (phase_call_is(call->enter->call, "@accept"))
        return listeners;
    return call_is_transfer(call) && call->enter->connection > 0;
}

static const char *excuse(const struct call *call)
{
    return call->enter->detail && strstr(call->enter->detail, "MSG_DONTWAIT")
               ? "; MSG_DONTWAIT held for this one call only"
               : "";
}

static char *blocking_message(const struct view *view, const struct call *call, size_t count)
{
    char where[40] = "";
    if (call->enter->connection > 0)
        snprintf(where, sizeof where, " on connection %d", call->enter->connection);
    const char *slept = call_slept(view, call) == EVENT_YES
                            ? "it slept"
                            : "it did not sleep this time, but could have";
    return words_format("%s%s at %s: the descriptor did not have O_NONBLOCK (%s%s); %zu such "
                        "call%s",
                        words_name(call->enter).text, where,
                        words_moment(call->enter->time).text, slept, excuse(call), count,
                        count == 1 ? "" : "s");
}

static enum rule_outcome mode_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    const struct call *first = NULL;
    size_t blocking = 0, known = 0, made = 0;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!concerned(call, !json_is_true(value)))
            continue;
        made++;
        known += call->enter->nonblocking != EVENT_UNKNOWN;
        if (call->enter->nonblocking != EVENT_NO)
            continue;
        blocking++;
        if (!first ||
            (call_slept(view, call) == EVENT_YES && call_slept(view, first) != EVENT_YES))
            first = call;
    }
    if (first)
        return rule_broken_by(finding, view, first, blocking_message(view, first, blocking));
    if (!made)
        return rule_nothing(view);
    return known ? RULE_HOLDS : RULE_UNSEEN;
}

static enum rule_outcome judge_mode(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, mode_in_view);
}

const struct rule rules_mode[] = {
    {"nonblocking", "true or \"all\"", is_mode, judge_mode},
    {0},
};
