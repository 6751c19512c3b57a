/* How select was called: rebuilds_sets, nfds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/sets.h"
#include "judge/words.h"

static bool is_select(const char *call)
{
    return call && (strcmp(call, "select") == 0 || strcmp(call, "pselect") == 0);
}

/* --- nfds --- */

static bool is_highest(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strcmp(text, "highest") == 0;
}

static int highest_of(const struct sets *sets)
{
    int highest = -1;
    for (int i = 0; i < SETS; i++)
        if (sets->of[i].highest > highest)
            highest = sets->of[i].highest;
    return highest;
}

static enum rule_outcome wrong_nfds(const struct view *view, const struct call *call,
                                    const struct sets *sets, struct finding *finding)
{
    int highest = highest_of(sets);
    const char *meaning = sets->nfds <= highest ? "so the kernel does not look at it"
                                                : "so the kernel looks at more than it must";
    return rule_broken_by(
        finding, view, call,
        words_format("%s at %s: the first argument is %lld and the highest descriptor in a set "
                     "is %d, %s; it wants to be %d",
                     words_name(call->enter).text, words_moment(call->enter->time).text,
                     (long long)sets->nfds, highest, meaning, highest + 1));
}

static enum rule_outcome nfds_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    (void)value;
    enum rule_outcome outcome = rule_nothing(view);
    struct sets sets;
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!is_select(call->enter->call))
            continue;
        if (outcome == RULE_ABSENT)
            outcome = RULE_UNSEEN;
        if (!sets_of_select(call->enter->detail, &sets) || sets.nfds < 0 ||
            highest_of(&sets) < 0)
            continue;
        outcome = RULE_HOLDS;
        if (sets.nfds != highest_of(&sets) + 1)
            return wrong_nfds(view, call, &sets, finding);
    }
    return outcome;
}

static enum rule_outcome judge_nfds(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, nfds_in_view);
}

/* --- rebuilds_sets --- */

/*
 * A connection that stands in no read set is paused, not forgotten, while it waits to be
 * written to, or has nothing more to read (end of file, error).
 */
struct watched {
    int connection;
    int descriptor, process;
    bool ended; /* the server has read its end, or an error */
    bool stuck; /* output did not fit */
    UT_hash_handle hh;
};

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

static void free_watched(struct watched **all)
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

static void follow(struct watched **all, const struct view *view, const struct event *event)
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

/* An open connection that the call forgets, or NULL. */
static const struct watched *forgotten(struct watched *all, const struct sets *sets,
                                       const struct event *enter)
{
    for (struct watched *one = all; one; one = one->hh.next)
        if (one->process == enter->process && !one->ended && !one->stuck &&
            one->descriptor >= 0 && one->descriptor < SETS_DESCRIPTORS &&
            !set_has(&sets->of[SET_READ], one->descriptor) &&
            !set_has(&sets->of[SET_WRITE], one->descriptor))
            return one;
    return NULL;
}

static enum rule_outcome not_rebuilt(const struct view *view, const struct call *call,
                                     const struct watched *one, struct finding *finding)
{
    int64_t unread = view_unread(view, one->connection, call_end(view, call));
    char *waiting =
        unread ? words_format("; %s of it wait unread", words_bytes(unread).text) : strdup("");
    enum rule_outcome broken = rule_broken_by(
        finding, view, call,
        words_format(
            "%s at %s: connection %d (descriptor %d) is open and not in the read set%s",
            words_name(call->enter).text, words_moment(call->enter->time).text, one->connection,
            one->descriptor, waiting ? waiting : ""));
    free(waiting);
    return broken;
}

static enum rule_outcome rebuilds_in_view(const struct view *view, const json_t *value,
                                          struct finding *finding)
{
    (void)value;
    struct watched *all = NULL;
    struct sets sets;
    enum rule_outcome outcome = rule_nothing(view);
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count && outcome != RULE_BROKEN; i++) {
        const struct event *event = &recording->events[i];
        follow(&all, view, event);
        const struct call *call = event->kind == EVENT_ENTER && is_select(event->call)
                                      ? view_call(view, event->number)
                                      : NULL;
        if (!call || !sets_of_select(event->detail, &sets) || !sets.of[SET_READ].count)
            continue;
        const struct watched *one = forgotten(all, &sets, event);
        outcome = one ? not_rebuilt(view, call, one, finding) : RULE_HOLDS;
    }
    free_watched(&all);
    return outcome;
}

static enum rule_outcome judge_rebuilds(const struct views *views, const json_t *value,
                                        struct finding *finding)
{
    return rule_each(views, value, finding, rebuilds_in_view);
}

const struct rule rules_select[] = {
    {"nfds", "\"highest\"", is_highest, judge_nfds},
    {"rebuilds_sets", "true", rule_is_true, judge_rebuilds},
    {0},
};
