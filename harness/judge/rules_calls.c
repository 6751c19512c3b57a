/*
 * Which calls were made: uses, avoids, no_calls_on_closed.
 *
 * read and write also serve log files and self-pipes, so only those on connections count.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "judge/rule.h"
#include "judge/words.h"

#define EXAMPLES 3

static bool counts(const struct call *call)
{
    static const char *const also_on_files[] = {"read", "readv", "write", "writev"};
    for (size_t i = 0; i < sizeof also_on_files / sizeof *also_on_files; i++)
        if (strcmp(call->enter->call, also_on_files[i]) == 0)
            return call->enter->connection > 0;
    return true;
}

/* --- uses --- */

/* The class that a call belongs to, for "instead it called …". */
static const char *class_of(const char *name)
{
    static const char *const classes[] = {"@receive", "@send",   "@accept", "@wait",
                                          "@sleep",   "@signal", "@ring"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(name, classes[i]) == 0 || phase_call_is(name, classes[i]))
            return classes[i];
    return NULL;
}

static size_t count_calls(const struct views *views, const char *name, const char **example)
{
    size_t count = 0;
    for (size_t i = 0; i < views->count; i++)
        for (size_t j = 0; j < views->items[i].act_count; j++) {
            const struct call *call = &views->items[i].acts[j];
            if (!counts(call) || !rule_matches(name, call->enter))
                continue;
            *example = call->enter->call;
            count++;
        }
    return count;
}

static const struct view *add_examples(const struct views *views, const char *name,
                                       struct finding *finding)
{
    const struct view *shown = NULL;
    for (size_t i = 0; i < views->count && !shown; i++)
        for (size_t j = 0; j < views->items[i].act_count; j++) {
            const struct call *call = &views->items[i].acts[j];
            if (!counts(call) || !rule_matches(name, call->enter))
                continue;
            shown = &views->items[i];
            if (finding->calls.count < EXAMPLES)
                evidence_call(&finding->calls, shown, call);
        }
    return shown;
}

static enum rule_outcome unused(const struct views *views, const char *name,
                                struct finding *finding)
{
    char first[64];
    const char *example = NULL;
    size_t length = strcspn(name, "|:");
    snprintf(first, sizeof first, "%.*s", (int)length, name);
    const char *class = name[length] == ':' ? first : class_of(first);
    size_t others = class ? count_calls(views, class, &example) : 0;
    if (!others)
        return rule_broken(finding, NULL, 0,
                           words_format("the server never called %s", words_calls(name).text));
    const struct view *shown = add_examples(views, class, finding);
    uint64_t event = finding->calls.count ? finding->calls.items[0].event : 0;
    return rule_broken(finding, shown, event,
                       words_format("the server never called %s; instead it called %s, %zu "
                                    "such call%s in all",
                                    words_calls(name).text, example, others,
                                    others == 1 ? "" : "s"));
}

static enum rule_outcome judge_uses(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    size_t index;
    const char *example;
    json_t *name;
    if (!rule_traced(views))
        return RULE_UNSEEN;
    json_array_foreach(value, index, name)
    {
        if (count_calls(views, json_string_value(name), &example) == 0)
            return unused(views, json_string_value(name), finding);
    }
    return RULE_HOLDS;
}

/* --- avoids --- */

/* Before it listens, a library may wait or receive on its own account (name lookup). */
static bool avoidable(const struct view *view, const struct call *call)
{
    return counts(call) && (call->enter->time >= view->ready || call->enter->connection > 0 ||
                            call_is_operation(call) || !class_of(call->enter->call));
}

static enum rule_outcome avoids_in_view(const struct view *view, const json_t *value,
                                        struct finding *finding)
{
    const struct call *first = NULL;
    size_t count = 0;
    char name[RULE_NAME];
    if (!view->traced)
        return RULE_UNSEEN;
    for (size_t i = 0; i < view->act_count; i++) {
        const struct call *call = &view->acts[i];
        if (!rule_matches_any(value, call->enter) || !avoidable(view, call))
            continue;
        first = first ? first : call;
        if (++count <= EXAMPLES)
            evidence_call(&finding->calls, view, call);
    }
    if (!first)
        return RULE_HOLDS;
    rule_match_in(value, first->enter, name);
    const char *word = strchr(name, ':');
    return rule_broken(
        finding, view, first->enter->number,
        words_format("the server called %s%s%s, which this lab does without: %zu time%s, first "
                     "at %s",
                     words_name(first->enter).text, word ? " with " : "", word ? word + 1 : "",
                     count, count == 1 ? "" : "s", words_moment(first->enter->time).text));
}

static enum rule_outcome judge_avoids(const struct views *views, const json_t *value,
                                      struct finding *finding)
{
    return rule_each(views, value, finding, avoids_in_view);
}

/* --- no_calls_on_closed --- */

/* The close after which the descriptor was no longer open, to be shown beside the mistake. */
static void add_close(const struct view *view, const struct call *wrong,
                      struct finding *finding)
{
    for (const struct call *call = wrong; call > view->acts; call--) {
        const struct event *enter = call[-1].enter;
        if (enter->fd != wrong->enter->fd || enter->process != wrong->enter->process ||
            strcmp(enter->call, "close") != 0)
            continue;
        evidence_call(&finding->calls, view, &call[-1]);
        return;
    }
}

static enum rule_outcome closed_in_view(const struct view *view, const json_t *value,
                                        struct finding *finding)
{
    (void)value;
    if (!view->traced)
        return RULE_UNSEEN;
    for (size_t i = 0; i < view->act_count; i++) {
        const struct call *call = &view->acts[i];
        if (!call_failed_with(call, EBADF) || !call_in_service(view, call) ||
            (call->enter->fd < 0 && !phase_call_is(call->enter->call, "@wait")))
            continue;
        add_close(view, call, finding);
        return rule_broken_by(finding, view, call,
                              words_format("%s at %s: the descriptor was not open (EBADF)",
                                           words_name(call->enter).text,
                                           words_moment(call->enter->time).text));
    }
    return RULE_HOLDS;
}

static enum rule_outcome judge_closed(const struct views *views, const json_t *value,
                                      struct finding *finding)
{
    return rule_each(views, value, finding, closed_in_view);
}

const struct rule rules_calls[] = {
    {"uses", "a list of calls", rule_is_names, judge_uses},
    {"avoids", "a list of calls", rule_is_names, judge_avoids},
    {"no_calls_on_closed", "true", rule_is_true, judge_closed},
    {0},
};
