/* Would io_uring_enter sleep? Asked right before it, of the descriptors of what it hands in. */
#include <errno.h>
#include <linux/time_types.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "trace/duration.h"
#include "trace/memory.h"
#include "trace/ready.h"
#include "trace/ring_entry.h"
#include "trace/ring_window.h"

enum { TASKRUN = 1 << 2 }; /* IORING_SQ_TASKRUN: work of the program's own thread waits */

static int64_t timeout_of(const struct visit *visit)
{
    struct io_uring_getevents_arg argument;
    struct timespec now;
    unsigned flags = (unsigned)visit->arguments[3];
    if (!(flags & IORING_ENTER_EXT_ARG) ||
        !memory_read(visit->thread->tid, visit->arguments[4], &argument, sizeof argument))
        return EVENT_FOREVER;
    int64_t time = duration_timespec(visit->thread->tid, argument.ts, EVENT_FOREVER);
    if (time != EVENT_FOREVER && (flags & RING_ENTER_ABS_TIMER) &&
        clock_gettime(CLOCK_MONOTONIC, &now) == 0) {
        time -= now.tv_sec * CLOCK_SECOND + now.tv_nsec;
        time = time < 0 ? 0 : time;
    }
    return time;
}

static enum event_ternary ready_for(struct visit *visit, int fd, uint32_t events)
{
    struct pollfd one = {.fd = tracee_copy(visit->thread, fd), .events = (short)events};
    if (one.fd < 0)
        return errno == EBADF ? EVENT_YES : EVENT_UNKNOWN; /* it completes at once */
    enum event_ternary answer = poll(&one, 1, 0) > 0 ? EVENT_YES : EVENT_NO;
    close(one.fd);
    return answer;
}

/* What its event says of readiness, as a call's ENTER does. */
void ring_ready(struct visit *visit, const struct io_uring_sqe *entry)
{
    unsigned traits = ring_operation(entry->opcode)->traits;
    int queued;
    if (!(traits & (RING_IN | RING_OUT)) || (entry->flags & IOSQE_FIXED_FILE))
        return;
    const struct slot *slot = descriptor_find(visit->thread->descriptors, entry->fd);
    int copy = slot && slot->kind == KIND_FILE ? -1 : tracee_copy(visit->thread, entry->fd);
    if (copy < 0)
        return;
    struct pollfd one = {.fd = copy, .events = traits & RING_IN ? POLLIN : POLLOUT};
    visit->event.ready = poll(&one, 1, 0) > 0 ? EVENT_YES : EVENT_NO;
    if ((traits & RING_IN) && (traits & RING_MOVES) && ioctl(copy, FIONREAD, &queued) == 0)
        visit->event.queued = queued;
    close(copy);
}

/* Does the entry complete as soon as it is handed in? */
static enum event_ternary at_once(struct visit *visit, const struct io_uring_sqe *entry)
{
    unsigned traits = ring_operation(entry->opcode)->traits;
    bool asks = traits & (RING_IN | RING_OUT | RING_POLL);
    if (entry->flags & (IOSQE_IO_DRAIN | IOSQE_CQE_SKIP_SUCCESS))
        return EVENT_UNKNOWN;
    if (traits & RING_WAITS)
        return EVENT_NO;
    if (!asks)
        return EVENT_YES;
    if (entry->flags & IOSQE_FIXED_FILE)
        return EVENT_UNKNOWN;
    if (traits & RING_POLL)
        return ready_for(visit, entry->fd, entry->poll32_events);
    return ready_for(visit, entry->fd, traits & RING_IN ? POLLIN : POLLOUT);
}

/* An entry that is linked begins when the one before it has completed. */
static enum event_ternary hand_in(struct visit *visit, struct ring_window *window,
                                  struct ring_range range, uint32_t wanted)
{
    enum event_ternary answer = EVENT_NO, before = EVENT_YES;
    bool linked = false;
    if (range.end - range.begin > READY_MOST)
        return EVENT_UNKNOWN;
    for (uint32_t at = range.begin; at != range.end && wanted; at++) {
        struct io_uring_sqe entry;
        if (!ring_window_entry(window, at, &entry))
            return EVENT_UNKNOWN;
        enum event_ternary now =
            linked && before != EVENT_YES ? before : at_once(visit, &entry);
        wanted -= now == EVENT_YES;
        if (now == EVENT_UNKNOWN)
            answer = EVENT_UNKNOWN;
        linked = entry.flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK);
        before = now;
    }
    return wanted ? answer : EVENT_YES;
}

/* Completions that wait for the thread itself to come in are in no ring yet. */
static bool may_have_more(const struct ring *ring, const struct ring_state *state)
{
    uint32_t flags = ring->params.flags;
    if (flags & IORING_SETUP_TASKRUN_FLAG)
        return state->submit_flags & TASKRUN;
    return ring->in_flight &&
           (flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN));
}

static enum event_ternary ready(struct visit *visit, struct ring_window *window,
                                const struct ring_state *state)
{
    const struct ring *ring = window->ring;
    uint32_t wanted = (uint32_t)visit->arguments[2];
    uint32_t there = state->complete_tail - state->complete_head;
    if (wanted > ring->params.cq_entries)
        wanted = ring->params.cq_entries;
    if (there >= wanted)
        return EVENT_YES;
    enum event_ternary answer = hand_in(
        visit, window, ring_range(ring, state, (uint32_t)visit->arguments[1]), wanted - there);
    return answer == EVENT_NO && may_have_more(ring, state) ? EVENT_UNKNOWN : answer;
}

void ring_wait(struct visit *visit)
{
    struct ring_window window;
    struct ring_state state;
    struct ring *ring = visit->ring;
    if (!(visit->arguments[3] & IORING_ENTER_GETEVENTS) || !(uint32_t)visit->arguments[2]) {
        visit->event.timeout = 0;
        return;
    }
    visit->event.timeout = timeout_of(visit);
    if (!ring || ring->broken)
        return;
    if (ring_window_open(&window, ring, visit->thread, &state))
        visit->event.ready = ready(visit, &window, &state);
    ring_window_close(&window);
}
