/* Pairs calls, finds the window that counts, answers questions about single calls. See view.h.
 */
#include "judge/view.h"

#include <stdlib.h>
#include <string.h>

/* What the dynamic linker and the C library call before main; none of it is the student's. */
static const char *const startup_calls[] = {
    "access", "arch_prctl", "brk",   "close",          "execve",          "fstat",
    "futex",  "getrandom",  "mmap",  "mprotect",       "munmap",          "newfstatat",
    "open",   "openat",     "pread", "pread64",        "prlimit",         "prlimit64",
    "read",   "readlink",   "rseq",  "rt_sigprocmask", "set_robust_list", "set_tid_address",
    "stat",   "uname",
};

static bool is_startup(const char *call)
{
    for (size_t i = 0; call && i < sizeof startup_calls / sizeof *startup_calls; i++)
        if (strcmp(call, startup_calls[i]) == 0)
            return true;
    return false;
}

static bool server_did(const struct event *event, const char *verb)
{
    return event->kind == EVENT_SERVER && event->verb && strcmp(event->verb, verb) == 0;
}

const struct event *view_server_event(const struct recording *recording, const char *verb)
{
    for (size_t i = 0; i < recording->count; i++)
        if (server_did(&recording->events[i], verb))
            return &recording->events[i];
    return NULL;
}

/* The recording reached its size: calls behind this are not in it. */
static bool went_blind(const struct event *event)
{
    return event->kind == EVENT_NOTE && event->verb && strcmp(event->verb, "limit") == 0;
}

static void find_window(struct view *view)
{
    const struct recording *recording = view->recording;
    view->ready = INT64_MAX;
    view->end = recording->count ? recording->events[recording->count - 1].time : 0;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (server_did(event, "ready") && event->outcome == OUTCOME_OK &&
            view->ready == INT64_MAX)
            view->ready = event->time;
        if (server_did(event, "stop") || server_did(event, "exit") || went_blind(event)) {
            view->end = event->time;
            return;
        }
    }
}

struct call *view_call(const struct view *view, uint64_t enter_number)
{
    const struct event *enter = recording_find(view->recording, enter_number);
    uint32_t place = enter ? view->places[enter - view->recording->events] : 0;
    return place ? &view->calls[place - 1] : NULL;
}

static void collect_calls(struct view *view)
{
    const struct recording *recording = view->recording;
    bool started = false;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind != EVENT_ENTER || !event->call || event->time > view->end)
            continue;
        started = started || event->time >= view->ready || !is_startup(event->call);
        if (!started)
            continue;
        const struct event *leave = recording_leave(recording, event);
        if (leave && leave->time > view->end)
            leave = NULL;
        view->calls[view->count++] = (struct call){.enter = event, .leave = leave};
        view->places[i] = (uint32_t)view->count;
    }
}

static void mark_refused(struct view *view)
{
    for (size_t i = 0; i < view->recording->count; i++) {
        const struct event *event = &view->recording->events[i];
        if (event->kind != EVENT_FAULT || event->error == 0)
            continue;
        struct call *call = view_call(view, event->pair);
        if (call)
            call->refused = true;
    }
}

static bool refused(const struct view *view, const struct event *submit)
{
    for (const struct event *event = submit;
         event < view->recording->events + view->recording->count &&
         event->time == submit->time;
         event++)
        if (event->kind == EVENT_FAULT && event->error && event->pair == submit->number)
            return true;
    return false;
}

static struct call operation_as_call(const struct view *view, const struct operation *operation)
{
    const struct event *first = operation->first;
    return (struct call){.enter = operation->submit,
                         .leave = first && first->time <= view->end ? first : NULL,
                         .refused = refused(view, operation->submit)};
}

/* Calls and operations, merged in the order of the recording. */
static void collect_acts(struct view *view)
{
    size_t calls = 0, operations = 0;
    while (calls < view->count || operations < view->operations.count) {
        const struct operation *operation =
            operations < view->operations.count ? &view->operations.items[operations] : NULL;
        if (operation && operation->submit->time > view->end) {
            operations = view->operations.count;
        } else if (calls < view->count &&
                   (!operation || view->calls[calls].enter < operation->submit)) {
            view->acts[view->act_count++] = view->calls[calls++];
        } else {
            if (operation->submit->call)
                view->acts[view->act_count++] = operation_as_call(view, operation);
            operations++;
        }
    }
}

int view_open(struct view *view, const struct recording *recording, const char *path)
{
    const char *tier = recording->header.tier;
    size_t enters = 0, submits = 0;
    for (size_t i = 0; i < recording->count; i++) {
        enters += recording->events[i].kind == EVENT_ENTER;
        submits += recording->events[i].kind == EVENT_SUBMIT;
    }
    *view = (struct view){
        .recording = recording,
        .path = path,
        .calls = calloc(enters + 1, sizeof *view->calls),
        .acts = calloc(enters + submits + 1, sizeof *view->acts),
        .places = calloc(recording->count + 1, sizeof *view->places),
        .traced = tier && strcmp(tier, "behaviour") != 0,
        .scale = recording->header.time_scale > 1 ? recording->header.time_scale : 1,
    };
    if (!view->calls || !view->acts || !view->places ||
        operations_find(&view->operations, recording) < 0) {
        view_close(view);
        return -1;
    }
    find_window(view);
    collect_calls(view);
    mark_refused(view);
    collect_acts(view);
    return 0;
}

void view_close(struct view *view)
{
    free(view->calls);
    free(view->acts);
    free(view->places);
    operations_free(&view->operations);
    view->acts = NULL;
    view->act_count = 0;
    view->calls = NULL;
    view->places = NULL;
    view->count = 0;
}
