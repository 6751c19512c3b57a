/*
 * Experiment `told`: what one byte costs from write to read for a thread that is told of it by a
 * signal, by epoll, or by the read itself. Both ends belong to the same thread, so that nothing
 * but the telling differs.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/probes/probe.h"

struct told {
    int receiver, sender, epoll;
};

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static int pass_byte(const struct told *told)
{
    char byte = 1;
    return read(told->receiver, &byte, 1) == 1 ? 0 : -1;
}

static int send_byte(const struct told *told)
{
    return write(told->sender, "", 1) == 1 ? 0 : -1;
}

static int by_read(void *context)
{
    return send_byte(context) == 0 ? pass_byte(context) : -1;
}

static int by_epoll(void *context)
{
    const struct told *told = context;
    struct epoll_event event;
    return send_byte(told) == 0 && epoll_wait(told->epoll, &event, 1, -1) == 1 ? pass_byte(told)
                                                                               : -1;
}

/* The signal comes before write returns, as the thread that writes is the one that is told. */
static int by_signal(void *context)
{
    sig_atomic_t before = signals;
    return send_byte(context) == 0 && signals != before ? pass_byte(context) : -1;
}

static int prepare(struct told *told, struct failure *failure)
{
    int ends[2];
    struct epoll_event event = {.events = EPOLLIN};
    *told = (struct told){-1, -1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
        return probe_failed(failure, "make a pair of sockets");
    *told = (struct told){ends[0], ends[1], epoll_create1(EPOLL_CLOEXEC)};
    return epoll_ctl(told->epoll, EPOLL_CTL_ADD, told->receiver, &event) == 0
               ? 0
               : probe_failed(failure, "watch a socket");
}

static int run_read(const struct parameters *parameters, double *value, struct failure *failure)
{
    struct told told;
    (void)parameters;
    if (prepare(&told, failure) < 0)
        return -1;
    return probe_work(by_read, &told, 20000, value, "send a byte", failure);
}

static int run_epoll(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    struct told told;
    (void)parameters;
    if (prepare(&told, failure) < 0)
        return -1;
    return probe_work(by_epoll, &told, 20000, value, "be told by epoll", failure);
}

static int run_signal(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    struct told told;
    struct sigaction action = {.sa_handler = on_signal};
    (void)parameters;
    if (prepare(&told, failure) < 0)
        return -1;
    if (sigaction(SIGRTMIN, &action, NULL) < 0 ||
        fcntl(told.receiver, F_SETOWN, getpid()) < 0 ||
        fcntl(told.receiver, F_SETSIG, SIGRTMIN) < 0 ||
        fcntl(told.receiver, F_SETFL, O_ASYNC) < 0)
        return probe_failed(failure, "ask for signals");
    return probe_work(by_signal, &told, 20000, value, "be told by a signal", failure);
}

static const struct way ways[] = {
    {"read", "us", "a byte written and read", run_read},
    {"epoll", "us", "a byte written, told by epoll_wait, and read", run_epoll},
    {"signal", "us", "a byte written, told by a signal (F_SETSIG), and read", run_signal},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEYS_END};

extern const struct experiment experiment_told;
const struct experiment experiment_told = {
    .name = "told", .keys = keys, .ways = ways, .rounds = 5};
