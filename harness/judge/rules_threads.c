/* How many worked: threads, processes, stack. For "per-connection" see per_connection.c. */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/per_connection.h"
#include "judge/words.h"

/* --- threads = N, processes = N --- */

struct alive {
    int id;      /* of the thread, or of the process */
    int process; /* of a thread */
    int threads; /* of a process */
    UT_hash_handle hh;
};

struct census {
    struct alive *threads, *processes;
    bool of_processes; /* what is counted */
};

static struct alive *alive_find(struct alive *head, int id)
{
    struct alive *found;
    HASH_FIND_INT(head, &id, found);
    return found;
}

static struct alive *alive_add(struct alive **head, int id)
{
    struct alive *one = calloc(1, sizeof *one);
    if (!one)
        return NULL;
    one->id = id;
    HASH_ADD_INT(*head, id, one);
    return one;
}

static void alive_remove(struct alive **head, struct alive *one)
{
    HASH_DEL(*head, one);
    free(one);
}

/* True when this is the thread's first sign of life. */
static bool census_born(struct census *census, const struct event *event)
{
    if (event->thread <= 0 || alive_find(census->threads, event->thread))
        return false;
    struct alive *thread = alive_add(&census->threads, event->thread);
    struct alive *process = alive_find(census->processes, event->process);
    if (!process)
        process = alive_add(&census->processes, event->process);
    if (thread)
        thread->process = event->process;
    if (process)
        process->threads++;
    return thread != NULL;
}

static void census_died(struct census *census, const struct event *event)
{
    struct alive *thread = alive_find(census->threads, event->thread);
    struct alive *process = thread ? alive_find(census->processes, thread->process) : NULL;
    if (process && --process->threads == 0)
        alive_remove(&census->processes, process);
    if (thread)
        alive_remove(&census->threads, thread);
}

static void census_free(struct census *census)
{
    struct alive *one, *next;
    HASH_ITER(hh, census->threads, one, next)
    alive_remove(&census->threads, one);
    HASH_ITER(hh, census->processes, one, next)
    alive_remove(&census->processes, one);
}

static size_t census_count(const struct census *census)
{
    return census->of_processes ? HASH_COUNT(census->processes) : HASH_COUNT(census->threads);
}

/* The call that made the thread: the last one of that kind before its start. */
static const struct call *maker(const struct view *view, const struct event *born)
{
    const struct call *found = NULL;
    for (size_t i = 0; i < view->count && view->calls[i].enter->time <= born->time; i++)
        if (view->calls[i].enter->thread != born->thread &&
            (phase_call_is(view->calls[i].enter->call, "@thread") ||
             phase_call_is(view->calls[i].enter->call, "@process")))
            found = &view->calls[i];
    return found;
}

static enum rule_outcome crowded(const struct census *census, const struct view *view,
                                 const struct event *born, size_t most, struct finding *finding)
{
    const struct call *made = maker(view, born);
    if (made)
        evidence_call(&finding->calls, view, made);
    evidence_add(&finding->calls, born->number, born->time,
                 words_format("thread %d begins, in process %d", born->thread, born->process));
    return rule_broken(
        finding, view, made ? made->enter->number : born->number,
        words_format("the server had %zu %s at one time, at %s%s%s; at most %zu %s allowed",
                     census_count(census), census->of_processes ? "processes" : "threads",
                     words_moment(born->time).text, made ? ", made by " : "",
                     made ? words_name(made->enter).text : "", most, most == 1 ? "is" : "are"));
}

static enum rule_outcome count_in_view(const struct view *view, const json_t *value,
                                       struct finding *finding, bool of_processes)
{
    struct census census = {.of_processes = of_processes};
    size_t most = (size_t)json_number_value(value);
    const struct recording *recording = view->recording;
    enum rule_outcome outcome = view->traced && view->count ? RULE_HOLDS : rule_nothing(view);
    for (size_t i = 0; i < recording->count && outcome == RULE_HOLDS; i++) {
        const struct event *event = &recording->events[i];
        if (event->time > view->end)
            break;
        if (event->kind == EVENT_THREAD_END)
            census_died(&census, event);
        else if ((event->kind == EVENT_THREAD_START || event->kind == EVENT_ENTER) &&
                 census_born(&census, event) && census_count(&census) > most)
            outcome = crowded(&census, view, event, most, finding);
    }
    census_free(&census);
    return outcome;
}

static enum rule_outcome threads_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding)
{
    return count_in_view(view, value, finding, false);
}

static enum rule_outcome processes_in_view(const struct view *view, const json_t *value,
                                           struct finding *finding)
{
    return count_in_view(view, value, finding, true);
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 1;
}

static bool is_threads(const json_t *value)
{
    const char *text = json_string_value(value);
    return is_count(value) || (text && strcmp(text, "per-connection") == 0);
}

static enum rule_outcome judge_threads(const struct views *views, const json_t *value,
                                       struct finding *finding)
{
    return rule_each(views, value, finding,
                     json_is_string(value) ? per_connection_in_view : threads_in_view);
}

static enum rule_outcome judge_processes(const struct views *views, const json_t *value,
                                         struct finding *finding)
{
    return rule_each(views, value, finding, processes_in_view);
}

/* --- stack --- */

static bool is_stack(const json_t *value)
{
    return rule_is_number(json_object_get(value, "most"));
}

static enum rule_outcome stack_in_view(const struct view *view, const json_t *value,
                                       struct finding *finding)
{
    double most = json_number_value(json_object_get(value, "most"));
    enum rule_outcome outcome = rule_nothing(view);
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!phase_call_is(call->enter->call, "@thread"))
            continue;
        if (outcome != RULE_HOLDS)
            outcome = call->enter->bytes > 0 ? RULE_HOLDS : RULE_UNSEEN;
        if ((double)call->enter->bytes > most)
            return rule_broken_by(
                finding, view, call,
                words_format("%s at %s made a thread with a stack of %s; at most %.0f are "
                             "allowed",
                             words_name(call->enter).text, words_moment(call->enter->time).text,
                             words_bytes(call->enter->bytes).text, most));
    }
    return outcome;
}

static enum rule_outcome judge_stack(const struct views *views, const json_t *value,
                                     struct finding *finding)
{
    return rule_each(views, value, finding, stack_in_view);
}

const struct rule rules_threads[] = {
    {"threads", "a whole number or \"per-connection\"", is_threads, judge_threads},
    {"processes", "a whole number", is_count, judge_processes},
    {"stack", "a table of most (bytes)", is_stack, judge_stack},
    {0},
};
