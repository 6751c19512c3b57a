/* Readiness of descriptors before a call. See ready.h. */
#include "trace/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/identify.h"
#include "trace/pending.h"

/*
 * A copy has the flags of the original: both are the same open file description. They change by
 * calls that are seen (fcntl, ioctl) only, so that one answer holds until the next of those.
 */
static void ask_nonblocking(struct visit *visit, struct slot *slot, int copy)
{
    uint64_t now = visit->trace->modes;
    if (!slot || slot->asked != now) {
        int flags = fcntl(copy, F_GETFL);
        if (flags < 0)
            return;
        visit->event.nonblocking = flags & O_NONBLOCK ? EVENT_YES : EVENT_NO;
        if (slot) {
            slot->nonblocking = flags & O_NONBLOCK;
            slot->asked = now;
        }
        return;
    }
    visit->event.nonblocking = slot->nonblocking ? EVENT_YES : EVENT_NO;
}

static bool poll_now(int copy, short events)
{
    struct pollfd one = {.fd = copy, .events = events};
    return poll(&one, 1, 0) > 0;
}

/* Only for a call that is about to sleep: how long at most. */
static void ask_timeout(struct event *event, int copy, int option)
{
    struct timeval limit;
    socklen_t size = sizeof limit;
    if (event->nonblocking != EVENT_NO)
        return;
    event->timeout = EVENT_FOREVER;
    if (getsockopt(copy, SOL_SOCKET, option, &limit, &size) == 0 &&
        (limit.tv_sec || limit.tv_usec))
        event->timeout = limit.tv_sec * CLOCK_SECOND + limit.tv_usec * CLOCK_MICROSECOND;
}

/* What the copy of a signalfd says is of our own signals. */
static enum event_ternary ask_signals(struct visit *visit, int copy)
{
    uint64_t mask, pending;
    if (!pending_signalfd(copy, &mask) || !pending_signals(visit->thread->tid, &pending))
        return EVENT_UNKNOWN;
    return mask & pending ? EVENT_YES : EVENT_NO;
}

static void ask_input(struct visit *visit, const struct slot *slot, int copy)
{
    struct event *event = &visit->event;
    int queued = 0;
    bool moves = visit->call->traits & CALL_MOVES;
    if (slot && slot->kind == KIND_SIGNALS) {
        event->ready = ask_signals(visit, copy);
        event->timeout =
            event->ready == EVENT_NO && !event->nonblocking ? EVENT_FOREVER : event->timeout;
        return;
    }
    if (moves && (!slot || slot->kind != KIND_LISTENER) && ioctl(copy, FIONREAD, &queued) == 0)
        event->queued = queued;
    event->ready = queued > 0 || poll_now(copy, POLLIN) ? EVENT_YES : EVENT_NO;
    if (event->ready == EVENT_NO)
        ask_timeout(event, copy, SO_RCVTIMEO);
}

static void ask_output(struct visit *visit, int copy)
{
    struct event *event = &visit->event;
    event->ready = poll_now(copy, POLLOUT) ? EVENT_YES : EVENT_NO;
    if (event->ready == EVENT_NO)
        ask_timeout(event, copy, SO_SNDTIMEO);
}

static void ask(struct visit *visit, struct slot *slot, int copy)
{
    unsigned traits = visit->call->traits;
    if (slot && slot->kind == KIND_FILE)
        return;
    if (traits & (CALL_IN | CALL_OUT | CALL_ASK))
        ask_nonblocking(visit, slot, copy);
    if (traits & CALL_IN)
        ask_input(visit, slot, copy);
    else if (traits & CALL_OUT)
        ask_output(visit, copy);
}

/* A file never makes a call sleep in the sense of this lab. */
static enum call_plan on_file(struct visit *visit)
{
    visit->event.ready = EVENT_YES;
    return visit->trace->options.connections_only ? CALL_LEAVE : CALL_WRITE;
}

enum call_plan ready_ask(struct visit *visit)
{
    int fd = visit->event.fd;
    struct slot *slot = descriptor_find(visit->thread->descriptors, fd);
    bool asks = visit->call->traits & (CALL_IN | CALL_OUT | CALL_ASK);
    if (slot && slot->kind == KIND_FILE)
        return on_file(visit);
    if (!slot || asks) {
        int copy = tracee_copy(visit->thread, fd);
        if (copy < 0) {
            if (errno == EBADF && asks)
                visit->event.ready = EVENT_YES; /* it fails at once */
            return CALL_WRITE;
        }
        if (!slot || slot->closing)
            slot = identify_copy(visit, fd, copy);
        ask(visit, slot, copy);
        close(copy);
    }
    if (slot)
        visit->event.connection = slot->connection;
    return slot && slot->kind == KIND_FILE ? on_file(visit) : CALL_WRITE;
}

/*
 * An epoll that watches a signalfd must not be asked by poll: it would ask the signalfd in our
 * name, find no signal of ours, and take it off its list of what is ready (eventpoll.c,
 * __ep_eventpoll_poll). The program would then never hear of its signal.
 */
static bool watches_signals(const struct visit *visit, const struct slot *slot)
{
    if (!slot || !slot->interest || slot->interest->signals < 0)
        return false;
    const struct slot *signals =
        descriptor_find(visit->thread->descriptors, slot->interest->signals);
    return signals && signals->kind == KIND_SIGNALS;
}

/* Of all that such an epoll watches, only the signals are known. */
static enum event_ternary ask_watched_signals(struct visit *visit, const struct slot *slot)
{
    int copy = tracee_copy(visit->thread, slot->interest->signals);
    if (copy < 0)
        return EVENT_UNKNOWN;
    enum event_ternary answer = ask_signals(visit, copy);
    close(copy);
    return answer == EVENT_YES ? EVENT_YES : EVENT_UNKNOWN;
}

/* Is it one that poll cannot ask? Then `answer` is what is known of it. */
static bool ask_apart(struct visit *visit, int fd, int copy, enum event_ternary *answer)
{
    const struct slot *slot = descriptor_find(visit->thread->descriptors, fd);
    if (slot && slot->kind == KIND_SIGNALS)
        *answer = ask_signals(visit, copy);
    else if (watches_signals(visit, slot))
        *answer = ask_watched_signals(visit, slot);
    else
        return false;
    return true;
}

/* One that is ready is enough; for a no, all must be known. */
static enum event_ternary together(enum event_ternary one, enum event_ternary other)
{
    if (one == EVENT_YES || other == EVENT_YES)
        return EVENT_YES;
    return one == EVENT_NO && other == EVENT_NO ? EVENT_NO : EVENT_UNKNOWN;
}

enum event_ternary ready_ask_all(struct visit *visit, struct pollfd *descriptors, size_t count)
{
    enum event_ternary answer = EVENT_UNKNOWN, apart = EVENT_NO;
    size_t copied = 0;
    if (count > READY_MOST)
        return answer;
    for (; copied < count; copied++) {
        enum event_ternary one;
        int fd = descriptors[copied].fd;
        int copy = descriptors[copied].fd = fd < 0 ? -1 : tracee_copy(visit->thread, fd);
        if (fd >= 0 && copy < 0)
            break;
        if (fd >= 0 && ask_apart(visit, fd, copy, &one)) {
            apart = together(apart, one);
            close(copy);
            descriptors[copied].fd = -1;
        }
    }
    if (copied == count)
        answer = together(apart, poll(descriptors, count, 0) > 0 ? EVENT_YES : EVENT_NO);
    else if (errno == EBADF)
        answer = EVENT_YES; /* it comes back with EBADF or POLLNVAL */
    for (size_t i = 0; i < copied; i++)
        if (descriptors[i].fd >= 0)
            close(descriptors[i].fd);
    return answer;
}

enum event_ternary ready_ask_epoll(struct visit *visit, int fd)
{
    enum event_ternary answer;
    int copy = tracee_copy(visit->thread, fd);
    if (copy < 0)
        return errno == EBADF ? EVENT_YES : EVENT_UNKNOWN;
    if (!ask_apart(visit, fd, copy, &answer))
        answer = poll_now(copy, POLLIN) ? EVENT_YES : EVENT_NO;
    close(copy);
    return answer;
}
