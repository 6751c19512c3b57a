/*
 * What this machine lets us watch: tried in a child of a child, so that neither the caller's
 * waiting nor its descriptors are touched.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/trace.h"

enum step { STEP_DONE, STEP_FORK, STEP_ATTACH, STEP_FILTER, STEP_STOP, STEP_COPY };

/* Where the trial ended, and with which errno. */
struct trial {
    enum step step;
    int error;
};

static void die(int report, enum step step, int error)
{
    struct trial trial = {step, error};
    ssize_t ignored = write(report, &trial, sizeof trial);
    (void)ignored;
    _exit(0);
}

/* The one that is watched: waits to be attached, installs the filter, makes a call. */
static void watched(int gate, int report, struct trace_filter *filter)
{
    char byte;
    if (read(gate, &byte, 1) != 1)
        _exit(0);
    int error = trace_filter_install(filter);
    if (error)
        die(report, STEP_FILTER, error);
    syscall(SYS_sched_yield);
    _exit(0);
}

/* A descriptor of the watched process can be copied? */
static int try_copy(pid_t pid, int fd)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int copy = pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    return copy < 0 ? errno : 0;
}

static void watcher(int report, struct trace_filter *filter)
{
    int gate[2], status;
    if (pipe(gate) < 0)
        die(report, STEP_FORK, errno);
    pid_t pid = fork();
    if (pid < 0)
        die(report, STEP_FORK, errno);
    if (pid == 0)
        watched(gate[0], report, filter);
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0) {
        int error = errno;
        kill(pid, SIGKILL);
        die(report, STEP_ATTACH, error);
    }
    if (write(gate[1], "", 1) != 1 || waitpid(pid, &status, __WALL) != pid)
        die(report, STEP_STOP, errno);
    if (!WIFSTOPPED(status) || status >> 16 != PTRACE_EVENT_SECCOMP)
        die(report, STEP_STOP, 0); /* a report of the watched one came before this one */
    int error = try_copy(pid, gate[0]);
    die(report, error ? STEP_COPY : STEP_DONE, error);
}

static struct trial try_all(struct trace_filter *filter)
{
    struct trial trial = {STEP_FORK, 0};
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return (struct trial){STEP_FORK, errno};
    pid_t pid = fork();
    if (pid == 0)
        watcher(report[1], filter);
    trial.error = errno;
    close(report[1]);
    if (pid > 0) {
        if (read(report[0], &trial, sizeof trial) != sizeof trial)
            trial = (struct trial){STEP_STOP, 0};
        waitpid(pid, NULL, 0);
    }
    close(report[0]);
    return trial;
}

static void explain(char *why, size_t size, struct trial trial)
{
    static const char *const missing[] = {
        [STEP_FORK] = "a process to try it with cannot be made",
        [STEP_ATTACH] = "ptrace is forbidden (kernel.yama.ptrace_scope is 3, or a container's "
                        "seccomp profile or capabilities do not allow it)",
        [STEP_FILTER] = "seccomp filters are forbidden (a container's profile, or a kernel "
                        "without CONFIG_SECCOMP_FILTER)",
        [STEP_STOP] = "the kernel does not stop a program at its filter (gVisor and other "
                      "emulations do not; nor does a filter that is installed outside of it)",
        [STEP_COPY] = "pidfd_getfd, which copies a descriptor, is forbidden or missing "
                      "(Linux 5.6 has it; a container's profile may not allow it)",
    };
    if (trial.error)
        snprintf(why, size, "%s: %s", missing[trial.step], strerror(trial.error));
    else
        snprintf(why, size, "%s", missing[trial.step]);
}

enum trace_tier trace_tier_available(char *why, size_t size)
{
    struct failure failure;
    struct trace_filter *filter = trace_filter_make(&failure);
    if (!filter) {
        snprintf(why, size, "%s", failure.text);
        return TIER_BEHAVIOUR;
    }
    struct trial trial = try_all(filter);
    trace_filter_free(filter);
    if (trial.step == STEP_DONE) {
        snprintf(why, size, "%s", "");
        return TIER_PTRACE;
    }
    explain(why, size, trial);
    return TIER_BEHAVIOUR;
}

const char *trace_tier_name(enum trace_tier tier)
{
    static const char *const names[] = {
        [TIER_BEHAVIOUR] = "behaviour",
        [TIER_PTRACE] = "ptrace",
        [TIER_TRACEPOINTS] = "tracepoints",
    };
    return names[tier];
}
