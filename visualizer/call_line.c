/* See call_line.h: the lines of system calls, and how a line is made to fit. */
#include "visualizer/call_line.h"

#include <string.h>

#include "event/phase.h"
#include "visualizer/call_text.h"
#include "visualizer/phrase.h"

#define TAIL  512 /* a result, or how a step ended */
#define BRIEF 40  /* in less room than this words are saved */

/* --- calls --- */

void call_put_call(struct call_text *to, const struct event *event)
{
    const char *between = "";
    char timeout[PHRASE_TIME];
    call_put(to, event->call ? event->call : "a call");
    call_put(to, "(");
    if (event->fd != EVENT_NONE) {
        call_put_fd(to, event->fd, event->connection);
        between = ", ";
    }
    if (event->bytes != EVENT_NONE) {
        call_put_between(to, between, event->bytes, "");
        between = ", ";
    }
    if (event->detail && *event->detail) {
        call_put_maybe(to, between, event->detail, "");
        between = ", ";
    }
    if (event->timeout == EVENT_FOREVER)
        call_put_maybe(to, between, "forever", "");
    else if (event->timeout != EVENT_NONE)
        call_put_maybe(to, between, phrase_time(timeout, event->timeout), "");
}

/* Its result is the descriptor of a connection. */
static bool accepts(const struct event *event)
{
    return phase_call_is(event->call, "accept") || phase_call_is(event->call, "accept4") ||
           phase_call_is(event->call, "IORING_OP_ACCEPT");
}

void call_put_result(struct call_text *to, const struct event *event)
{
    call_put(to, " = ");
    if (event->error)
        call_put_maybe(to, "-1 ", event_errno_name(event->error), "");
    else
        call_put_fd(to, event->result, accepts(event) ? event->connection : 0);
}

bool call_line_told(const struct recording *recording, const struct event *event)
{
    return event->kind == EVENT_LEAVE && event > recording->events &&
           event[-1].kind == EVENT_ENTER && recording_leave(recording, event - 1) == event;
}

/* Whether the LEAVE right behind the ENTER is its own and has happened. */
static bool returned(const struct recording *recording, size_t count, const struct event *enter)
{
    const struct event *next = enter + 1;
    return (size_t)(next - recording->events) < count && call_line_told(recording, next);
}

static void call_end(struct call_parts *parts, const struct event *leave)
{
    call_put(&parts->tail, ")");
    call_put_result(&parts->tail, leave);
    parts->kept = parts->tail.used;
    call_put_maybe(&parts->tail, " (", leave->detail, ")");
}

static void enter_line(struct call_parts *parts, const struct event *event, bool over)
{
    call_put_call(&parts->head, event);
    if (over) {
        call_end(parts, event + 1);
        return;
    }
    call_put(&parts->tail, parts->head.room < BRIEF ? " <unfinished>" : " <unfinished ...>");
    parts->kept = parts->tail.used;
}

static void leave_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "<... ");
    call_put(&parts->head, event->call ? event->call : "a call");
    call_put(&parts->head, " resumed>");
    call_end(parts, event);
}

/* --- lines --- */

/* Not within a code point of UTF-8. */
static size_t cut_at(const char *text, size_t size)
{
    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    return size;
}

/* Ends `to` with "..." so that it has no more than `most` bytes. */
static void shorten(struct call_text *to, size_t most)
{
    if (to->used <= most)
        return;
    to->used = cut_at(to->text, most > 3 ? most - 3 : 0);
    to->text[to->used] = '\0';
    call_put(to, "...");
}

/* A third of the room for the tail, at least, if it needs that. */
static size_t tail_room(const struct call_parts *parts, size_t most)
{
    size_t room = most / 3 > parts->kept ? most / 3 : parts->kept;
    if (parts->head.used < most && most - parts->head.used > room)
        room = most - parts->head.used;
    return room < most ? room : most;
}

/* A head that fills the room may have been cut already, so it is marked as such. */
static void join(struct call_parts *parts)
{
    size_t most = parts->head.room - 1;
    bool full = parts->head.used == most;
    shorten(&parts->tail, tail_room(parts, most));
    shorten(&parts->head, most - parts->tail.used - (full && parts->tail.used == 0));
    call_put(&parts->head, parts->tail.text);
}

void call_line(char *text, size_t room, const struct recording *recording, size_t count,
               const struct event *event)
{
    char tail[TAIL];
    struct call_parts parts = {.head = {text, 0, room}, .tail = {tail, 0, sizeof tail}};
    text[0] = tail[0] = '\0';
    if (event->kind == EVENT_ENTER)
        enter_line(&parts, event, returned(recording, count, event));
    else if (event->kind == EVENT_LEAVE)
        leave_line(&parts, event);
    else
        call_line_other(&parts, event);
    join(&parts);
}
