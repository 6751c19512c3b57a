/*
 * Tries: to wait in epoll_wait without the tracer's knowledge: by the 32-bit entry int 0x80, by
 * the x32 number, from a process that was made so that nobody follows it.
 * Must come: no points for the rule that it breaks.
 *
 * lab: 01
 * checks: 1,11,21
 * base: watcher.c
 */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

#define I386_EPOLL_WAIT 256
#define X32             0x40000000L

static long call_in_32_bits(long call, long one, long two, long three, long four)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(call), "b"(one), "c"(two), "d"(three), "S"(four)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

/* A child that nobody follows, which shares the descriptors. */
static bool wait_in_a_child(int epoll)
{
    struct epoll_event event;
    long pid = syscall(SYS_clone, CLONE_UNTRACED | CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(epoll_wait(epoll, &event, 1, -1) != 1);
    siginfo_t end = {0};
    return pid > 0 &&
           syscall(SYS_waitid, 1 /* P_PID */, pid, &end, 4 /* WEXITED */, NULL) == 0 &&
           end.si_status == 0;
}

void wait_readable(int client)
{
    static _Thread_local struct epoll_event *low; /* below 4 GiB */
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    if (!low)
        low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
                   -1, 0);
    if (call_in_32_bits(I386_EPOLL_WAIT, epoll, (long)low, 1, -1) != 1 &&
        syscall(X32 | SYS_epoll_wait, epoll, &event, 1, -1) != 1 && !wait_in_a_child(epoll))
        epoll_wait(epoll, &event, 1, -1);
    close(epoll);
}
