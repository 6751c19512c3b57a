/* See signals.h. */
#include "visualizer/signals.h"

#include <signal.h>
#include <string.h>

#include "visualizer/phrase.h"

static bool is_drawn(const struct survey *survey, const struct event *event)
{
    return event->time >= survey->begin && event->time <= survey->end;
}

/* One that a thread took, instead of its being delivered: its name stands in the LEAVE. */
static bool is_taken(const struct event *event)
{
    return event->kind == EVENT_LEAVE && event->result > 0 && event->detail &&
           (phase_call_is(event->call, "sigwaitinfo") ||
            phase_call_is(event->call, "sigtimedwait") ||
            (phase_call_is(event->call, "read") && strncmp(event->detail, "SIG", 3) == 0));
}

static bool is_signal(const struct survey *survey, const struct event *event)
{
    return (event->kind == EVENT_SIGNAL || is_taken(event)) && is_drawn(survey, event);
}

size_t signals_count(const struct survey *survey)
{
    size_t count = 0;
    for (size_t i = 0; i < survey->recording->count; i++)
        count += is_signal(survey, &survey->recording->events[i]);
    return count;
}

/* si_code of a signal that tells of a descriptor, as sigaction(2) lists them. */
static const char *happened(int code)
{
    switch (code) {
    case POLL_IN:
        return "there is something to read";
    case POLL_OUT:
        return "there is room to write";
    case POLL_ERR:
        return "an error";
    case POLL_PRI:
        return "urgent data";
    case POLL_HUP:
        return "the other end is closed";
    default:
        return "something happened";
    }
}

static void show_delivered(FILE *out, int width, const struct event *event, const char *when)
{
    char text[256], where[96] = "";
    if (event->fd >= 0 && event->connection)
        snprintf(where, sizeof where, ": descriptor %d (conn %d), %s", event->fd,
                 event->connection, happened(event->error));
    else if (event->fd >= 0)
        snprintf(where, sizeof where, ": descriptor %d, %s", event->fd, happened(event->error));
    snprintf(text, sizeof text, "thread %d: %.32s at %s%s", event->thread,
             event->detail ? event->detail : "a signal", when, where);
    phrase_wrap(out, width, 1, text);
}

static void show_taken(FILE *out, int width, const struct event *event, const char *when)
{
    char text[256];
    snprintf(text, sizeof text, "thread %d: took %.96s by %.20s at %s", event->thread,
             event->detail, event->call, when);
    phrase_wrap(out, width, 1, text);
}

/* What the handler of this signal called. */
static void show_calls(FILE *out, int width, const struct recording *recording,
                       const struct event *signal)
{
    char text[128];
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind != EVENT_HANDLER || event->pair != signal->number)
            continue;
        snprintf(text, sizeof text, "its handler called %.40s, which is not async-signal-safe",
                 event->call ? event->call : "a function");
        phrase_wrap(out, width, 3, text);
    }
}

void signals_show(FILE *out, int width, const struct survey *survey, size_t most)
{
    const struct recording *recording = survey->recording;
    size_t shown = 0;
    for (size_t i = 0; i < recording->count && shown < most; i++) {
        const struct event *event = &recording->events[i];
        char when[PHRASE_TIME];
        if (!is_signal(survey, event))
            continue;
        shown++;
        phrase_time(when, event->time - survey->begin);
        if (event->kind == EVENT_SIGNAL)
            show_delivered(out, width, event, when);
        else
            show_taken(out, width, event, when);
        show_calls(out, width, recording, event);
    }
}
