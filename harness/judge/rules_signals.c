/*
 * What signal handlers do: safe_handlers. The tracer follows handlers from t.server:watch_handlers
 * on, and writes each call of a function that is not async-signal-safe (event HANDLER).
 */
#include <string.h>

#include "judge/rule.h"
#include "judge/words.h"

static bool has_verb(const struct event *event, enum event_kind kind, const char *verb)
{
    return event->kind == kind && event->verb && strcmp(event->verb, verb) == 0;
}

/* Handlers were watched, and the tracer did not say that it could not. */
static bool was_watched(const struct view *view)
{
    bool watched = false;
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        watched = watched || has_verb(event, EVENT_SERVER, "watch-handlers");
        if (has_verb(event, EVENT_NOTE, "handlers"))
            return false;
    }
    return watched;
}

static const char *signal_of(const struct view *view, const struct event *event)
{
    const struct event *signal = recording_find(view->recording, event->pair);
    return signal && signal->detail ? signal->detail : "a signal";
}

/* The compiler makes the simpler function of a printf that needs no format. */
static const char *made_of_printf(const char *function)
{
    bool simple = strcmp(function, "puts") == 0 || strcmp(function, "putchar") == 0;
    return simple ? " (which the compiler also makes of printf)" : "";
}

static enum rule_outcome unsafe(const struct view *view, const struct event *event,
                                struct finding *finding)
{
    const char *function = event->call ? event->call : "?", *signal = signal_of(view, event);
    evidence_add(&finding->calls, event->number, event->time,
                 words_format("thread %d: the handler of %.16s calls %.32s", event->thread,
                              signal, function));
    return rule_broken(
        finding, view, event->number,
        words_format("the handler of %.16s called %.32s%s at %s: that function is not "
                     "async-signal-safe (signal-safety(7))",
                     signal, function, made_of_printf(function),
                     words_moment(event->time).text));
}

static enum rule_outcome safe_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    const struct recording *recording = view->recording;
    (void)value;
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].kind == EVENT_HANDLER)
            return unsafe(view, &recording->events[i], finding);
    return was_watched(view) ? RULE_HOLDS : RULE_UNSEEN;
}

static enum rule_outcome judge_safe(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, safe_in_view);
}

const struct rule rules_signals[] = {
    {"safe_handlers", "true", rule_is_true, judge_safe},
    {0},
};
