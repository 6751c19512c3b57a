/* Follows connections through a recording. See watched.h. */
#include "judge/watched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/words.h"

static struct watched *find_watched(struct watched *all, int connection)
{
    struct watched *found;
    HASH_FIND_INT(all, &connection, found);
    return found;
}

static void open_watched(struct watched **all, const struct event *event)
{
    struct watched *one = find_watched(*all, event->connection);
    if (!one && (one = calloc(1, sizeof *one))) {
        one->connection = event->connection;
        HASH_ADD_INT(*all, connection, one);
    }
    if (one) {
        one->descriptor = event->fd;
        one->process = event->process;
    }
}

static void close_watched(struct watched **all, struct watched *one)
{
    HASH_DEL(*all, one);
    free(one);
}

void watched_free(struct watched **all)
{
    struct watched *one, *next;
    HASH_ITER(hh, *all, one, next)
    close_watched(all, one);
}

static bool soft(int error)
{
    return error == EAGAIN || error == EINTR;
}

static void note_return(struct watched *one, const struct view *view, const struct event *leave)
{
    const struct call *call = view_call(view, leave->pair);
    if (!call)
        return;
    if (leave->fd >= 0 && phase_call_is(leave->call, "@receive"))
        one->descriptor = leave->fd;
    if (phase_call_is(leave->call, "@receive"))
        one->ended = one->ended || (leave->error ? !soft(leave->error) : leave->result == 0);
    else if (phase_call_is(leave->call, "@send"))
        one->stuck = leave->error
                         ? soft(leave->error)
                         : call->enter->bytes > 0 && call_moved(call) < call->enter->bytes;
}

void watched_follow(struct watched **all, const struct view *view, const struct event *event)
{
    struct watched *one = event->connection > 0 ? find_watched(*all, event->connection) : NULL;
    if (event->kind == EVENT_OPEN && event->connection > 0)
        open_watched(all, event);
    else if (event->kind == EVENT_CLOSE && one)
        close_watched(all, one);
    else if (event->kind == EVENT_LEAVE && event->call && one &&
             call_is_transfer(&(struct call){.enter = event}))
        note_return(one, view, event);
}

static bool stands(const struct sets *sets, int last, int descriptor)
{
    for (int i = 0; i <= last; i++)
        if (set_has(&sets->of[i], descriptor))
            return true;
    return false;
}

/* An open connection that the call forgets, or NULL. */
static const struct watched *forgotten(struct watched *all, const struct sets *sets, int last,
                                       const struct event *enter)
{
    for (struct watched *one = all; one; one = one->hh.next)
        if (one->process == enter->process && !one->ended && !one->stuck &&
            one->descriptor >= 0 && one->descriptor < SETS_DESCRIPTORS &&
            !stands(sets, last, one->descriptor))
            return one;
    return NULL;
}

static enum rule_outcome not_asked(const struct view *view, const struct call *call,
                                   const struct watched *one, const char *where,
                                   struct finding *finding)
{
    int64_t unread = view_unread(view, one->connection, call_end(view, call));
    char *waiting =
        unread ? words_format("; %s of it wait unread", words_bytes(unread).text) : strdup("");
    enum rule_outcome broken = rule_broken_by(
        finding, view, call,
        words_format("%s at %s: connection %d (descriptor %d) is open and not in %s%s",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     one->connection, one->descriptor, where, waiting ? waiting : ""));
    free(waiting);
    return broken;
}

enum rule_outcome watched_judge(const struct view *view,
                                const struct watched_question *question,
                                struct finding *finding)
{
    struct watched *all = NULL;
    struct sets sets;
    enum rule_outcome outcome = rule_nothing(view);
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && outcome != RULE_BROKEN; i++) {
        const struct event *event = &recording->events[i];
        watched_follow(&all, view, event);
        const struct call *call =
            event->kind == EVENT_ENTER && event->call ? view_call(view, event->number) : NULL;
        if (!call || !question->asks(event, &sets))
            continue;
        const struct watched *one = forgotten(all, &sets, question->last, event);
        outcome = one ? not_asked(view, call, one, question->where, finding) : RULE_HOLDS;
    }
    watched_free(&all);
    return outcome;
}
