/* What all families of rules share. See rule.h. */
#include "judge/rule.h"

#include <stdlib.h>
#include <string.h>

enum rule_outcome rule_broken(struct finding *finding, const struct view *view, uint64_t event,
                              char *message)
{
    free(finding->message);
    finding->message = message;
    finding->view = view;
    finding->event = event;
    return RULE_BROKEN;
}

enum rule_outcome rule_broken_by(struct finding *finding, const struct view *view,
                                 const struct call *call, char *message)
{
    evidence_call(&finding->calls, view, call);
    return rule_broken(finding, view, call->enter->number, message);
}

enum rule_outcome rule_each(const struct views *views, const json_t *value,
                            struct finding *finding, rule_view_fn *judge)
{
    enum rule_outcome all = views->count ? RULE_ABSENT : RULE_UNSEEN;
    for (size_t i = 0; i < views->count && all != RULE_BROKEN; i++) {
        enum rule_outcome one = judge(&views->items[i], value, finding);
        all = one > all ? one : all;
    }
    return all;
}

enum rule_outcome rule_nothing(const struct view *view)
{
    return view->traced ? RULE_ABSENT : RULE_UNSEEN;
}

bool rule_traced(const struct views *views)
{
    for (size_t i = 0; i < views->count; i++)
        if (views->items[i].traced)
            return true;
    return false;
}

bool rule_is_number(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0;
}

bool rule_is_true(const json_t *value)
{
    return json_is_true(value);
}

bool rule_is_names(const json_t *value)
{
    size_t index;
    json_t *name;
    if (!json_is_array(value) || json_array_size(value) == 0)
        return false;
    json_array_foreach(value, index, name)
    {
        if (!json_is_string(name) || !json_string_length(name))
            return false;
    }
    return true;
}

/* The first of the alternatives in `name` that the call matches, in `one`. */
static bool match(const char *name, const struct event *enter, char one[RULE_NAME])
{
    while (*name) {
        size_t length = strcspn(name, "|");
        snprintf(one, RULE_NAME, "%.*s", (int)(length < RULE_NAME ? length : RULE_NAME), name);
        if (one[0] && phase_enter_is(enter, one))
            return true;
        name += length + (name[length] == '|');
    }
    return false;
}

bool rule_matches(const char *name, const struct event *enter)
{
    char one[RULE_NAME];
    return match(name, enter, one);
}

bool rule_match_in(const json_t *list, const struct event *enter, char one[RULE_NAME])
{
    size_t index;
    json_t *name;
    json_array_foreach(list, index, name)
    {
        if (json_is_string(name) && match(json_string_value(name), enter, one))
            return true;
    }
    return false;
}

bool rule_matches_any(const json_t *list, const struct event *enter)
{
    char one[RULE_NAME];
    return rule_match_in(list, enter, one);
}
