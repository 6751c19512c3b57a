/* The tracer's thread, and what other threads may ask of it. See trace.h. */
#include "trace/trace.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/phase.h"
#include "trace/call.h"
#include "trace/counts.h"
#include "trace/placement.h"
#include "trace/stop.h"
#include "trace/watch.h"

enum {
    OPTIONS = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
              PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL,
    WAIT_FLAGS = __WALL | __WNOTHREAD, /* the process may have other children */
    BATCH = 256,
    BATCH_EVERY = 32,
};

/* Interrupts the tracer's waitpid: wishes are looked at then. */
static int wake_signal(void)
{
    return SIGRTMIN;
}

static void on_wake(int signal)
{
    (void)signal;
}

static void set_state(struct trace *trace, enum watch_state state, int error)
{
    trace->state = state;
    trace->error = error;
    pthread_cond_broadcast(&trace->changed);
}

/* waitpid finds the newest threads first. Now and then all that wait are served, so that one
   that never sleeps keeps none of the others waiting. */
static void serve_all(struct trace *trace)
{
    pid_t tids[BATCH];
    int statuses[BATCH], count = 0;
    while (count < BATCH &&
           (tids[count] = waitpid(-1, &statuses[count], WAIT_FLAGS | WNOHANG)) > 0)
        count++;
    for (int i = 0; i < count; i++)
        stop_handle(trace, tids[i], statuses[i]);
}

static void fulfil_wishes(struct trace *trace)
{
    if (!trace->release)
        return;
    trace->release = false;
    stop_release(trace);
    pthread_cond_broadcast(&trace->changed);
}

/* Until no watched thread is left. */
static void serve(struct trace *trace)
{
    struct placement placement;
    placement_begin(&placement);
    for (unsigned stops = 1;; stops++) {
        int status;
        pid_t tid = waitpid(-1, &status, WAIT_FLAGS);
        bool none_left = tid < 0 && errno != EINTR;
        pthread_mutex_lock(&trace->lock);
        if (none_left)
            return;
        fulfil_wishes(trace);
        if (tid > 0)
            stop_handle(trace, tid, status);
        if (stops % BATCH_EVERY == 0 && HASH_COUNT(trace->threads) > 1)
            serve_all(trace);
        pthread_mutex_unlock(&trace->lock);
        if (tid > 0)
            placement_follow(&placement, tid);
    }
}

/* What is left are threads of whose end nothing was told. */
static void forget_all(struct trace *trace)
{
    struct thread *thread, *next;
    HASH_ITER(hh, trace->threads, thread, next)
    {
        tracee_remove(trace, thread, -SIGKILL, event_now(trace->options.out));
    }
}

static void *work(void *context)
{
    struct trace *trace = context;
    pthread_mutex_lock(&trace->lock);
    if (ptrace(PTRACE_SEIZE, trace->root, NULL, (void *)(intptr_t)OPTIONS) < 0) {
        set_state(trace, WATCH_REFUSED, errno);
        pthread_mutex_unlock(&trace->lock);
        return NULL;
    }
    struct thread *root = tracee_add(trace, trace->root);
    if (root) {
        root->begun = true;
        tracee_adopt(trace, root, event_now(trace->options.out));
    }
    set_state(trace, WATCH_ATTACHED, 0);
    pthread_mutex_unlock(&trace->lock);
    serve(trace); /* comes back with the lock */
    forget_all(trace);
    trace->release = false;
    set_state(trace, WATCH_ENDED, 0);
    pthread_mutex_unlock(&trace->lock);
    return NULL;
}

/* Without SA_NOCLDSTOP each stop would send a SIGCHLD, and wake some other thread of ours. */
static void set_signals(void)
{
    struct sigaction wake = {.sa_handler = on_wake}, child;
    sigemptyset(&wake.sa_mask);
    sigaction(wake_signal(), &wake, NULL);
    sigaction(SIGCHLD, NULL, &child);
    child.sa_flags |= SA_NOCLDSTOP;
    sigaction(SIGCHLD, &child, NULL);
}

/* The tracer's thread takes no signal but its own: all others belong to the program's main. */
static int start_worker(struct trace *trace)
{
    sigset_t all, old;
    set_signals();
    sigfillset(&all);
    sigdelset(&all, wake_signal());
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&trace->worker, NULL, work, trace);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error;
}

static void trace_free(struct trace *trace)
{
    counts_free(&trace->counts);
    fault_free(&trace->faults);
    free(trace->connections.holders);
    pthread_mutex_destroy(&trace->lock);
    pthread_cond_destroy(&trace->changed);
    free(trace);
}

static const char *refusal(int error)
{
    return error == EPERM
               ? " (something forbids ptrace: kernel.yama.ptrace_scope, a container's "
                 "seccomp profile, or another tracer; iolab doctor says more)"
               : "";
}

static bool kernel_at_least(int major, int minor)
{
    struct utsname machine;
    int have[2];
    return uname(&machine) == 0 && sscanf(machine.release, "%d.%d", &have[0], &have[1]) == 2 &&
           (have[0] > major || (have[0] == major && have[1] >= minor));
}

struct trace *trace_start(pid_t pid, const struct trace_options *options,
                          struct failure *failure)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        failure_errno(failure, STATUS_MACHINE, "cannot watch the program");
        return NULL;
    }
    trace->options = *options;
    trace->root = pid;
    trace->modes = 1;
    pthread_mutex_init(&trace->lock, NULL);
    pthread_cond_init(&trace->changed, NULL);
    call_index();
    trace->injects = kernel_at_least(6, 10);
    int error = start_worker(trace);
    if (!error) {
        pthread_mutex_lock(&trace->lock);
        while (trace->state == WATCH_STARTING)
            pthread_cond_wait(&trace->changed, &trace->lock);
        if (trace->state == WATCH_REFUSED)
            error = trace->error;
        pthread_mutex_unlock(&trace->lock);
        if (!error)
            return trace;
        pthread_join(trace->worker, NULL);
    }
    failure_set(failure, STATUS_MACHINE, "cannot watch process %d: %s%s", pid, strerror(error),
                refusal(error));
    trace_free(trace);
    return NULL;
}

void trace_fault(struct trace *trace, const struct trace_fault *fault)
{
    pthread_mutex_lock(&trace->lock);
    fault_add(&trace->faults, fault);
    pthread_mutex_unlock(&trace->lock);
}

void trace_hold_threads(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    trace->hold = true;
    pthread_mutex_unlock(&trace->lock);
}

/* The signal may come just before waitpid sleeps and be lost: it is sent until it was heard. */
void trace_release_threads(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    trace->hold = false;
    trace->release = trace->state == WATCH_ATTACHED;
    while (trace->release) {
        struct timespec until;
        pthread_kill(trace->worker, wake_signal());
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 2 * CLOCK_MILLISECOND;
        until.tv_sec += until.tv_nsec / CLOCK_SECOND;
        until.tv_nsec %= CLOCK_SECOND;
        pthread_cond_timedwait(&trace->changed, &trace->lock, &until);
    }
    pthread_mutex_unlock(&trace->lock);
}

void trace_watch_handlers(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    trace->watch_handlers = true;
    pthread_mutex_unlock(&trace->lock);
}

bool trace_inside(struct trace *trace, const char *call, int connection)
{
    bool found = false;
    pthread_mutex_lock(&trace->lock);
    for (struct thread *thread = trace->threads; thread && !found; thread = thread->hh.next) {
        const struct inside *inside = &thread->inside;
        found = inside->name && (!connection || inside->connection == connection) &&
                phase_call_is(inside->name, call);
    }
    pthread_mutex_unlock(&trace->lock);
    return found;
}

int64_t trace_count(struct trace *trace, const char *call, int connection)
{
    pthread_mutex_lock(&trace->lock);
    int64_t sum = counts_of(&trace->counts, call, connection);
    pthread_mutex_unlock(&trace->lock);
    return sum;
}

bool trace_stopped(struct trace *trace)
{
    bool stopped = true;
    pthread_mutex_lock(&trace->lock);
    for (struct thread *thread = trace->threads; thread && stopped; thread = thread->hh.next)
        stopped = thread->stopped || thread->ended || thread->held;
    pthread_mutex_unlock(&trace->lock);
    return stopped;
}

void trace_kill(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    for (struct thread *thread = trace->threads; thread; thread = thread->hh.next)
        kill(thread->tid, SIGKILL);
    pthread_mutex_unlock(&trace->lock);
}

bool trace_ended(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    bool ended = trace->state == WATCH_ENDED;
    pthread_mutex_unlock(&trace->lock);
    return ended;
}

bool trace_status(struct trace *trace, int *status)
{
    pthread_mutex_lock(&trace->lock);
    bool ended = trace->root_ended;
    *status = trace->root_status;
    pthread_mutex_unlock(&trace->lock);
    return ended;
}

void trace_wait(struct trace *trace)
{
    pthread_mutex_lock(&trace->lock);
    while (trace->state != WATCH_ENDED)
        pthread_cond_wait(&trace->changed, &trace->lock);
    pthread_mutex_unlock(&trace->lock);
}

void trace_stop(struct trace *trace)
{
    pthread_join(trace->worker, NULL);
    trace_free(trace);
}
