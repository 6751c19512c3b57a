/* Family of calls: threads and processes, how they begin, wait for each other, and end. */
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/wait.h>

#include "trace/call.h"
#include "trace/duration.h"
#include "trace/memory.h"

/* inside.note keeps the flags for the stop at which the child is told of. */
static enum call_plan make(struct visit *visit, uint64_t flags)
{
    visit->thread->inside.note = flags;
    if (flags & CLONE_THREAD)
        visit->event.call = "pthread_create";
    else if (flags & CLONE_VFORK)
        visit->event.call = "vfork";
    return CALL_WRITE;
}

static enum call_plan clone_enter(struct visit *visit)
{
    return make(visit, visit->arguments[0]);
}

static enum call_plan clone3_enter(struct visit *visit)
{
    struct clone_args arguments = {0};
    uint64_t size = visit->arguments[1];
    if (size > sizeof arguments)
        size = sizeof arguments;
    memory_read(visit->thread->tid, visit->arguments[0], &arguments, size);
    if (arguments.stack_size)
        visit->event.bytes = (int64_t)arguments.stack_size;
    return make(visit, arguments.flags);
}

static enum call_plan fork_enter(struct visit *visit)
{
    return make(visit, 0);
}

static enum call_plan vfork_enter(struct visit *visit)
{
    return make(visit, CLONE_VFORK | CLONE_VM);
}

static enum call_plan futex_enter(struct visit *visit)
{
    static const struct text_name operations[] = {
        TEXT_NAME(FUTEX_WAIT),
        TEXT_NAME(FUTEX_WAIT_BITSET),
        TEXT_NAME(FUTEX_LOCK_PI),
        TEXT_NAMES_END,
    };
    uint64_t operation = visit->arguments[1] & FUTEX_CMD_MASK;
    visit->event.address = visit->arguments[0];
    text_value(&visit->detail, operation, operations);
    if (operation == FUTEX_WAIT)
        visit->event.timeout =
            duration_timespec(visit->thread->tid, visit->arguments[3], EVENT_FOREVER);
    else if (!visit->arguments[3])
        visit->event.timeout = EVENT_FOREVER; /* with one it is a point in time */
    return CALL_WRITE;
}

/* The end of a thread is seen late, and of the first one only after all others: it is written
   when the thread says so. */
static enum call_plan exit_enter(struct visit *visit)
{
    tracee_ended(visit->trace, visit->thread, (int)visit->arguments[0] & 0xff, visit->time);
    return CALL_LEAVE;
}

static enum call_plan execve_enter(struct visit *visit)
{
    char path[256];
    memory_read_string(visit->thread->tid, visit->arguments[0], path, sizeof path);
    text_add(&visit->detail, path);
    return CALL_WRITE;
}

static enum call_plan wait_enter(struct visit *visit)
{
    text_number(&visit->detail, (int)visit->arguments[0]);
    visit->event.timeout = visit->arguments[2] & WNOHANG ? EVENT_NONE : EVENT_FOREVER;
    return CALL_WRITE;
}

/* clang-format off */
const struct call calls_threads[] = {
    CALL(clone, "fork", 0, 0, clone_enter, NULL),
    CALL(clone3, "fork", 0, 0, clone3_enter, NULL),
    CALL(fork, "fork", 0, 0, fork_enter, NULL),
    CALL(vfork, "vfork", 0, 0, vfork_enter, NULL),
    CALL(futex, "futex", 0, 0, futex_enter, NULL),
    CALL(exit, "exit", 0, 0, exit_enter, NULL),
    CALL(execve, "execve", 0, 0, execve_enter, NULL),
    CALL(wait4, "waitpid", 0, 0, wait_enter, NULL),
    CALLS_END,
};
