/* Family of calls: signals. */
#include <signal.h>
#include <sys/signalfd.h>

#include "trace/call.h"
#include "trace/duration.h"
#include "trace/memory.h"
#include "trace/pending.h"
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

/* The C library keeps two signals for itself, and takes them out of each set that it is given. */
#define LIBRARY_SIGNALS ((uint64_t)3 << 31)
#define ALL_SIGNALS     (~LIBRARY_SIGNALS)
/* Those cannot be blocked: to name them says nothing. */
#define UNBLOCKABLE ((uint64_t)1 << (SIGKILL - 1) | (uint64_t)1 << (SIGSTOP - 1))

static bool read_set(struct visit *visit, uint64_t address, uint64_t *set)
{
    return memory_read(visit->thread->tid, address, set, sizeof *set);
}

/* "{SIGIO SIGRTMIN+1}", "all". */
static void add_set(struct visit *visit, uint64_t set)
{
    const char *between = "{";
    if ((set | UNBLOCKABLE | LIBRARY_SIGNALS) == UINT64_MAX) {
        text_add(&visit->detail, "all");
        return;
    }
    for (int signal = 1; signal < _NSIG; signal++) {
        if (!(set & (uint64_t)1 << (signal - 1)))
            continue;
        text_add(&visit->detail, between);
        signal_add(&visit->detail, signal);
        between = " ";
    }
    text_add(&visit->detail, *between == ' ' ? "}" : "{}");
}

static enum call_plan sigaction_enter(struct visit *visit)
{
    struct kernel_action action;
    signal_add(&visit->detail, (int)visit->arguments[0]);
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

/*
 * While it makes a thread, the C library blocks its own signals too, and puts back what was; the
 * new thread begins with that. No program asked for it.
 */
static bool of_library(struct visit *visit, uint64_t set)
{
    struct thread *thread = visit->thread;
    bool begins = visit->arguments[0] != SIG_UNBLOCK && (set & LIBRARY_SIGNALS);
    bool ends = thread->library_masks && visit->arguments[0] == SIG_SETMASK;
    thread->library_masks = begins || (thread->library_masks && !ends);
    return begins || ends;
}

static enum call_plan sigprocmask_enter(struct visit *visit)
{
    static const struct text_name hows[] = {
        TEXT_NAME(SIG_BLOCK),
        TEXT_NAME(SIG_UNBLOCK),
        TEXT_NAME(SIG_SETMASK),
        TEXT_NAMES_END,
    };
    uint64_t set;
    if (!read_set(visit, visit->arguments[1], &set))
        return CALL_WRITE; /* NULL: it only asks */
    if (of_library(visit, set))
        return CALL_LEAVE;
    text_value(&visit->detail, visit->arguments[0], hows);
    text_add(&visit->detail, " ");
    add_set(visit, set);
    return CALL_WRITE;
}

/* Would one of these wake it at once? */
static void ask_pending(struct visit *visit, uint64_t set)
{
    uint64_t pending;
    if (pending_signals(visit->thread->tid, &pending))
        visit->event.ready = pending & set ? EVENT_YES : EVENT_NO;
}

static enum call_plan pause_enter(struct visit *visit)
{
    visit->event.timeout = EVENT_FOREVER;
    visit->event.ready = EVENT_NO; /* what is not blocked was delivered before */
    return CALL_WRITE;
}

/* Signals without a handler end the program or do nothing: neither wakes. */
static uint64_t handled_signals(const struct process *process)
{
    uint64_t handled = 0;
    for (int signal = 1; signal < _NSIG; signal++)
        if (process->handled[signal])
            handled |= (uint64_t)1 << (signal - 1);
    return handled;
}

static enum call_plan sigsuspend_enter(struct visit *visit)
{
    uint64_t blocked;
    visit->event.timeout = EVENT_FOREVER;
    if (!read_set(visit, visit->arguments[0], &blocked))
        return CALL_WRITE;
    add_set(visit, blocked);
    ask_pending(visit, ~blocked & handled_signals(visit->thread->process));
    return CALL_WRITE;
}

/* sigwait(3) makes the same call as sigwaitinfo. */
static enum call_plan sigtimedwait_enter(struct visit *visit)
{
    uint64_t set;
    if (!visit->arguments[2])
        visit->event.call = "sigwaitinfo";
    visit->event.timeout =
        duration_timespec(visit->thread->tid, visit->arguments[2], EVENT_FOREVER);
    if (!read_set(visit, visit->arguments[0], &set))
        return CALL_WRITE;
    add_set(visit, set);
    ask_pending(visit, set);
    return CALL_WRITE;
}

static void sigtimedwait_leave(struct visit *visit)
{
    siginfo_t info = {0};
    if (visit->result < 0)
        return;
    memory_read(visit->thread->tid, visit->arguments[1], &info, sizeof info);
    signal_add_taken(&visit->detail, (int)visit->result, info.si_code, info.si_fd);
}

static enum call_plan signalfd_enter(struct visit *visit)
{
    uint64_t set;
    if ((int)visit->arguments[0] >= 0)
        visit->event.fd = (int)visit->arguments[0];
    if (read_set(visit, visit->arguments[1], &set))
        add_set(visit, set);
    return CALL_WRITE;
}

static void signalfd_leave(struct visit *visit)
{
    if (visit->result < 0 || visit->event.fd >= 0)
        return; /* an old one has a new mask */
    visit->event.fd = (int)visit->result;
    descriptor_set(visit->trace, visit->thread, visit->event.fd, KIND_SIGNALS, 0, NULL,
                   visit->time);
}

void signals_read(struct visit *visit)
{
    struct signalfd_siginfo taken;
    for (int64_t at = 0; at + (int64_t)sizeof taken <= visit->result; at += sizeof taken) {
        if (!memory_read(visit->thread->tid, visit->arguments[1] + (uint64_t)at, &taken,
                         sizeof taken))
            return;
        text_add(&visit->detail, at ? " " : "");
        signal_add_taken(&visit->detail, (int)taken.ssi_signo, taken.ssi_code, taken.ssi_fd);
    }
}

static enum call_plan kill_enter(struct visit *visit)
{
    text_format(&visit->detail, "%d ", (int)visit->arguments[0]);
    signal_add(&visit->detail, (int)visit->arguments[1]);
    return CALL_WRITE;
}

static enum call_plan tgkill_enter(struct visit *visit)
{
    text_format(&visit->detail, "%d %d ", (int)visit->arguments[0], (int)visit->arguments[1]);
    signal_add(&visit->detail, (int)visit->arguments[2]);
    return CALL_WRITE;
}

/* clang-format off */
const struct call calls_signals[] = {
    CALL(rt_sigaction, "sigaction", 0, 0, sigaction_enter, sigaction_leave),
    CALL(rt_sigprocmask, "sigprocmask", 0, 0, sigprocmask_enter, NULL),
    CALL(rt_sigsuspend, "sigsuspend", 0, 0, sigsuspend_enter, NULL),
    CALL(rt_sigtimedwait, "sigtimedwait", 0, 0, sigtimedwait_enter, sigtimedwait_leave),
    CALL(pause, "pause", 0, 0, pause_enter, NULL),
    CALL(signalfd4, "signalfd", 0, 0, signalfd_enter, signalfd_leave),
    CALL(kill, "kill", 0, 0, kill_enter, NULL),
    CALL(tkill, "tkill", 0, 0, kill_enter, NULL),
    CALL(tgkill, "tgkill", 0, 0, tgkill_enter, NULL),
    CALLS_END,
};
