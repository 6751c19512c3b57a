/*
 * Did a call sleep until somebody else acted? Answered from what was there at its entry
 * (`ready`), from how it came back, and only where neither says it from how long it lasted.
 * Kinds of calls differ; each has a function in the table at the end.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "event/phase.h"

/* A call that finds all that it needs is back in microseconds, watched ones included. */
#define LONG_CALL CLOCK_MILLISECOND
/* A large copy takes time too; a sleep for room lasts until a peer reads. */
#define LONG_SEND (10 * CLOCK_MILLISECOND)
/* poll(2) says writable from a third of the buffer on, which is never less than this. */
#define SEND_FITS 2048
/* How many events are looked through for the cause of a short wait. */
#define CAUSE_SEARCH 1000

struct call {
    const struct recording *recording;
    const struct event *enter;
    const struct event *leave; /* NULL: never came back */
};

static int64_t lasted(const struct call *call)
{
    return call->leave ? call->leave->time - call->enter->time : INT64_MAX;
}

static bool says(const struct event *event, const char *word)
{
    return event->detail && strstr(event->detail, word);
}

/* Errors that say something about a peer, a time-out or a signal; all others come at once. */
static bool error_after_sleep(int error)
{
    return error == 0 || error == EAGAIN || error == EINTR || error == ECONNRESET ||
           error == EPIPE || error == ETIMEDOUT || error == ETIME || error == ECONNABORTED ||
           error >= 512;
}

static bool failed_at_once(const struct call *call)
{
    return call->leave && !error_after_sleep(call->leave->error);
}

static enum event_ternary yes_if(bool condition)
{
    return condition ? EVENT_YES : EVENT_NO;
}

/* EAGAIN from a descriptor of unknown mode: a time-out when it took long. */
static bool never_sleeps(const struct call *call)
{
    const struct event *enter = call->enter;
    return enter->nonblocking == EVENT_YES || says(enter, "MSG_DONTWAIT") ||
           failed_at_once(call);
}

static enum event_ternary timed_out_or_unknown(const struct call *call)
{
    if (!call->leave)
        return EVENT_YES;
    if (call->leave->error == EAGAIN)
        return yes_if(call->enter->nonblocking == EVENT_NO || lasted(call) > LONG_CALL);
    return EVENT_UNKNOWN;
}

static enum event_ternary receive_slept(const struct call *call)
{
    const struct event *enter = call->enter;
    if (never_sleeps(call))
        return EVENT_NO;
    if (enter->ready == EVENT_NO)
        return EVENT_YES;
    if (enter->ready == EVENT_UNKNOWN)
        return timed_out_or_unknown(call);
    /* Some was there, but the program asked to sleep until all is. */
    bool wants_all = says(enter, "MSG_WAITALL") && enter->queued < enter->bytes;
    return yes_if(wants_all && lasted(call) > LONG_CALL);
}

/*
 * "Writable" means that some would fit, not all: a blocking send still sleeps when it has more
 * than that. It did when it never came back, came back short (time-out or signal), or took so
 * long that no copy explains it, with more bytes than always fit.
 */
static enum event_ternary send_slept(const struct call *call)
{
    const struct event *enter = call->enter;
    if (never_sleeps(call))
        return EVENT_NO;
    if (enter->ready == EVENT_NO)
        return EVENT_YES;
    if (enter->ready == EVENT_UNKNOWN)
        return timed_out_or_unknown(call);
    if (!call->leave || call->leave->error == EAGAIN)
        return EVENT_YES;
    if (enter->bytes <= SEND_FITS)
        return EVENT_NO;
    bool cut_short = !call->leave->error && call->leave->result < enter->bytes;
    return yes_if(lasted(call) > LONG_SEND || (cut_short && lasted(call) > LONG_CALL));
}

/* Steps of a client that reach the server. */
static bool acts(const struct event *step)
{
    static const char *const verbs[] = {"connect", "send", "half_close", "close", "reset"};
    for (size_t i = 0; step->verb && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(step->verb, verbs[i]) == 0)
            return true;
    return false;
}

/* A client or a signal that acted within the call. */
static enum event_ternary cause_within(const struct call *call)
{
    const struct event *event = call->enter + 1;
    for (int seen = 0; event < call->leave; event++, seen++) {
        if (seen == CAUSE_SEARCH)
            return EVENT_UNKNOWN;
        if ((event->kind == EVENT_STEP && acts(event)) ||
            (event->kind == EVENT_SIGNAL && event->thread == call->enter->thread))
            return EVENT_YES;
    }
    return EVENT_NO;
}

/* The result of io_uring_enter is how many entries it took: 0 when it was made to wait only. */
static bool at_ring(const struct event *enter)
{
    return phase_call_is(enter->call, "io_uring_enter");
}

static enum event_ternary wait_slept(const struct call *call)
{
    const struct event *enter = call->enter;
    if (enter->timeout == 0 || enter->ready == EVENT_YES || failed_at_once(call))
        return EVENT_NO;
    if (enter->ready == EVENT_NO || !call->leave)
        return EVENT_YES;
    bool timed_out = call->leave->error == ETIME ||
                     (call->leave->result == 0 && !call->leave->error && !at_ring(enter));
    if (timed_out || lasted(call) > LONG_CALL)
        return EVENT_YES;
    return cause_within(call);
}

static enum event_ternary pause_slept(const struct call *call)
{
    return yes_if(call->enter->timeout != 0 && !failed_at_once(call));
}

/* No descriptor to ask: another thread or process ends the sleep, and only time tells. */
static enum event_ternary other_slept(const struct call *call)
{
    if (call->enter->ready != EVENT_UNKNOWN)
        return yes_if(call->enter->ready == EVENT_NO && !never_sleeps(call));
    if (says(call->enter, "WAKE") || failed_at_once(call))
        return EVENT_NO;
    return yes_if(lasted(call) > LONG_CALL);
}

/* sigtimedwait with a time of 0 asks whether a signal is pending. */
static enum event_ternary signal_slept(const struct call *call)
{
    return call->enter->timeout == 0 ? EVENT_NO : other_slept(call);
}

/* Calls of no class below: exit never comes back either, and is not asleep. */
static enum event_ternary unclassed_slept(const struct call *call)
{
    if (call->enter->ready == EVENT_UNKNOWN)
        return EVENT_UNKNOWN;
    return yes_if(call->enter->ready == EVENT_NO && !never_sleeps(call));
}

static const struct {
    const char *calls;
    enum event_ternary (*slept)(const struct call *call);
} rows[] = {
    {"@receive", receive_slept}, {"@accept", receive_slept}, {"connect", receive_slept},
    {"@send", send_slept},       {"@wait", wait_slept},      {"@sleep", pause_slept},
    {"@signal", signal_slept},   {"@lock", other_slept},     {"wait4", other_slept},
    {"waitpid", other_slept},    {"waitid", other_slept},    {"io_getevents", other_slept},
};

enum event_ternary phase_slept(const struct recording *recording, const struct event *enter)
{
    if (enter->kind == EVENT_SUBMIT)
        return EVENT_NO; /* the kernel waits, no thread does */
    struct call call = {recording, enter, recording_leave(recording, enter)};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (phase_call_is(enter->call, rows[i].calls))
            return rows[i].slept(&call);
    return unclassed_slept(&call);
}
