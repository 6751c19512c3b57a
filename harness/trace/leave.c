/* The stop after a system call: what came of it. See enter.h. */
#include <errno.h>
#include <sys/ptrace.h>

#include "trace/call.h"
#include "trace/enter.h"
#include "trace/memory.h"
#include "trace/restart.h"
#include "trace/ring_fault.h"
#include "trace/stop.h"

/* The first bytes that were moved, as they stand in the program's memory now. */
static void keep_payload(struct visit *visit)
{
    int64_t most = visit->trace->options.payload;
    size_t size = (size_t)(most > EVENT_DATA_MAX ? EVENT_DATA_MAX : most);
    const uint64_t *arguments = visit->arguments;
    struct iovec vectors[MEMORY_VECTORS];
    struct msghdr message;
    pid_t tid = visit->thread->tid;
    size_t count = 1;
    if ((int64_t)size > visit->result)
        size = (size_t)visit->result;
    if (visit->call->traits & CALL_BUFFER) {
        vectors[0] = (struct iovec){(void *)(uintptr_t)arguments[1], size};
    } else if (visit->call->traits & CALL_VECTOR) {
        count = memory_read_vectors(tid, arguments[1], arguments[2], vectors);
    } else if (visit->call->traits & CALL_MESSAGE) {
        if (!memory_read(tid, arguments[1], &message, sizeof message))
            return;
        count =
            memory_read_vectors(tid, (uintptr_t)message.msg_iov, message.msg_iovlen, vectors);
    } else {
        return;
    }
    visit->event.data_size = memory_gather(tid, vectors, count, visit->trace->payload, size);
    visit->event.data = visit->trace->payload;
}

static struct visit visit_begin(struct trace *trace, struct thread *thread, int64_t result,
                                int64_t time)
{
    struct inside *inside = &thread->inside;
    struct visit visit = {
        .trace = trace,
        .thread = thread,
        .call = inside->call,
        .arguments = inside->arguments,
        .time = time,
        .result = result,
        .event = event_make(EVENT_LEAVE),
    };
    struct event *event = &visit.event;
    event->time = time;
    event->process = thread->process->number;
    event->thread = thread->number;
    event->call = inside->name;
    event->pair = inside->enter;
    event->fd = inside->fd;
    event->connection = inside->connection;
    event->result = result < 0 ? -1 : result;
    event->error = result < 0 ? (int)-result : 0;
    text_begin(&visit.detail, trace->detail, sizeof trace->detail);
    return visit;
}

static void decode(struct visit *visit)
{
    if ((visit->call->traits & CALL_MOVES) && visit->result >= 0) {
        visit->event.bytes = visit->result;
        if (visit->trace->options.payload > 0 && visit->result > 0)
            keep_payload(visit);
    }
    if (visit->call->leave)
        visit->call->leave(visit);
    visit->event.detail = text_result(&visit->detail);
}

void leave_stop(struct trace *trace, struct thread *thread, int64_t time)
{
    struct __ptrace_syscall_info info;
    struct inside *inside = &thread->inside;
    long size = ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, (void *)sizeof info, &info);
    if (size < 0 || info.op != PTRACE_SYSCALL_INFO_EXIT || !inside->call) {
        stop_resume(thread, 0);
        return;
    }
    if (thread->fault.done)
        fault_undo(thread, inside->arguments);
    if (thread->changed)
        ring_fault_undo(thread);
    if (restart_result(info.exit.rval)) {
        inside->restart = (int)-info.exit.rval;
        stop_resume(thread, 0);
        return;
    }
    struct visit visit = visit_begin(trace, thread, info.exit.rval, time);
    decode(&visit);
    *inside = (struct inside){0};
    stop_resume(thread, 0);
    if (visit.event.call)
        event_write(trace->options.out, &visit.event);
}

void leave_broken_off(struct trace *trace, struct thread *thread, int signal, int64_t time)
{
    bool again = signal && restart_after(thread, signal);
    struct visit visit = visit_begin(trace, thread, -EINTR, time);
    if (again)
        text_add(&visit.detail, "made again after the handler");
    visit.event.detail = text_result(&visit.detail);
    thread->inside = (struct inside){0};
    if (visit.event.call)
        event_write(trace->options.out, &visit.event);
}
