/*
 * Experiment `wait`: what one wait costs among many silent descriptors, the last of which is
 * ready, with what a program has to do around the call: to fill its sets before, and to look for
 * the ready one after. The descriptors are sockets, as a server's are.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/probes/probe.h"

struct waiting {
    int *idle, ready; /* descriptors */
    int count;        /* of idle ones */
    fd_set wanted;
    struct pollfd *polled;
    int epoll;
};

/* How often it is called in a repetition: less when it takes long. */
static int calls_for(int64_t count)
{
    return count > 2000 ? 10 : count > 200 ? 50 : 500;
}

/* --- ways --- */

static int by_select(void *context)
{
    struct waiting *waiting = context;
    fd_set set = waiting->wanted;
    if (select(waiting->ready + 1, &set, NULL, NULL, NULL) != 1)
        return -1;
    for (int i = 0; i < waiting->count; i++)
        if (FD_ISSET(waiting->idle[i], &set))
            return -1;
    return FD_ISSET(waiting->ready, &set) ? 0 : -1;
}

static int by_poll(void *context)
{
    struct waiting *waiting = context;
    int i = 0;
    if (poll(waiting->polled, (nfds_t)waiting->count + 1, -1) != 1)
        return -1;
    while (i < waiting->count && !waiting->polled[i].revents)
        i++;
    return i == waiting->count ? 0 : -1;
}

static int by_epoll(void *context)
{
    const struct waiting *waiting = context;
    struct epoll_event event;
    return epoll_wait(waiting->epoll, &event, 1, -1) == 1 && event.data.fd == waiting->ready
               ? 0
               : -1;
}

/* No wait: every descriptor is asked by a recv of its own, once. */
static int by_asking(void *context)
{
    const struct waiting *waiting = context;
    char byte;
    for (int i = 0; i < waiting->count; i++)
        if (recv(waiting->idle[i], &byte, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN)
            return -1;
    return 0;
}

/* --- descriptors --- */

/* The same file under a number that is at least `from`. */
static int moved(int fd, int64_t from)
{
    int other = fd >= 0 && from > fd ? fcntl(fd, F_DUPFD_CLOEXEC, (int)from) : fd;
    if (other != fd)
        close(fd);
    return other;
}

static int open_all(struct waiting *waiting, int64_t from)
{
    for (int i = 0; i < waiting->count; i++) {
        waiting->idle[i] = moved(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), from);
        if (waiting->idle[i] < 0)
            return -1;
        waiting->polled[i] = (struct pollfd){.fd = waiting->idle[i], .events = POLLIN};
        struct epoll_event event = {.events = EPOLLIN, .data.fd = waiting->idle[i]};
        if (epoll_ctl(waiting->epoll, EPOLL_CTL_ADD, waiting->idle[i], &event) < 0)
            return -1;
    }
    waiting->ready = moved(eventfd(1, EFD_CLOEXEC), from);
    waiting->polled[waiting->count] = (struct pollfd){.fd = waiting->ready, .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = waiting->ready};
    return epoll_ctl(waiting->epoll, EPOLL_CTL_ADD, waiting->ready, &event);
}

static int prepare(struct waiting *waiting, const struct parameters *parameters,
                   struct failure *failure)
{
    *waiting = (struct waiting){.count = (int)parameters->idle};
    if (probe_descriptors(parameters->idle + parameters->from, failure) < 0)
        return -1;
    waiting->epoll = epoll_create1(EPOLL_CLOEXEC);
    waiting->idle = calloc((size_t)waiting->count + 1, sizeof *waiting->idle);
    waiting->polled = calloc((size_t)waiting->count + 1, sizeof *waiting->polled);
    if (!waiting->idle || !waiting->polled || waiting->epoll < 0 ||
        open_all(waiting, parameters->from) < 0)
        return probe_failed(failure, "open descriptors to wait for");
    return 0;
}

static void leave(struct waiting *waiting)
{
    free(waiting->idle);
    free(waiting->polled);
}

static int run(const struct parameters *parameters, int (*once)(void *), const char *what,
               double *value, struct failure *failure)
{
    struct waiting waiting;
    if (prepare(&waiting, parameters, failure) < 0)
        return -1;
    int answer = probe_work(once, &waiting, calls_for(parameters->idle), value, what, failure);
    leave(&waiting);
    return answer;
}

static int run_select(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    struct waiting waiting;
    if (prepare(&waiting, parameters, failure) < 0)
        return -1;
    if (waiting.ready >= FD_SETSIZE)
        return failure_set(failure, STATUS_MACHINE,
                           "select takes no descriptor above %d, and %d are wanted",
                           FD_SETSIZE - 1, waiting.ready);
    FD_ZERO(&waiting.wanted);
    FD_SET(waiting.ready, &waiting.wanted);
    for (int i = 0; i < waiting.count; i++)
        FD_SET(waiting.idle[i], &waiting.wanted);
    int answer = probe_work(by_select, &waiting, calls_for(parameters->idle), value,
                            "wait in select", failure);
    leave(&waiting);
    return answer;
}

static int run_poll(const struct parameters *parameters, double *value, struct failure *failure)
{
    return run(parameters, by_poll, "wait in poll", value, failure);
}

static int run_epoll(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    return run(parameters, by_epoll, "wait in epoll_wait", value, failure);
}

static int run_asking(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    return run(parameters, by_asking, "ask sockets that are silent", value, failure);
}

static const struct way ways[] = {
    {"select", "us", "one select among silent sockets, and the search for the ready one",
     run_select},
    {"poll", "us", "one poll among silent sockets, and the search for the ready one", run_poll},
    {"epoll", "us", "one epoll_wait among silent sockets", run_epoll},
    {"asking", "us", "one non-blocking recv on each of the silent sockets", run_asking},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEY(key_count, idle),
                                  EXPERIMENT_KEY(key_count, from), EXPERIMENT_KEYS_END};

extern const struct experiment experiment_wait;
const struct experiment experiment_wait = {
    .name = "wait", .keys = keys, .ways = ways, .usual = {.idle = 10}, .rounds = 5};
