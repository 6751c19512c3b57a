/* One stop, told by its kind. See stop.h. */
#include "trace/stop.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "trace/call.h"
#include "trace/enter.h"
#include "trace/handlers.h"
#include "trace/ring.h"
#include "trace/signal.h"

/*
 * While a broken-off call is pending, the next entry shows itself by the filter's own stop. A
 * request that fails means that the thread is being killed: its end comes by waitpid.
 */
void stop_resume(struct thread *thread, int signal)
{
    bool inside = thread->inside.call && !thread->inside.restart;
    int request = inside                     ? PTRACE_SYSCALL
                  : handlers_running(thread) ? PTRACE_SINGLESTEP
                                             : PTRACE_CONT;
    ptrace(request, thread->tid, NULL, (void *)(intptr_t)signal);
}

static void listen_on(struct thread *thread)
{
    ptrace(PTRACE_LISTEN, thread->tid, NULL, NULL);
}

/* Its very first stop: goes on, or stands still until released. */
static void begin(struct trace *trace, struct thread *thread)
{
    bool is_thread = thread->tid != thread->process->pid;
    if (trace->hold && is_thread)
        thread->held = true;
    else
        stop_resume(thread, 0);
}

void stop_release(struct trace *trace)
{
    struct thread *thread, *next;
    HASH_ITER(hh, trace->threads, thread, next)
    {
        if (thread->held) {
            thread->held = false;
            stop_resume(thread, 0);
        }
    }
}

static void signal_stop(struct trace *trace, struct thread *thread, int signal, int64_t time)
{
    char name[32];
    siginfo_t info;
    struct event event = event_make(EVENT_SIGNAL);
    if (signal >= _NSIG || ptrace(PTRACE_GETSIGINFO, thread->tid, NULL, &info) < 0) {
        stop_resume(thread, signal);
        return;
    }
    if (thread->inside.restart && thread->process->handled[signal])
        leave_broken_off(trace, thread, signal, time);
    thread->process->signals += thread->process->handled[signal];
    event.time = time;
    event.process = thread->process->number;
    event.thread = thread->number;
    event.result = signal;
    event.error = info.si_code;
    event.fd = signal_descriptor(signal, info.si_code, info.si_fd);
    const struct slot *slot = descriptor_find(thread->descriptors, event.fd);
    event.connection = slot ? slot->connection : 0;
    event.detail = signal_name(signal, name, sizeof name);
    uint64_t number = event_write(trace->options.out, &event);
    if (trace->watch_handlers && thread->process->handled[signal])
        handlers_enter(trace, thread, signal, number);
    stop_resume(thread, signal);
}

/* PTRACE_EVENT_STOP: a new thread, a group stop, or the end of one. */
static void other_stop(struct trace *trace, struct thread *thread, int signal)
{
    bool group =
        signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
    thread->stopped = group;
    if (group) {
        listen_on(thread);
    } else if (!thread->begun) {
        thread->begun = true;
        begin(trace, thread);
    } else {
        stop_resume(thread, 0);
    }
}

/* The two stops of a birth, the parent's and the child's own, come in any order. */
static void birth_stop(struct trace *trace, struct thread *parent, int64_t time)
{
    unsigned long id = 0;
    if (ptrace(PTRACE_GETEVENTMSG, parent->tid, NULL, &id) < 0) {
        stop_resume(parent, 0);
        return;
    }
    struct thread *child = tracee_find(trace, (pid_t)id);
    bool stopped = child != NULL;
    if (!child)
        child = tracee_add(trace, (pid_t)id);
    if (child && !child->process)
        tracee_born(trace, child, parent, parent->inside.note, time);
    stop_resume(parent, 0);
    if (!stopped || !child || !child->process)
        return;
    if (child->dead)
        tracee_remove(trace, child, -SIGKILL, time);
    else
        other_stop(trace, child, child->early);
}

static void exec_stop(struct trace *trace, pid_t pid, int64_t time)
{
    unsigned long former = 0;
    if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &former) < 0)
        return;
    struct thread *thread = tracee_find(trace, (pid_t)former);
    if (!thread || !thread->process)
        thread = tracee_find(trace, pid);
    if (thread && thread->process) {
        tracee_exec(trace, thread, time);
        stop_resume(thread, 0);
    }
}

static void adopt_if_orphan(struct trace *trace, struct thread *thread, int64_t time)
{
    if (!tracee_is_orphan(trace, thread))
        return;
    tracee_adopt(trace, thread, time);
    if (thread->process)
        other_stop(trace, thread, thread->early);
}

/* Children that stand until their parent tells of them may have lost it now. */
static void look_for_orphans(struct trace *trace, int64_t time)
{
    struct thread *thread, *next;
    HASH_ITER(hh, trace->threads, thread, next)
    {
        if (!thread->process)
            adopt_if_orphan(trace, thread, time);
    }
}

static void end(struct trace *trace, pid_t tid, int status, int64_t time)
{
    int64_t result = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    struct thread *thread = tracee_find(trace, tid);
    if (tid == trace->root) {
        trace->root_status = status;
        trace->root_ended = true;
    }
    if (!thread)
        thread = tracee_add(trace, tid);
    if (thread && !thread->process)
        thread->dead = true; /* its parent has yet to tell of it */
    else if (thread)
        tracee_remove(trace, thread, result, time);
    look_for_orphans(trace, time);
}

static void stop(struct trace *trace, struct thread *thread, int status, int64_t time)
{
    int signal = WSTOPSIG(status);
    if (trace->rings)
        ring_look(trace, thread, time);
    switch (status >> 16) {
    case 0:
        if (signal == (SIGTRAP | 0x80))
            leave_stop(trace, thread, time);
        else if (signal != SIGTRAP || !handlers_step(trace, thread, time))
            signal_stop(trace, thread, signal, time);
        break;
    case PTRACE_EVENT_SECCOMP:
        enter_stop(trace, thread, time);
        break;
    case PTRACE_EVENT_CLONE:
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
        birth_stop(trace, thread, time);
        break;
    case PTRACE_EVENT_STOP:
        other_stop(trace, thread, signal);
        break;
    default:
        stop_resume(thread, 0);
    }
}

void stop_handle(struct trace *trace, pid_t tid, int status)
{
    int64_t time = event_now(trace->options.out);
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
        end(trace, tid, status, time);
        return;
    }
    if (status >> 16 == PTRACE_EVENT_EXEC) {
        exec_stop(trace, tid, time);
        return;
    }
    struct thread *thread = tracee_find(trace, tid);
    if (thread && thread->process)
        stop(trace, thread, status, time);
    else if (thread || (thread = tracee_add(trace, tid))) {
        thread->early = WSTOPSIG(status); /* stands until its parent tells of it */
        adopt_if_orphan(trace, thread, time);
    }
}
