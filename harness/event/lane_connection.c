/*
 * Lanes of connections: WAIT and COPY, as in figures 6.1 to 6.5 of UNIX Network Programming.
 *
 * A wait begins when the server could have taken data and there was none: it entered a
 * receiving call, or a wait call that asks about this connection, or has asked for a signal
 * (O_ASYNC). It ends when the peer sent
 * (its own clock is ours), or, for peers that are not scripted, when a call said that data was
 * there. What the tracer saw at a call's entry (`ready`) has precedence over what follows from
 * the bytes that were sent and taken.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/flow.h"
#include "event/lanes.h"
#include "event/watches.h"

struct context {
    struct lanes *lanes;
    struct flow *flows;
    struct watches watches;
    bool failed;
};

/* An end of a span: when, known from what, right within how much. */
struct boundary {
    int64_t time, late;
    enum phase_source from;
};

/* --- waiting --- */

static void wait_begin(struct flow *flow, const struct event *enter)
{
    if (!flow->waiting)
        flow->since = enter;
    flow->waiting = true;
    flow->empty_at = enter->time;
    flow->known_at = -1;
}

static void readable(struct flow *flow, struct boundary at)
{
    if (!flow->waiting || flow->known_at >= 0)
        return;
    flow->known_at = at.time;
    flow->known_late = at.late;
    flow->known_from = at.from;
}

/* When did the data come that a wait was for? `latest` is when it was over at the latest. */
static struct boundary wait_over(const struct flow *flow, struct boundary latest)
{
    const struct arrival *arrival = flow_arrival(flow, flow->since->time);
    struct boundary over = latest;
    if (flow->known_at >= 0)
        over = (struct boundary){flow->known_at, flow->known_late, flow->known_from};
    if (!arrival || arrival->time > over.time)
        return over;
    over.time = arrival->time > flow->since->time ? arrival->time : flow->since->time;
    over.late = arrival->end - over.time;
    over.from = SOURCE_PEER;
    return over;
}

/* How much earlier the wait may have begun. */
static int64_t since_late(const struct context *context, const struct event *since)
{
    const struct event *enter = recording_find(context->lanes->recording, since->pair);
    if (since->kind == EVENT_LEAVE && enter)
        return lanes_exit(context->lanes, enter, since);
    return lanes_entry(context->lanes, since);
}

static struct boundary wait_end(struct context *context, struct flow *flow, int thread,
                                struct boundary latest, uint64_t last)
{
    struct boundary over = wait_over(flow, latest);
    struct phase span = {
        .kind = PHASE_WAIT,
        .thread = thread,
        .connection = flow->connection,
        .call = flow->since->call,
        .begin = flow->since->time,
        .end = over.time,
        .begin_from = flow->since->kind == EVENT_LEAVE ? SOURCE_EXIT : SOURCE_STOP,
        .end_from = over.from,
        .uncertainty = since_late(context, flow->since) + over.late,
        .first = flow->since->number,
        .last = last,
    };
    lanes_add(context->lanes, &span);
    flow->waiting = false;
    flow->known_at = -1;
    return over;
}

/* --- signals --- */

/*
 * With O_ASYNC the server has asked to be told, once and for all: it waits whenever there is
 * nothing left to read, from the exit of the call that took the last of it.
 */
static void wait_if_armed(struct flow *flow, const struct event *leave, bool emptied)
{
    if (flow->armed && !flow->over && emptied)
        wait_begin(flow, leave);
}

static void on_arming(struct flow *flow, const struct event *enter, const struct event *leave)
{
    bool flags = phase_enter_is(enter, "fcntl:F_SETFL");
    if (leave->error || (!flags && !phase_enter_is(enter, "ioctl:FIOASYNC")))
        return;
    flow->armed =
        flags ? phase_enter_is(enter, "fcntl:O_ASYNC") : !phase_enter_is(enter, "ioctl:0");
    if (!flow->waiting)
        wait_if_armed(flow, leave, !flow_pending(flow));
}

/* --- receiving calls --- */

static bool nothing_there(const struct context *context, const struct flow *flow,
                          const struct event *enter, const struct event *leave)
{
    if (enter->ready == EVENT_NO || (leave && leave->error == EAGAIN))
        return true;
    if (enter->ready == EVENT_YES)
        return false;
    if (flow->has_steps)
        return !flow_pending(flow);
    return context->lanes->slept[lanes_at(context->lanes, enter)] == EVENT_YES;
}

static void on_receive_enter(struct context *context, struct flow *flow,
                             const struct event *enter)
{
    const struct event *leave = recording_leave(context->lanes->recording, enter);
    if (!nothing_there(context, flow, enter, leave)) {
        /* It came after the last look at this connection and before this one. */
        int64_t late = flow->waiting ? enter->time - flow->empty_at : 0;
        readable(flow, (struct boundary){enter->time, late, SOURCE_STOP});
        return;
    }
    if (enter->ready != EVENT_UNKNOWN || (leave && leave->error == EAGAIN))
        flow_empty(flow, enter->time);
    wait_begin(flow, enter);
}

static int64_t bytes_of(const struct event *leave)
{
    return leave->error ? 0 : leave->bytes > 0 ? leave->bytes : leave->result;
}

static bool peer_ended(const struct event *enter, const struct event *leave)
{
    if (leave->error)
        return leave->error == ECONNRESET || leave->error == EPIPE || leave->error == ETIMEDOUT;
    return leave->result == 0 && enter->bytes != 0;
}

static void add_copy(struct context *context, const struct flow *flow,
                     const struct event *enter, const struct event *leave,
                     struct boundary arrived)
{
    struct boundary begin = arrived;
    if (arrived.time <= enter->time)
        begin = (struct boundary){enter->time, lanes_entry(context->lanes, enter), SOURCE_STOP};
    struct phase span = {
        .kind = PHASE_COPY,
        .thread = leave->thread,
        .connection = flow->connection,
        .call = enter->call,
        .begin = begin.time,
        .end = leave->time,
        .begin_from = begin.from,
        .end_from = SOURCE_EXIT,
        .uncertainty = begin.late + lanes_exit(context->lanes, enter, leave),
        .first = enter->number,
        .last = leave->number,
    };
    lanes_add(context->lanes, &span);
}

static void on_receive_leave(struct context *context, struct flow *flow,
                             const struct event *leave)
{
    const struct event *enter = recording_find(context->lanes->recording, leave->pair);
    if (!enter || recording_leave(context->lanes->recording, enter) != leave)
        return;
    int64_t bytes = bytes_of(leave);
    bool ended = peer_ended(enter, leave);
    flow->left = !ended && enter->queued != EVENT_NONE && enter->queued > bytes;
    if (bytes <= 0 && !ended)
        return;
    struct boundary arrived = {enter->time, 0, SOURCE_STOP};
    struct boundary latest = {leave->time, lanes_exit(context->lanes, enter, leave),
                              SOURCE_EXIT};
    if (flow->waiting)
        arrived = wait_end(context, flow, leave->thread, latest, leave->number);
    if (bytes > 0)
        add_copy(context, flow, enter, leave, arrived);
    if (!(enter->detail && strstr(enter->detail, "MSG_PEEK")))
        flow_take(flow, ended ? -1 : bytes);
    flow->over |= ended;
    wait_if_armed(flow, leave, flow->has_steps ? !flow_pending(flow) : bytes < enter->bytes);
    if (watches_offer(&context->watches, leave->process, leave->fd) < 0)
        context->failed = true;
}

/* --- operations of rings --- */

static bool receives(const struct event *event)
{
    return phase_ring_receives(event->call) ||
           (event->call && strcmp(event->call, "IORING_OP_POLL_ADD") == 0 &&
            operations_says(event, "IN"));
}

/* One that woke its program came right before that: it is off by no more than the call's exit. */
static int64_t completion_late(const struct lanes *lanes, const struct event *complete)
{
    const struct event *end = lanes->recording->events + lanes->recording->count;
    int64_t late = lanes_entry(lanes, complete);
    for (const struct event *leave = complete; leave < end && leave->time == complete->time;
         leave++) {
        if (leave->kind != EVENT_LEAVE || leave->process != complete->process ||
            !phase_call_is(leave->call, "io_uring_enter"))
            continue;
        const struct event *enter = recording_find(lanes->recording, leave->pair);
        bool woke = enter && enter->kind == EVENT_ENTER && enter->detail &&
                    strstr(enter->detail, "wait 1,") &&
                    lanes->slept[lanes_at(lanes, enter)] == EVENT_YES;
        if (woke && lanes->stop < late)
            late = lanes->stop;
    }
    return late;
}

static void on_submit(struct context *context, struct flow *flow, const struct event *submit)
{
    bool nothing = submit->ready == EVENT_NO ||
                   (submit->ready == EVENT_UNKNOWN && flow->has_steps && !flow_pending(flow));
    if (!nothing) {
        int64_t late = flow->waiting ? submit->time - flow->empty_at : 0;
        readable(flow, (struct boundary){submit->time, late, SOURCE_STOP});
        return;
    }
    if (submit->ready == EVENT_NO)
        flow_empty(flow, submit->time);
    (void)context;
    wait_begin(flow, submit);
}

/* From the arrival, or the moment when it was asked for; by nobody's thread: the kernel copies. */
static void add_ring_copy(struct context *context, const struct flow *flow,
                          const struct operation *operation, const struct event *complete,
                          struct boundary arrived)
{
    struct phase span = {
        .kind = PHASE_COPY,
        .connection = flow->connection,
        .call = complete->call,
        .begin = arrived.time,
        .end = complete->time,
        .begin_from = arrived.from,
        .end_from = SOURCE_STOP,
        .uncertainty = arrived.late + completion_late(context->lanes, complete),
        .first = operation->submit->number,
        .last = complete->number,
    };
    lanes_add(context->lanes, &span);
}

static void on_complete(struct context *context, struct flow *flow,
                        const struct event *complete)
{
    const struct lanes *lanes = context->lanes;
    const struct operation *operation =
        operations_of(&lanes->operations, lanes->recording, complete);
    bool ended = complete->error ? complete->error == ECONNRESET : complete->result == 0;
    if (!operation || (complete->bytes <= 0 && !ended))
        return;
    struct boundary latest = {complete->time, completion_late(lanes, complete), SOURCE_STOP};
    struct boundary arrived = {operation->submit->time, lanes_entry(lanes, operation->submit),
                               SOURCE_STOP};
    if (flow->copied_at > arrived.time)
        arrived = (struct boundary){flow->copied_at, 0, SOURCE_STOP};
    if (flow->waiting)
        arrived = wait_end(context, flow, 0, latest, complete->number);
    if (complete->bytes > 0)
        add_ring_copy(context, flow, operation, complete, arrived);
    flow->copied_at = complete->time;
    if (!operations_says(operation->submit, "PEEK"))
        flow_take(flow, ended ? -1 : complete->bytes);
    flow->over |= ended;
    if (operations_says(complete, "MORE") && !flow_pending(flow) && !flow->over)
        wait_begin(flow, complete);
}

/* One that only asks whether something is there. */
static void on_polled(struct context *context, struct flow *flow, const struct event *complete)
{
    if (!complete->error)
        readable(flow,
                 (struct boundary){complete->time, completion_late(context->lanes, complete),
                                   SOURCE_STOP});
}

static void on_ring(struct context *context, struct flow *flow, const struct event *event)
{
    if (event->kind == EVENT_SUBMIT && receives(event))
        on_submit(context, flow, event);
    else if (event->kind == EVENT_COMPLETE && phase_ring_receives(event->call))
        on_complete(context, flow, event);
    else if (event->kind == EVENT_COMPLETE && phase_call_is(event->call, "IORING_OP_POLL_ADD"))
        on_polled(context, flow, event);
}

/* --- wait calls --- */

static void on_asked(void *argument, int connection, const struct event *enter)
{
    struct context *context = argument;
    struct flow *flow = flow_get(&context->flows, connection);
    if (!flow) {
        context->failed = true;
        return;
    }
    if (flow->over || (flow->left && enter->fd != EVENT_NONE))
        return; /* epoll that has told of an edge is silent about the rest: that is no wait */
    if (enter->ready == EVENT_NO)
        flow_empty(flow, enter->time);
    else if (!flow->has_steps || flow->waiting)
        return; /* something can be read: whether here, only the call's exit tells */
    if (!flow_pending(flow))
        wait_begin(flow, enter);
}

static void on_readable(void *argument, int connection, const struct event *leave)
{
    struct context *context = argument;
    struct flow *flow = flow_get(&context->flows, connection);
    if (!flow || !flow->waiting)
        return;
    /* One that is readable alone woke the call; among several, each could have. */
    int64_t asleep = leave->time - flow->empty_at;
    bool woke_it = leave->result == 1 && context->lanes->stop < asleep;
    readable(flow, (struct boundary){leave->time, woke_it ? context->lanes->stop : asleep,
                                     SOURCE_EXIT});
}

/* --- events --- */

/* With a ring it is no thread that waits. */
static int waiter(const struct flow *flow)
{
    return flow->since->kind == EVENT_ENTER ? flow->since->thread : 0;
}

static void on_close(struct context *context, struct flow *flow, const struct event *event)
{
    struct boundary latest = {event->time, context->lanes->stop, SOURCE_STOP};
    if (flow->waiting)
        wait_end(context, flow, waiter(flow), latest, event->number);
}

static void on_call(struct context *context, struct flow *flow, const struct event *event)
{
    bool enters = event->kind == EVENT_ENTER;
    const struct event *enter;
    if (phase_call_is(event->call, "@wait") && enters)
        watches_asked(&context->watches, event, on_asked, context);
    else if (phase_call_is(event->call, "@wait"))
        watches_readable(&context->watches, event, on_readable, context);
    else if (flow && phase_call_is(event->call, "@receive") && enters)
        on_receive_enter(context, flow, event);
    else if (flow && phase_call_is(event->call, "@receive"))
        on_receive_leave(context, flow, event);
    else if (flow && !enters &&
             (enter = recording_find(context->lanes->recording, event->pair)))
        on_arming(flow, enter, event);
}

static int on_event(struct context *context, const struct event *event)
{
    struct flow *flow = NULL;
    if (watches_learn(&context->watches, context->lanes->recording, event) < 0)
        return -1;
    if (event->connection > 0 && !(flow = flow_get(&context->flows, event->connection)))
        return -1;
    if (event->kind == EVENT_ENTER || event->kind == EVENT_LEAVE)
        on_call(context, flow, event);
    else if (flow && (event->kind == EVENT_SUBMIT || event->kind == EVENT_COMPLETE))
        on_ring(context, flow, event);
    else if (flow && event->kind == EVENT_STEP)
        return flow_step(flow, event);
    else if (flow && event->kind == EVENT_CLOSE)
        on_close(context, flow, event);
    return context->failed ? -1 : 0;
}

int lanes_connections(struct lanes *lanes)
{
    struct context context = {.lanes = lanes};
    struct boundary cut = {lanes->end, 0, SOURCE_CUT};
    int answer = 0;
    for (size_t i = 0; i < lanes->recording->count && answer == 0; i++)
        answer = on_event(&context, &lanes->recording->events[i]);
    for (struct flow *flow = context.flows; flow; flow = flow->hh.next)
        if (flow->waiting)
            wait_end(&context, flow, waiter(flow), cut, 0);
    flow_free_all(context.flows);
    watches_free(&context.watches);
    return answer;
}
