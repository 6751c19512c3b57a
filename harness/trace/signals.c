/* Family of calls: signals. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "trace/call.h"
#include "trace/duration.h"
#include "trace/memory.h"
#include "trace/signal.h"

/* As rt_sigaction(2) takes it; glibc's struct differs. */
struct kernel_action {
    uint64_t handler, flags, restorer, mask;
};

static const struct text_name action_flags[] = {
    TEXT_NAME(SA_RESTART),   TEXT_NAME(SA_SIGINFO), TEXT_NAME(SA_NOCLDSTOP),
    TEXT_NAME(SA_NOCLDWAIT), TEXT_NAME(SA_NODEFER), TEXT_NAME(SA_RESETHAND),
    TEXT_NAME(SA_ONSTACK),   TEXT_NAMES_END,
};
enum { SA_RESTORER_FLAG = 0x04000000 }; /* set by every C library, says nothing */

const char *signal_name(int signal, char *buffer, size_t size)
{
    const char *name = sigabbrev_np(signal);
    if (name)
        snprintf(buffer, size, "SIG%s", name);
    else if (signal < SIGRTMIN)
        snprintf(buffer, size, "signal %d", signal); /* the C library keeps it for itself */
    else
        snprintf(buffer, size, "SIGRTMIN+%d", signal - SIGRTMIN);
    return buffer;
}

static void add_signal(struct visit *visit, int signal)
{
    char name[32];
    text_add(&visit->detail, signal_name(signal, name, sizeof name));
}

static enum call_plan sigaction_enter(struct visit *visit)
{
    struct kernel_action action;
    add_signal(visit, (int)visit->arguments[0]);
    if (!memory_read(visit->thread->tid, visit->arguments[1], &action, sizeof action))
        return CALL_WRITE;
    uint64_t flags = action.flags & ~(uint64_t)SA_RESTORER_FLAG;
    text_add(&visit->detail, action.handler == (uintptr_t)SIG_DFL   ? " SIG_DFL"
                             : action.handler == (uintptr_t)SIG_IGN ? " SIG_IGN"
                                                                    : " handler");
    if (flags)
        text_add(&visit->detail, " ");
    text_flags(&visit->detail, flags, action_flags);
    return CALL_WRITE;
}

/* Whether a signal has a handler decides what becomes of a call that it breaks off. */
static void sigaction_leave(struct visit *visit)
{
    struct kernel_action action;
    struct process *process = visit->thread->process;
    uint64_t signal = visit->arguments[0];
    if (visit->result < 0 || signal >= _NSIG ||
        !memory_read(visit->thread->tid, visit->arguments[1], &action, sizeof action))
        return;
    process->handled[signal] =
        action.handler != (uintptr_t)SIG_DFL && action.handler != (uintptr_t)SIG_IGN;
    process->signal_flags[signal] = action.flags;
}

static enum call_plan forever_enter(struct visit *visit)
{
    visit->event.timeout = EVENT_FOREVER;
    return CALL_WRITE;
}

static enum call_plan sigtimedwait_enter(struct visit *visit)
{
    visit->event.timeout =
        duration_timespec(visit->thread->tid, visit->arguments[2], EVENT_FOREVER);
    return CALL_WRITE;
}

static enum call_plan kill_enter(struct visit *visit)
{
    text_format(&visit->detail, "%d ", (int)visit->arguments[0]);
    add_signal(visit, (int)visit->arguments[1]);
    return CALL_WRITE;
}

static enum call_plan tgkill_enter(struct visit *visit)
{
    text_format(&visit->detail, "%d %d ", (int)visit->arguments[0], (int)visit->arguments[1]);
    add_signal(visit, (int)visit->arguments[2]);
    return CALL_WRITE;
}

/* clang-format off */
const struct call calls_signals[] = {
    CALL(rt_sigaction, "sigaction", 0, 0, sigaction_enter, sigaction_leave),
    CALL(rt_sigsuspend, "sigsuspend", 0, 0, forever_enter, NULL),
    CALL(rt_sigtimedwait, "sigtimedwait", 0, 0, sigtimedwait_enter, NULL),
    CALL(pause, "pause", 0, 0, forever_enter, NULL),
    CALL(kill, "kill", 0, 0, kill_enter, NULL),
    CALL(tkill, "tkill", 0, 0, kill_enter, NULL),
    CALL(tgkill, "tgkill", 0, 0, tgkill_enter, NULL),
    CALLS_END,
};
