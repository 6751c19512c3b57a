/*
 * A child and its end. See process.h. We sleep in slices: what a slice takes longer than asked for
 * is what the machine did to every program on it, the graded one too.
 */
#include "grading/one/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define SLICE         20 /* ms */
#define GRACE_SECONDS 10

static void held(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void one_process_hold_signals(void)
{
    sigset_t set;
    held(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static _Noreturn void become(const struct one_process *process, pid_t parent)
{
    sigset_t set;
    held(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(STATUS_MACHINE);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int output = process->output
                     ? open(process->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                     : null;
    if (dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2) {
        close_range(3, ~0u, 0);
        execve(process->words[0], process->words, process->environment);
    }
    _exit(STATUS_MACHINE);
}

/* True when it has ended within a slice. */
static bool wait_slice(int descriptor, double *lag)
{
    struct pollfd source = {.fd = descriptor, .events = POLLIN};
    int64_t begin = clock_now();
    if (poll(&source, 1, SLICE) > 0)
        return true;
    double late = (double)(clock_now() - begin) / 1e9 - SLICE / 1e3;
    if (late > *lag)
        *lag = late;
    return false;
}

/* A signal that is held and has come; 0. */
static int arrived(void)
{
    static const struct timespec now = {0};
    sigset_t set;
    held(&set);
    int number = sigtimedwait(&set, NULL, &now);
    return number > 0 ? number : 0;
}

/* Ends it when its time is over or we are to end: TERM, and KILL when that was not heard. */
static void await(const struct one_process *process, pid_t pid, int descriptor,
                  struct one_end *end)
{
    const int signals[] = {SIGTERM, SIGKILL};
    double seconds = process->seconds > 0 ? process->seconds : 1e9;
    int64_t until = clock_now() + (int64_t)(seconds * CLOCK_SECOND);
    for (size_t sent = 0; !wait_slice(descriptor, &end->lag);) {
        if (!end->interrupted && (end->interrupted = arrived()))
            until = clock_now();
        if (sent < 2 && clock_now() >= until) {
            kill(pid, signals[sent++]);
            until = clock_now() + GRACE_SECONDS * CLOCK_SECOND;
        }
    }
}

int one_process(const struct one_process *process, struct one_end *end, struct failure *failure)
{
    *end = (struct one_end){0};
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(process, parent);
    if (pid < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot start %s", process->words[0]);
    int descriptor = pidfd_open(pid, 0), status = 0;
    if (descriptor >= 0) {
        await(process, pid, descriptor, end);
        close(descriptor);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    end->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}
