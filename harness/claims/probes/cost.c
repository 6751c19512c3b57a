/* Experiment `cost`: what single calls cost, each many times in a row by one thread. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "claims/probes/probe.h"

#define BUFFER ((size_t)64 << 10)
#define SLEEP  200 /* ms */

/* --- calls that need nothing --- */

static int call(void *context)
{
    (void)context;
    return syscall(SYS_getppid) >= 0 ? 0 : -1;
}

static int run_call(const struct parameters *parameters, double *value, struct failure *failure)
{
    (void)parameters;
    return probe_work(call, NULL, 100000, value, "call getppid", failure);
}

static int allocate(void *context)
{
    char *volatile buffer = malloc(BUFFER); /* volatile: else both calls are left out */
    (void)context;
    if (!buffer)
        return -1;
    free(buffer);
    return 0;
}

static int run_buffer(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    (void)parameters;
    return probe_work(allocate, NULL, 100000, value, "allocate a buffer", failure);
}

static void *do_nothing(void *arg)
{
    return arg;
}

static int thread(void *context)
{
    pthread_t one;
    (void)context;
    errno = pthread_create(&one, NULL, do_nothing, NULL);
    return errno == 0 && pthread_join(one, NULL) == 0 ? 0 : -1;
}

static int run_thread(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    (void)parameters;
    return probe_time(thread, NULL, 300, value, "start a thread", failure);
}

/* --- sockets --- */

static int receive_nothing(void *context)
{
    char byte;
    return recv(*(int *)context, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN ? 0 : -1;
}

static int run_empty(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    int ends[2];
    (void)parameters;
    if (probe_connection(ends) < 0)
        return probe_failed(failure, "make a connection");
    return probe_work(receive_nothing, ends, 20000, value, "receive", failure);
}

struct place {
    int listener;
    struct sockaddr_in address;
};

/* Closed by a reset, so that no port is left waiting. */
static int connect_once(void *context)
{
    const struct place *place = context;
    const struct linger reset = {.l_onoff = 1};
    int client = socket(AF_INET, SOCK_STREAM, 0), server = -1;
    if (connect(client, (const struct sockaddr *)&place->address, sizeof place->address) == 0)
        server = accept(place->listener, NULL, NULL);
    setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(client);
    return server < 0 ? -1 : close(server);
}

static int run_connection(const struct parameters *parameters, double *value,
                          struct failure *failure)
{
    struct place place;
    (void)parameters;
    place.listener = probe_listen(&place.address);
    if (place.listener < 0)
        return probe_failed(failure, "listen on loopback");
    return probe_time(connect_once, &place, 200, value, "connect over loopback", failure);
}

struct watch {
    int epoll, fd;
    bool writable; /* was that asked for last? */
};

static int change_watch(void *context)
{
    struct watch *watch = context;
    watch->writable = !watch->writable;
    struct epoll_event event = {.events = watch->writable ? EPOLLIN | EPOLLOUT : EPOLLIN};
    return epoll_ctl(watch->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

static int run_watch(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    int ends[2];
    struct watch watch = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct epoll_event event = {.events = EPOLLIN};
    (void)parameters;
    if (probe_connection(ends) < 0 ||
        epoll_ctl(watch.epoll, EPOLL_CTL_ADD, ends[0], &event) < 0)
        return probe_failed(failure, "watch a connection");
    watch.fd = ends[0];
    return probe_work(change_watch, &watch, 20000, value, "change a watch", failure);
}

/* --- sleep --- */

static int run_asleep(const struct parameters *parameters, double *value,
                      struct failure *failure)
{
    int ends[2];
    char byte;
    struct timeval limit = {.tv_usec = SLEEP * 1000};
    (void)parameters;
    if (probe_connection(ends) < 0 ||
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
        return probe_failed(failure, "make a connection with a time limit");
    int64_t before = probe_processor_time();
    if (recv(ends[0], &byte, 1, 0) >= 0 || errno != EAGAIN)
        return probe_failed(failure, "sleep in recv");
    *value = (double)(probe_processor_time() - before) / SLEEP;
    return 0;
}

static const struct way ways[] = {
    {"call", "us", "a system call that does next to nothing (getppid)", run_call},
    {"buffer", "us", "malloc and free of a buffer of 64 KiB", run_buffer},
    {"thread", "us", "a thread started and joined", run_thread},
    {"empty", "us", "recv on a silent non-blocking connection: EAGAIN", run_empty},
    {"connection", "us", "connect, accept and close over loopback", run_connection},
    {"watch", "us", "epoll_ctl that changes what is watched for", run_watch},
    {"asleep", "us/s", "processor time of a thread that sleeps in recv, for a second of sleep",
     run_asleep},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEYS_END};

extern const struct experiment experiment_cost;
const struct experiment experiment_cost = {
    .name = "cost", .keys = keys, .ways = ways, .rounds = 5};
