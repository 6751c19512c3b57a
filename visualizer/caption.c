/* See caption.h. */
#include "visualizer/caption.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "visualizer/phrase.h"

#define LOOK_BACK 64 /* events that are asked what this moment is about */

struct text {
    char *at;
    size_t used;
};

static void say(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t room = CAPTION_ROOM - text->used;
    va_start(arguments, format);
    int size = vsnprintf(text->at + text->used, room, format, arguments);
    va_end(arguments);
    if (size > 0)
        text->used += (size_t)size < room ? (size_t)size : room - 1;
}

/* --- what it is about --- */

int caption_thread(const struct player *player)
{
    const struct tape *tape = player_tape(player);
    const struct moment *moment = player_moment(player, player->chosen);
    size_t back = player->place > LOOK_BACK ? player->place - LOOK_BACK : 0;
    for (size_t i = player->place; i > back; i--) {
        int number = tape->recording->events[i - 1].thread;
        const struct moment_thread *thread = number > 0 ? moment_thread(moment, number) : NULL;
        if (thread && thread->alive)
            return number;
    }
    for (size_t i = 0; i < moment->thread_count; i++)
        if (moment->threads[i].alive)
            return moment->threads[i].number;
    return 0;
}

int caption_connection(const struct player *player)
{
    const struct tape *tape = player_tape(player);
    size_t back = player->place > LOOK_BACK ? player->place - LOOK_BACK : 0;
    for (size_t i = player->place; i > back; i--)
        if (tape->recording->events[i - 1].connection > 0)
            return tape->recording->events[i - 1].connection;
    return 0;
}

static const char *call_of(const struct event *event)
{
    return event->call ? event->call : "a call";
}

static void say_whose(struct text *text, const struct event *event)
{
    if (event->connection > 0)
        say(text, " on connection %d", event->connection);
    else if (event->fd >= 0)
        say(text, " on descriptor %d", event->fd);
}

/* --- a call that lasts --- */

static void say_limit(struct text *text, const struct event *enter)
{
    char limit[PHRASE_TIME];
    if (enter->timeout >= 0 && enter->timeout != EVENT_FOREVER)
        say(text, ", or %s,", phrase_time(limit, enter->timeout));
}

static void say_asleep(struct text *text, const struct event *enter)
{
    const char *call = call_of(enter);
    say(text, "is asleep in %.40s()", call);
    if (phase_call_is(call, "@wait")) {
        say(text, ". Nothing that it asked for is ready: only a packet");
        say_limit(text, enter);
        say(text, " can wake it.");
        return;
    }
    say_whose(text, enter);
    if (phase_call_is(call, "@receive"))
        say(text, ". The kernel has nothing for it yet.");
    else if (phase_call_is(call, "@accept"))
        say(text, ". No client waits in the backlog.");
    else if (phase_call_is(call, "@send"))
        say(text, ". The peer takes nothing more, so the kernel has no room for it.");
    else
        say(text, ".");
}

static void say_in_call(struct text *text, const struct event *enter, enum phase_kind kind)
{
    const char *call = call_of(enter);
    if (kind == PHASE_BLOCKED) {
        say_asleep(text, enter);
    } else if (kind == PHASE_PAUSED) {
        say(text, "is asleep by choice in %.40s(): it looks again afterwards.", call);
    } else if (kind == PHASE_POLLING) {
        say(text, "asks with %.40s()", call);
        say_whose(text, enter);
        say(text, ", which does not wait: there is nothing.");
    } else if (phase_call_is(call, "@receive") && enter->ready == EVENT_YES) {
        say(text, "copies data from the kernel with %.40s()", call);
        say_whose(text, enter);
        say(text, ".");
    } else {
        say(text, "is in %.40s()", call);
        say_whose(text, enter);
        say(text, ".");
    }
}

/* --- a call that came back --- */

static void say_came_back(struct text *text, const struct event *leave)
{
    const char *call = call_of(leave);
    say(text, "came back from %.40s()", call);
    say_whose(text, leave);
    if (leave->error == EAGAIN && !phase_call_is(call, "@wait"))
        say(text, " with EAGAIN: nothing was there, and it did not wait.");
    else if (leave->error)
        say(text, " with the error %s.", event_errno_name(leave->error));
    else if (phase_call_is(call, "@receive") && leave->result == 0)
        say(text, " with 0: the peer has ended its side.");
    else if (phase_call_is(call, "@receive"))
        say(text, ": %" PRId64 " bytes have been copied from the kernel to the program.",
            leave->result);
    else if (phase_call_is(call, "@send"))
        say(text, ": the kernel has taken %" PRId64 " bytes.", leave->result);
    else if (phase_ring_completed(leave) > 0)
        say(text, ": completions came, %d of them.", phase_ring_completed(leave));
    else if (phase_call_is(call, "io_uring_enter"))
        say(text, ".");
    else if (phase_call_is(call, "@wait") && leave->result == 0)
        say(text, ": nothing became ready in time.");
    else if (phase_call_is(call, "@wait") && leave->detail)
        say(text, ": ready is %.80s.", leave->detail);
    else
        say(text, " = %" PRId64 ".", leave->result);
}

/* --- the latest event --- */

static void say_step(struct text *text, const struct event *step)
{
    const char *verb = step->verb ? step->verb : "does something";
    say(text, "Client %d: %.40s", step->client, verb);
    if (step->bytes >= 0)
        say(text, " %" PRId64 " bytes", step->bytes);
    if (step->connection > 0)
        say(text, " on connection %d", step->connection);
    if (step->outcome != OUTCOME_OK)
        say(text, " (%s)", event_outcome_name(step->outcome));
    say(text, ". ");
}

static void say_completion(struct text *text, const struct event *complete)
{
    say(text, "The kernel has completed %.40s", call_of(complete));
    say_whose(text, complete);
    if (complete->error)
        say(text, ": %s. ", event_errno_name(complete->error));
    else
        say(text, ": %" PRId64 ". ", complete->result);
}

static void say_event(struct text *text, const struct event *event)
{
    switch (event->kind) {
    case EVENT_STEP:
        say_step(text, event);
        break;
    case EVENT_SIGNAL:
        say(text, "%.40s is delivered to thread %d. ",
            event->detail ? event->detail : "A signal", event->thread);
        break;
    case EVENT_SUBMIT:
        say(text, "It hands %.40s to the kernel", call_of(event));
        say_whose(text, event);
        say(text, ". ");
        break;
    case EVENT_COMPLETE:
        say_completion(text, event);
        break;
    case EVENT_MARK:
        say(text, "%.200s ", event->detail ? event->detail : "");
        break;
    default:
        break;
    }
}

static void say_thread(struct text *text, const struct player *player)
{
    const struct tape *tape = player_tape(player);
    const struct moment *moment = player_moment(player, player->chosen);
    const struct moment_thread *thread = moment_thread(moment, caption_thread(player));
    if (!thread) {
        say(text, "No thread of the server lives now.");
        return;
    }
    const struct phase *span = tape_span(tape, tape_thread(tape, thread->number), player->time);
    if (tape->thread_count > 1)
        say(text, "Thread %d ", thread->number);
    else
        say(text, "The thread ");
    if (thread->enter)
        say_in_call(text, thread->enter, span ? span->kind : PHASE_RUNNING);
    else if (thread->leave)
        say_came_back(text, thread->leave);
    else
        say(text, "begins.");
}

void caption_make(char *string, const struct player *player)
{
    struct text text = {.at = string};
    const struct tape *tape = player_tape(player);
    const struct event *event = player_event(player);
    string[0] = '\0';
    if (tape->message && player->time == tape->failed_time) {
        say(&text, "The check failed here: %.400s", tape->message);
        return;
    }
    if (event)
        say_event(&text, event);
    say_thread(&text, player);
}

/* --- states --- */

void caption_state(char state[CAPTION_STATE], const struct tape *tape,
                   const struct moment_thread *thread, int64_t time)
{
    const struct phase *span = tape_span(tape, tape_thread(tape, thread->number), time);
    const char *call = thread->enter ? call_of(thread->enter) : NULL;
    if (!thread->alive)
        snprintf(state, CAPTION_STATE, "ENDED");
    else if (!call)
        snprintf(state, CAPTION_STATE, "RUNS");
    else if (span && span->kind == PHASE_BLOCKED)
        snprintf(state, CAPTION_STATE, "ASLEEP in %.40s()", call);
    else if (span && span->kind == PHASE_PAUSED)
        snprintf(state, CAPTION_STATE, "ASLEEP BY CHOICE in %.24s()", call);
    else if (span && span->kind == PHASE_POLLING)
        snprintf(state, CAPTION_STATE, "POLLS IN VAIN with %.24s()", call);
    else
        snprintf(state, CAPTION_STATE, "IN %.40s()", call);
}
