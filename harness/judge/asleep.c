/* Where each thread of the server was at one moment. See story.h. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "judge/story.h"
#include "judge/words.h"

#define SHOWN  3 /* threads with a line of their own */
#define GROUPS 3 /* lines for the others */

static bool under_way(const struct view *view, const struct call *call, int64_t moment)
{
    (void)view;
    return call->enter->time <= moment && (!call->leave || call->leave->time > moment);
}

static int by_thread(const void *a, const void *b)
{
    const struct call *left = *(const struct call *const *)a;
    const struct call *right = *(const struct call *const *)b;
    if (left->enter->thread != right->enter->thread)
        return left->enter->thread < right->enter->thread ? -1 : 1;
    return left->enter->time < right->enter->time ? -1 : left->enter->time > right->enter->time;
}

/* The calls that were under way, one a thread, in order of threads. The caller frees it. */
static const struct call **collect(const struct view *view, int64_t moment, size_t *count)
{
    const struct call **open = calloc(view->count + 1, sizeof(void *));
    size_t all = 0;
    *count = 0;
    for (size_t i = 0; open && i < view->count; i++)
        if (under_way(view, &view->calls[i], moment))
            open[all++] = &view->calls[i];
    if (open)
        qsort(open, all, sizeof(void *), by_thread);
    for (size_t i = 0; i < all; i++)
        if (i + 1 == all || open[i]->enter->thread != open[i + 1]->enter->thread)
            open[(*count)++] = open[i];
    return open;
}

static const char *state_of(const struct call *call, int64_t moment)
{
    return moment - call->enter->time >= CLOCK_MILLISECOND ? "asleep in" : "in";
}

static void put_in_flight(char *text, size_t size, const struct view *view, int process,
                          int64_t moment)
{
    size_t count = operations_in_flight(&view->operations, process, moment);
    snprintf(text, size, " with %zu operation%s in flight", count, count == 1 ? "" : "s");
}

static void add_thread(struct evidence_list *list, const struct view *view,
                       const struct call *call, int64_t moment)
{
    const struct event *enter = call->enter;
    char connection[64] = "";
    if (enter->connection > 0)
        snprintf(connection, sizeof connection, " on connection %d", enter->connection);
    else if (phase_call_is(enter->call, "io_uring_enter"))
        put_in_flight(connection, sizeof connection, view, enter->process, moment);
    evidence_add(list, enter->number, enter->time,
                 words_format("thread %d has been %s %s%s for %s", enter->thread,
                              state_of(call, moment), words_name(enter).text, connection,
                              words_length(moment - enter->time).text));
}

/* "995 more threads: asleep in recv", a line for each of the commonest calls. */
static void add_groups(struct evidence_list *list, const struct call **open, size_t count)
{
    for (int group = 0; group < GROUPS && count > 0; group++) {
        const char *name = open[0]->enter->call;
        size_t same = 0, others = 0;
        for (size_t i = 0; i < count; i++)
            if (strcmp(open[i]->enter->call, name) == 0)
                same++;
            else
                open[others++] = open[i];
        evidence_add(
            list, 0, 0,
            words_format("%zu more thread%s: in %.20s", same, same == 1 ? "" : "s", name));
        count = others;
    }
}

/* Threads that are alive and in no call that is watched. */
static void add_running(struct evidence_list *list, const struct view *view, int64_t moment,
                        size_t inside)
{
    int64_t alive = 0;
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && recording->events[i].time <= moment; i++) {
        enum event_kind kind = recording->events[i].kind;
        alive += kind == EVENT_THREAD_START ? 1 : kind == EVENT_THREAD_END ? -1 : 0;
    }
    if (alive > (int64_t)inside)
        evidence_add(list, 0, moment,
                     words_format("%lld thread%s running, in no call that waits",
                                  (long long)(alive - (int64_t)inside),
                                  alive - (int64_t)inside == 1 ? " is" : "s are"));
}

static void add_unread(struct evidence_list *list, const struct view *view, int64_t moment)
{
    int64_t bytes = 0;
    int connection = view_waiting(view, 0, moment, &bytes);
    if (connection)
        evidence_add(list, 0, moment,
                     words_format("%s of connection %d %s unread", words_bytes(bytes).text,
                                  connection, bytes == 1 ? "waits" : "wait"));
}

void story_asleep(struct evidence_list *list, const struct view *view, int64_t moment)
{
    size_t count;
    if (!view->traced || moment > view->end)
        return;
    const struct call **open = collect(view, moment, &count);
    size_t shown = count > SHOWN + 1 ? SHOWN : count;
    for (size_t i = 0; open && i < shown; i++)
        add_thread(list, view, open[i], moment);
    if (open)
        add_groups(list, open + shown, count - shown);
    free(open);
    add_running(list, view, moment, count);
    add_unread(list, view, moment);
}
