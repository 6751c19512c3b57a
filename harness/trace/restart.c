/* Calls that a signal broke off. See restart.h. */
#include "trace/restart.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "trace/call.h"

/* include/linux/errno.h of the kernel */
enum {
    ERESTARTSYS = 512,
    ERESTARTNOINTR = 513,
    ERESTARTNOHAND = 514,
    ERESTART_RESTARTBLOCK = 516,
};

bool restart_result(int64_t result)
{
    return result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
           result == -ERESTART_RESTARTBLOCK;
}

bool restart_is(const struct thread *thread, uint64_t number, const uint64_t *arguments)
{
    const struct inside *inside = &thread->inside;
    if (number == SYS_restart_syscall)
        return inside->restart == ERESTART_RESTARTBLOCK;
    return inside->call && (uint64_t)inside->call->number == number &&
           memcmp(inside->arguments, arguments, sizeof inside->arguments) == 0;
}

bool restart_after(const struct thread *thread, int signal)
{
    bool asked = thread->process->signal_flags[signal] & SA_RESTART;
    return thread->inside.restart == ERESTARTNOINTR ||
           (thread->inside.restart == ERESTARTSYS && asked);
}
