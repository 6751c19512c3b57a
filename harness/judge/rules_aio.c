/*
 * Who moved the bytes: main_avoids, posix_aio.
 *
 * glibc does the requests of aio(7) in threads of its own, with pread and pwrite. A socket has no
 * position: they fail with ESPIPE there, and the helper makes a plain read or write with the same
 * arguments. A thread of the program's own has no reason to try pread on a socket.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "judge/rule.h"
#include "judge/words.h"

/* --- main_avoids --- */

/* The first thread of a process is the one that it began with. */
static bool by_first_thread(const struct view *view, const struct call *call)
{
    const struct recording *recording = view->recording;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == EVENT_THREAD_START && event->process == call->enter->process)
            return event->thread == call->enter->thread;
    }
    return false;
}

static bool reads(const struct call *call)
{
    static const char *const names[] = {"read", "readv", "pread", "preadv", "preadv2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(call->enter->call, names[i]) == 0)
            return true;
    return false;
}

static bool opens(const struct call *call)
{
    return strcmp(call->enter->call, "open") == 0 || strcmp(call->enter->call, "openat") == 0;
}

/* Was the descriptor opened by name, while the server served? */
static bool of_file(const struct view *view, const struct call *call)
{
    const struct event *enter = call->enter;
    for (const struct call *other = call; other-- > view->calls;) {
        const struct event *leave = other->leave;
        if (other->enter->time < view->ready)
            return false;
        if (!leave || leave->error || leave->process != enter->process)
            continue;
        if (opens(other) && leave->result == enter->fd)
            return true;
        if (strcmp(leave->call, "close") == 0 && other->enter->fd == enter->fd)
            return false;
    }
    return false;
}

static bool concerns(const struct view *view, const struct call *call)
{
    return call->enter->connection > 0 || (reads(call) && of_file(view, call));
}

static char *main_message(const struct call *call)
{
    char what[48] = " on a file";
    if (call->enter->connection > 0)
        snprintf(what, sizeof what, " on connection %d", call->enter->connection);
    return words_format("the server's first thread called %s itself at %s%s: while it moves "
                        "bytes, or sleeps for them, it does nothing else",
                        words_name(call->enter).text, words_moment(call->enter->time).text,
                        what);
}

static enum rule_outcome main_in_view(const struct view *view, const json_t *value,
                                      struct finding *finding)
{
    enum rule_outcome outcome = rule_nothing(view);
    for (size_t i = 0; i < view->count; i++) {
        const struct call *call = &view->calls[i];
        if (!rule_matches_any(value, call->enter) || !concerns(view, call))
            continue;
        if (by_first_thread(view, call))
            return rule_broken_by(finding, view, call, main_message(call));
        outcome = call_moved(call) > 0 ? RULE_HOLDS : outcome;
    }
    return outcome;
}

static enum rule_outcome judge_main(const struct views *views, const json_t *value,
                                    struct finding *finding)
{
    return rule_each(views, value, finding, main_in_view);
}

/* --- posix_aio --- */

/* The last call of each thread. */
struct last {
    int thread;
    const struct call *call;
    UT_hash_handle hh;
};

static const struct call *exchange(struct last **all, const struct call *call)
{
    struct last *last;
    HASH_FIND_INT(*all, &call->enter->thread, last);
    if (!last && (last = calloc(1, sizeof *last))) {
        last->thread = call->enter->thread;
        HASH_ADD_INT(*all, thread, last);
    }
    const struct call *before = last ? last->call : NULL;
    if (last)
        last->call = call;
    return before;
}

static void free_last(struct last **all)
{
    struct last *last, *next;
    HASH_ITER(hh, *all, last, next)
    {
        HASH_DEL(*all, last);
        free(last);
    }
}

/* Did `before` fail like this, asked for the very same? */
static bool failed_alike(const struct call *before, const struct call *call, const char *name,
                         int error)
{
    return before && before->leave && before->leave->error == error &&
           strcmp(before->enter->call, name) == 0 && before->enter->fd == call->enter->fd &&
           before->enter->address == call->enter->address;
}

/* A helper's pread and read, or its next try of the read that a signal interrupted. */
static bool by_helper(const struct call *before, const struct call *call)
{
    const char *name = call->enter->call;
    if (strcmp(name, "read") != 0 && strcmp(name, "write") != 0)
        return false;
    return failed_alike(before, call, name[0] == 'r' ? "pread" : "pwrite", ESPIPE) ||
           failed_alike(before, call, name, EINTR);
}

static char *plain_message(const struct call *call)
{
    return words_format(
        "thread %d called %s on connection %d at %s: that was no request of aio_read or "
        "aio_write, for which a helper of the C library tries pread or pwrite first, which "
        "fails with ESPIPE on a socket",
        call->enter->thread, words_name(call->enter).text, call->enter->connection,
        words_moment(call->enter->time).text);
}

static enum rule_outcome aio_in_view(const struct view *view, const json_t *value,
                                     struct finding *finding)
{
    struct last *last = NULL;
    enum rule_outcome outcome = rule_nothing(view);
    (void)value;
    for (size_t i = 0; i < view->count && outcome != RULE_BROKEN; i++) {
        const struct call *call = &view->calls[i], *before = exchange(&last, call);
        if (call->enter->connection <= 0 || (!rule_matches("@receive|@send", call->enter)))
            continue;
        if (!by_helper(before, call))
            outcome = rule_broken_by(finding, view, call, plain_message(call));
        else if (call_moved(call) > 0)
            outcome = RULE_HOLDS;
    }
    free_last(&last);
    return outcome;
}

static enum rule_outcome judge_aio(const struct views *views, const json_t *value,
                                   struct finding *finding)
{
    return rule_each(views, value, finding, aio_in_view);
}

const struct rule rules_aio[] = {
    {"main_avoids", "a list of calls", rule_is_names, judge_main},
    {"posix_aio", "true", rule_is_true, judge_aio},
    {0},
};
