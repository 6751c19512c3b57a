/* Experiment `limit`: numbers that the C library, the kernel or this process is limited to. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "claims/probes/probe.h"

static int fd_setsize(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    (void)parameters, (void)failure;
    *value = 8 * sizeof(fd_set);
    return 0;
}

/* What a shell starts a program with: this program may have raised its own. */
static int descriptors(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    struct rlimit limit;
    (void)parameters;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return probe_failed(failure, "read the limit of descriptors");
    *value = (double)limit.rlim_cur;
    return 0;
}

static int backlog(const struct parameters *parameters, double *value, struct failure *failure)
{
    (void)parameters;
    *value = (double)probe_number("/proc/sys/net/core/somaxconn", "");
    return *value < 0 ? probe_failed(failure, "read /proc/sys/net/core/somaxconn") : 0;
}

/* The least of the limits that a thread counts against, system-wide ones too. */
static int threads(const struct parameters *parameters, double *value, struct failure *failure)
{
    static const char *const files[] = {"/proc/sys/kernel/threads-max",
                                        "/proc/sys/kernel/pid_max", "/sys/fs/cgroup/pids.max"};
    struct rlimit limit;
    (void)parameters;
    if (getrlimit(RLIMIT_NPROC, &limit) < 0)
        return probe_failed(failure, "read the limit of processes");
    *value = (double)limit.rlim_cur;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        double number = (double)probe_number(files[i], "");
        if (number > 0 && number < *value)
            *value = number;
    }
    return 0;
}

static const struct way ways[] = {
    {"FD_SETSIZE", "descriptors", "the bits of an fd_set", fd_setsize},
    {"descriptors", "descriptors", "the soft limit of open files of this process (ulimit -n)",
     descriptors},
    {"backlog", "connections", "the most that wait to be accepted (net.core.somaxconn)",
     backlog},
    {"threads", "threads",
     "the least of ulimit -u, kernel.threads-max, kernel.pid_max and pids.max of the cgroup",
     threads},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEYS_END};

extern const struct experiment experiment_limit;
const struct experiment experiment_limit = {
    .name = "limit", .keys = keys, .ways = ways, .rounds = 1, .exact = true};
