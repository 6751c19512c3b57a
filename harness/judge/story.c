/* Steps, last calls and the server's own end, told from a recording. See story.h. */
#include "judge/story.h"

#include <stdlib.h>
#include <string.h>

#include "judge/words.h"

static bool server_did(const struct event *event, const char *verb)
{
    return event->kind == EVENT_SERVER && event->verb && strcmp(event->verb, verb) == 0;
}

/* Did the script send the signal of this name? */
static bool sent(const struct event *event, const char *name)
{
    if (!server_did(event, "signal") || !name)
        return false;
    const char *abbreviation = sigabbrev_np((int)event->result);
    return abbreviation && strcmp(abbreviation, strncmp(name, "SIG", 3) ? name : name + 3) == 0;
}

/* The tracer saw the last thread go; the exit event was written when the harness asked. */
static void find_death(const struct recording *recording, struct ending *ending)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_THREAD_END && event->time <= ending->exit->time &&
            (!ending->signal || event->result < 0))
            ending->time = event->time;
        ending->asked = ending->asked || sent(event, ending->signal);
    }
}

struct ending story_ending(const struct recording *recording)
{
    struct ending ending = {0};
    for (size_t i = 0; i < recording->count && !ending.exit; i++) {
        const struct event *event = &recording->events[i];
        if (server_did(event, "stop"))
            return ending;
        if (server_did(event, "exit"))
            ending.exit = event;
    }
    if (!ending.exit)
        return ending;
    ending.time = ending.exit->time;
    if (ending.exit->detail && strncmp(ending.exit->detail, "SIG", 3) == 0)
        ending.signal = ending.exit->detail;
    find_death(recording, &ending);
    return ending;
}

char *story_ending_words(const struct ending *ending)
{
    struct words moment = words_moment(ending->time);
    if (!ending->signal)
        return words_format("The server ended at %s with exit status %lld.", moment.text,
                            (long long)ending->exit->result);
    return words_format("The server died of %.16s at %s.%s", ending->signal, moment.text,
                        strcmp(ending->signal, "SIGPIPE") == 0
                            ? " It wrote to a connection that its client had closed."
                        : strcmp(ending->signal, "SIGXCPU") == 0
                            ? " It had used up the CPU time that it may have."
                            : "");
}

/* --- client steps --- */

void story_steps(struct evidence_list *list, const struct recording *recording, int64_t moment)
{
    const struct event *last[EVIDENCE_STEPS];
    size_t count = 0;
    for (size_t i = recording->count; i > 0 && count < EVIDENCE_STEPS; i--) {
        const struct event *event = &recording->events[i - 1];
        if (event->kind == EVENT_STEP && event->time <= moment)
            last[count++] = event;
    }
    while (count > 0) {
        const struct event *step = last[--count];
        evidence_add(list, step->number, step->time, words_step(step));
    }
}

/* --- last calls --- */

static bool alike(const struct call *a, const struct call *b)
{
    return strcmp(a->enter->call, b->enter->call) == 0 && a->enter->fd == b->enter->fd &&
           a->enter->thread == b->enter->thread && a->leave && b->leave &&
           a->leave->error == b->leave->error && a->leave->result == b->leave->result;
}

struct picked {
    const struct call *call;
    size_t times; /* that it was made in a row with the same result */
};

static size_t pick(const struct view *view, int connection, int64_t moment,
                   struct picked picked[EVIDENCE_CALLS])
{
    size_t count = 0;
    for (size_t i = view->act_count; i > 0; i--) {
        const struct call *call = &view->acts[i - 1];
        if (call->enter->time > moment ||
            (connection > 0 && call->enter->connection != connection))
            continue;
        if (count && alike(picked[count - 1].call, call)) {
            picked[count - 1].call = call;
            picked[count - 1].times++;
        } else if (count == EVIDENCE_CALLS) {
            break;
        } else {
            picked[count++] = (struct picked){call, 1};
        }
    }
    return count;
}

static void add_picked(struct evidence_list *list, const struct view *view,
                       const struct picked *picked)
{
    if (picked->times == 1) {
        evidence_call(list, view, picked->call);
        return;
    }
    char *line = words_call(view, picked->call);
    evidence_add(list, picked->call->enter->number, picked->call->enter->time,
                 words_format("%s (%zu times)", line ? line : "", picked->times));
    free(line);
}

void story_calls(struct evidence_list *list, const struct view *view, int connection,
                 int64_t moment)
{
    struct picked picked[EVIDENCE_CALLS];
    size_t count = pick(view, connection, moment, picked);
    if (count == 0 && connection > 0)
        count = pick(view, 0, moment, picked);
    while (count > 0)
        add_picked(list, view, &picked[--count]);
}
