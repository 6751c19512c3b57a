/* The stop before a system call: what is it, would it sleep, shall it fail. See enter.h. */
#include "trace/enter.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>

#include "trace/call.h"
#include "trace/counts.h"
#include "trace/memory.h"
#include "trace/ready.h"
#include "trace/restart.h"
#include "trace/ring.h"
#include "trace/stop.h"

/* How many bytes a call is asked to move, and where the first of them is. */
static void decode_vectors(struct visit *visit, uint64_t address, uint64_t count)
{
    struct iovec vectors[MEMORY_VECTORS];
    size_t got = memory_read_vectors(visit->thread->tid, address, count, vectors);
    visit->event.bytes = 0;
    for (size_t i = 0; i < got; i++)
        visit->event.bytes += (int64_t)vectors[i].iov_len;
    if (got)
        visit->event.address = (uintptr_t)vectors[0].iov_base;
}

static void decode_bytes(struct visit *visit)
{
    const uint64_t *arguments = visit->arguments;
    struct msghdr message;
    switch (visit->call->traits & (CALL_BUFFER | CALL_VECTOR | CALL_MESSAGE)) {
    case CALL_BUFFER:
        visit->event.address = arguments[1];
        visit->event.bytes = arguments[2] > INT64_MAX ? INT64_MAX : (int64_t)arguments[2];
        break;
    case CALL_VECTOR:
        decode_vectors(visit, arguments[1], arguments[2]);
        break;
    case CALL_MESSAGE:
        if (memory_read(visit->thread->tid, arguments[1], &message, sizeof message))
            decode_vectors(visit, (uintptr_t)message.msg_iov, message.msg_iovlen);
        break;
    }
}

/* Fills in the event by the call's traits, then by its own function. */
static enum call_plan decode(struct visit *visit)
{
    const struct call *call = visit->call;
    enum call_plan plan = CALL_WRITE;
    if ((call->traits & CALL_FILE) && visit->trace->options.connections_only)
        return CALL_LEAVE;
    visit->event.call = call->name;
    if (call->traits & CALL_FD) {
        visit->event.fd = (int)visit->arguments[0];
        plan = ready_ask(visit);
        if (plan == CALL_LEAVE)
            return plan;
    }
    if (call->traits & CALL_MOVES)
        decode_bytes(visit);
    if (call->enter)
        plan = call->enter(visit);
    visit->event.detail = text_result(&visit->detail);
    return plan;
}

static void write_fault(struct visit *visit)
{
    struct event event = event_make(EVENT_FAULT);
    event.time = visit->time;
    event.process = visit->event.process;
    event.thread = visit->event.thread;
    event.call = visit->event.call;
    event.fd = visit->event.fd;
    event.connection = visit->event.connection;
    event.pair = visit->event.number;
    event.error = visit->thread->fault.error;
    event.bytes = event.error ? EVENT_NONE : visit->thread->fault.at_most;
    event_write(visit->trace->options.out, &event);
}

/* The thread goes on first; what it does is written while it does it. */
static void go_in(struct visit *visit, enum call_plan plan)
{
    struct inside *inside = &visit->thread->inside;
    struct event *event = &visit->event;
    inside->call = visit->call;
    inside->fd = event->fd;
    inside->connection = event->connection;
    if (plan == CALL_FOLLOW) {
        stop_resume(visit->thread, 0);
        return;
    }
    inside->name = event->call;
    if (fault_late(visit)) { /* as if asleep in it, for those who ask */
        inside->call = NULL;
        stop_resume(visit->thread, 0);
        return;
    }
    bool faulty = fault_apply(visit);
    if (!visit->ring)
        stop_resume(visit->thread, 0);
    inside->enter = event_write(visit->trace->options.out, event);
    event->number = inside->enter;
    counts_add(&visit->trace->counts, event);
    if (visit->ring) { /* its entries may change as soon as it goes on */
        if (!faulty)
            ring_submit(visit);
        stop_resume(visit->thread, 0);
    }
    if (faulty)
        write_fault(visit);
}

static void enter(struct trace *trace, struct thread *thread, const struct call *call,
                  int64_t time)
{
    struct visit visit = {
        .trace = trace,
        .thread = thread,
        .call = call,
        .arguments = thread->inside.arguments,
        .time = time,
        .event = event_make(EVENT_ENTER),
    };
    text_begin(&visit.detail, trace->detail, sizeof trace->detail);
    visit.event.time = time;
    visit.event.process = thread->process->number;
    visit.event.thread = thread->number;
    enum call_plan plan = decode(&visit);
    if (plan == CALL_LEAVE) {
        thread->inside = (struct inside){0};
        stop_resume(thread, 0);
        return;
    }
    go_in(&visit, plan);
}

void enter_stop(struct trace *trace, struct thread *thread, int64_t time)
{
    struct __ptrace_syscall_info info;
    long size = ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, (void *)sizeof info, &info);
    if (size < 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP) {
        stop_resume(thread, 0);
        return;
    }
    if (thread->inside.restart) {
        if (restart_is(thread, info.seccomp.nr, info.seccomp.args)) {
            thread->inside.restart = 0;
            stop_resume(thread, 0);
            return;
        }
        leave_broken_off(trace, thread, 0, time);
    }
    const struct call *call = call_find(info.seccomp.nr);
    thread->inside = (struct inside){.fd = EVENT_NONE};
    if (!call) {
        stop_resume(thread, 0);
        return;
    }
    memcpy(thread->inside.arguments, info.seccomp.args, sizeof thread->inside.arguments);
    enter(trace, thread, call, time);
}
