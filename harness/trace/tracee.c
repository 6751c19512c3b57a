/* Threads and processes that are watched. See tracee.h. */
#include "trace/tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trace/handlers.h"
#include "trace/ring_fault.h"
#include "trace/symbols.h"
#include "trace/watch.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* Linux 6.9 */
#endif

struct thread *tracee_find(struct trace *trace, pid_t tid)
{
    struct thread *thread;
    HASH_FIND(hh, trace->threads, &tid, sizeof tid, thread);
    return thread;
}

struct thread *tracee_add(struct trace *trace, pid_t tid)
{
    struct thread *thread = calloc(1, sizeof *thread);
    if (!thread)
        return NULL;
    thread->tid = tid;
    HASH_ADD(hh, trace->threads, tid, sizeof thread->tid, thread);
    return thread;
}

static struct process *process_new(struct trace *trace, pid_t pid)
{
    struct process *process = calloc(1, sizeof *process);
    if (!process)
        return NULL;
    process->pid = pid;
    process->pidfd = -1;
    process->number = ++trace->process_numbers;
    return process;
}

static void say(struct trace *trace, const struct thread *thread, enum event_kind kind,
                int64_t result, const char *detail, int64_t time)
{
    struct event event = event_make(kind);
    event.time = time;
    event.process = thread->process->number;
    event.thread = thread->number;
    event.result = result;
    event.detail = detail;
    event_write(trace->options.out, &event);
}

static void start(struct trace *trace, struct thread *thread, struct process *process,
                  const char *what, int64_t time)
{
    thread->process = process;
    thread->number = ++trace->thread_numbers;
    process->threads++;
    say(trace, thread, EVENT_THREAD_START, thread->tid, what, time);
}

void tracee_adopt(struct trace *trace, struct thread *thread, int64_t time)
{
    struct process *process = process_new(trace, thread->tid);
    if (!process)
        return;
    thread->descriptors = descriptors_new();
    start(trace, thread, process, "process", time);
}

/* The parent of a stopped process, or, of another thread, the process; 0 when it is gone. */
static pid_t parent_of(pid_t tid)
{
    char path[64], line[128];
    int group = 0, parent = 0;
    snprintf(path, sizeof path, "/proc/%d/status", tid);
    FILE *status = fopen(path, "re");
    while (status && !parent && fgets(line, sizeof line, status)) {
        sscanf(line, "Tgid: %d", &group);
        sscanf(line, "PPid: %d", &parent);
    }
    if (status)
        fclose(status);
    return group == tid ? parent : group;
}

/* The kernel gives a child to another parent before it tells of the death of its own. */
bool tracee_is_orphan(struct trace *trace, const struct thread *thread)
{
    if (thread->process || thread->dead)
        return false;
    pid_t parent = parent_of(thread->tid);
    return parent && !tracee_find(trace, parent);
}

void tracee_born(struct trace *trace, struct thread *thread, struct thread *parent,
                 uint64_t flags, int64_t time)
{
    struct process *process = parent->process;
    thread->library_masks = parent->library_masks;
    if (!(flags & CLONE_THREAD)) {
        process = process_new(trace, thread->tid);
        if (!process)
            return;
        memcpy(process->handled, parent->process->handled, sizeof process->handled);
        memcpy(process->signal_flags, parent->process->signal_flags,
               sizeof process->signal_flags);
    }
    thread->descriptors = flags & CLONE_FILES ? descriptors_share(parent->descriptors)
                                              : descriptors_copy(trace, parent->descriptors);
    start(trace, thread, process, flags & CLONE_THREAD ? "thread" : "process", time);
}

void tracee_ended(struct trace *trace, struct thread *thread, int64_t result, int64_t time)
{
    if (thread->ended || !thread->process)
        return;
    thread->ended = true;
    thread->inside = (struct inside){0};
    if (thread->tid == thread->process->pid)
        thread->process->leader_gone = true;
    say(trace, thread, EVENT_THREAD_END, result, NULL, time);
}

void tracee_remove(struct trace *trace, struct thread *thread, int64_t result, int64_t time)
{
    struct process *process = thread->process;
    tracee_ended(trace, thread, result, time);
    HASH_DEL(trace->threads, thread);
    if (process) {
        for (int i = 0; i < RING_REGISTERED_MOST; i++)
            ring_leave(trace, thread, thread->registered[i], time);
        descriptors_leave(trace, thread, time);
        if (--process->threads == 0) {
            ring_forget(trace, process);
            if (process->pidfd >= 0)
                close(process->pidfd);
            symbols_free(process->symbols);
            free(process);
        }
    }
    handlers_forget(thread);
    ring_fault_undo(thread);
    free(thread);
}

/* Which descriptors were closed by exec is asked, not kept: a copy of those cannot be had. */
static void forget_closed(struct trace *trace, struct thread *thread, int64_t time)
{
    struct descriptors *table = thread->descriptors;
    for (int fd = 0; table && fd < table->count; fd++) {
        if (!descriptor_find(table, fd))
            continue;
        int copy = tracee_copy(thread, fd);
        if (copy >= 0)
            close(copy);
        else if (errno == EBADF)
            descriptor_close(trace, thread, fd, time);
    }
}

void tracee_exec(struct trace *trace, struct thread *thread, int64_t time)
{
    struct process *process = thread->process;
    struct thread *leader = tracee_find(trace, process->pid);
    if (leader && leader != thread)
        tracee_remove(trace, leader, 0, time); /* it ends without a word to the tracer */
    if (thread->tid != process->pid) {
        HASH_DEL(trace->threads, thread);
        thread->tid = process->pid;
        HASH_ADD(hh, trace->threads, tid, sizeof thread->tid, thread);
    }
    process->leader_gone = false;
    memset(process->handled, 0, sizeof process->handled);
    handlers_forget(thread);
    symbols_free(process->symbols);
    process->symbols = NULL;
    if (thread->descriptors && thread->descriptors->holders > 1) {
        struct descriptors *own = descriptors_copy(trace, thread->descriptors);
        descriptors_leave(trace, thread, time);
        thread->descriptors = own;
    }
    forget_closed(trace, thread, time);
}

/* A pidfd of a process finds its descriptors through its first thread, which may be gone. */
static int copy_from_thread(const struct thread *thread, int fd)
{
    int pidfd = (int)syscall(SYS_pidfd_open, thread->tid, PIDFD_THREAD);
    if (pidfd < 0)
        return -1;
    int copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    int saved = errno;
    close(pidfd);
    errno = saved;
    return copy;
}

int tracee_copy(struct thread *thread, int fd)
{
    struct process *process = thread->process;
    if (process->leader_gone)
        return copy_from_thread(thread, fd);
    if (process->pidfd < 0)
        process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->pidfd < 0)
        return -1;
    return (int)syscall(SYS_pidfd_getfd, process->pidfd, fd, 0);
}
