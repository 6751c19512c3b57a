/* Experiment `fact`: facts on readiness, and the list of all of them. See facts.h. */
#include "claims/probes/facts.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define BEYOND (FD_SETSIZE + 500) /* a descriptor that no fd_set has room for */

/* A set of epoll with one watched end of a pair of sockets, one byte written to the other. */
static int told_of(int ends[2], unsigned events)
{
    struct epoll_event event = {.events = events};
    int set = epoll_create1(EPOLL_CLOEXEC);
    return set >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 &&
                   epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) == 0 &&
                   write(ends[1], "", 1) == 1
               ? set
               : -1;
}

static bool tells(int set)
{
    struct epoll_event event;
    return epoll_wait(set, &event, 1, 0) == 1;
}

static int level_repeats(const struct parameters *parameters, double *value,
                         struct failure *failure)
{
    int ends[2], set = told_of(ends, EPOLLIN);
    (void)parameters;
    if (set < 0)
        return probe_failed(failure, "watch a socket");
    *value = tells(set) && tells(set);
    return 0;
}

static int edge_tells_once(const struct parameters *parameters, double *value,
                           struct failure *failure)
{
    int ends[2], set = told_of(ends, EPOLLIN | EPOLLET);
    (void)parameters;
    if (set < 0)
        return probe_failed(failure, "watch a socket");
    *value = tells(set) && !tells(set);
    return 0;
}

/* New bytes come while older ones were not read. */
static int edge_waits_for_reading(const struct parameters *parameters, double *value,
                                  struct failure *failure)
{
    int ends[2], set = told_of(ends, EPOLLIN | EPOLLET);
    (void)parameters;
    if (set < 0 || !tells(set) || write(ends[1], "", 1) != 1)
        return probe_failed(failure, "watch a socket");
    *value = !tells(set);
    return 0;
}

static int epoll_takes_timers(const struct parameters *parameters, double *value,
                              struct failure *failure)
{
    sigset_t signals;
    struct epoll_event event = {.events = EPOLLIN};
    int set = epoll_create1(EPOLL_CLOEXEC);
    (void)parameters;
    sigemptyset(&signals);
    const int others[] = {timerfd_create(CLOCK_MONOTONIC, 0), eventfd(0, 0),
                          signalfd(-1, &signals, 0), inotify_init()};
    if (set < 0)
        return probe_failed(failure, "make a set of epoll");
    *value = 1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (epoll_ctl(set, EPOLL_CTL_ADD, others[i], &event) < 0)
            *value = 0;
    return 0;
}

/* The system call with a set of bits that is larger than fd_set. */
static int select_beyond(const struct parameters *parameters, double *value,
                         struct failure *failure)
{
    enum { BITS = 8 * sizeof(unsigned long) };
    unsigned long bits[BEYOND / BITS + 1] = {0};
    struct timespec none = {.tv_sec = 0};
    (void)parameters;
    int ready = eventfd(1, EFD_CLOEXEC);
    if (ready < 0 || probe_descriptors(BEYOND, failure) < 0)
        return -1;
    if (dup2(ready, BEYOND) < 0)
        return probe_failed(failure, "open a descriptor above FD_SETSIZE");
    bits[BEYOND / BITS] = 1UL << BEYOND % BITS;
    *value = syscall(SYS_pselect6, BEYOND + 1, bits, NULL, NULL, &none, NULL) == 1;
    return 0;
}

static int poll_beyond(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    enum { MANY = 2 * FD_SETSIZE };
    struct pollfd polled[MANY];
    (void)parameters;
    int ready = eventfd(1, EFD_CLOEXEC);
    if (ready < 0 || probe_descriptors(MANY, failure) < 0)
        return -1;
    for (int i = 0; i < MANY; i++)
        polled[i] = (struct pollfd){.fd = dup(ready), .events = POLLIN};
    *value = poll(polled, MANY, 0) == MANY;
    return 0;
}

static const struct way ways[] = {
    {"epoll takes files", "yes", "does epoll_ctl accept a regular file?",
     fact_epoll_takes_files},
    {"epoll takes timers", "yes",
     "does epoll_ctl accept timerfd, eventfd, signalfd and inotify descriptors?",
     epoll_takes_timers},
    {"select waits for files", "yes",
     "does select wait for a file at whose end nothing is new?", fact_select_waits_for_files},
    {"select beyond", "yes",
     "does the system call select watch a descriptor above FD_SETSIZE, with a larger set?",
     select_beyond},
    {"poll beyond", "yes", "does poll watch twice FD_SETSIZE descriptors?", poll_beyond},
    {"level repeats", "yes",
     "does level-triggered epoll tell again of a byte that was not read?", level_repeats},
    {"edge tells once", "yes",
     "does edge-triggered epoll keep silent after it told once of a byte that was not read?",
     edge_tells_once},
    {"edge waits for reading", "yes",
     "does edge-triggered epoll keep silent about new bytes while older ones are not read?",
     edge_waits_for_reading},
    {"empty answers at once", "yes", "does recv on a silent non-blocking socket give EAGAIN?",
     fact_empty_answers_at_once},
    {"non-blocking file waits", "yes",
     "does read on a descriptor with O_NONBLOCK wait for a disk, where RWF_NOWAIT says EAGAIN?",
     fact_nonblocking_file_waits},
    {"limit ends wait", "yes", "does SO_RCVTIMEO end a blocking recv with EAGAIN?",
     fact_limit_ends_wait},
    {"signal leaves copy", "yes", "after SIGIO, are the bytes still to be copied by a call?",
     fact_signal_leaves_copy},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEYS_END};

extern const struct experiment experiment_fact;
const struct experiment experiment_fact = {
    .name = "fact", .keys = keys, .ways = ways, .rounds = 1, .exact = true};
