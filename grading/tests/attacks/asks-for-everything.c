/*
 * Tries: what opens doors elsewhere: io_uring in a lab without it, userfaultfd, bpf, perf events,
 * keys, modules, the kernel's log, raised limits and priorities, real-time scheduling, a terminal
 * to type into, core files, another clock.
 * Must come: each is refused.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

static void expect_refusal(const char *what, long result)
{
    if (result >= 0)
        tell("%s", what);
}

static void raise_limits(void)
{
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    expect_refusal("more descriptors", setrlimit(RLIMIT_NOFILE, &all));
    expect_refusal("more threads", setrlimit(RLIMIT_NPROC, &all));
    expect_refusal("larger files", setrlimit(RLIMIT_FSIZE, &all));
    expect_refusal("core files", setrlimit(RLIMIT_CORE, &all));
    expect_refusal("more time", setrlimit(RLIMIT_CPU, &all));
    expect_refusal("a priority", setpriority(PRIO_PROCESS, 0, -20));
    struct sched_param first = {.sched_priority = 1};
    expect_refusal("real time", sched_setscheduler(0, SCHED_FIFO, &first));
}

void attack(enum moment moment)
{
    char space[512] = {0};
    if (moment != BEFORE_LISTENING)
        return;
    raise_limits();
    expect_refusal("io_uring", syscall(SYS_io_uring_setup, 8, space));
    expect_refusal("userfaultfd", syscall(SYS_userfaultfd, 0));
    expect_refusal("bpf", syscall(SYS_bpf, 0, space, sizeof space));
    expect_refusal("perf events", syscall(SYS_perf_event_open, space, 0, -1, -1, 0));
    expect_refusal("keys", syscall(SYS_add_key, "user", "name", "data", 4, -2));
    expect_refusal("kernel's log", syscall(SYS_syslog, 3, space, sizeof space));
    expect_refusal("a module", syscall(SYS_init_module, space, sizeof space, ""));
    expect_refusal("memfd", syscall(SYS_memfd_create, "memory", 0));
    expect_refusal("splicing of pages", syscall(SYS_vmsplice, 1, space, 0, 0));
    expect_refusal("the clock", settimeofday(&(struct timeval){0}, NULL));
    expect_refusal("a terminal", open("/dev/tty", O_RDWR));
    expect_refusal("typing", ioctl(0, TIOCSTI, "x"));
    expect_refusal("a graphics device", open("/dev/dri/renderD128", O_RDWR));
    expect_refusal("kvm", open("/dev/kvm", O_RDWR));
    expect_refusal("fuse", open("/dev/fuse", O_RDWR));
    expect_refusal("not being looked into", prctl(PR_SET_DUMPABLE, 0));
    expect_refusal("settings of the system", open("/proc/sys/kernel/core_pattern", O_WRONLY));
    expect_refusal("settings of the network", open("/proc/sys/net/ipv4/tcp_mem", O_WRONLY));
    expect_refusal("sysrq", open("/proc/sysrq-trigger", O_WRONLY));
    expect_refusal("watching mounts", syscall(SYS_fanotify_init, 0, 0));
}
