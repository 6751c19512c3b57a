/*
 * Experiment `exchange`: a request that goes out in two small writes, and its answer of one byte,
 * over TCP on loopback. With Nagle's algorithm the second write waits until the first one is
 * acknowledged, and who receives puts off acknowledging, as it has nothing to send (tcp(7)).
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "claims/probes/probe.h"

static void *answer_each(void *arg)
{
    int fd = *(int *)arg;
    char byte;
    while (recv(fd, &byte, 1, 0) == 1 && recv(fd, &byte, 1, 0) == 1)
        if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
            break;
    return NULL;
}

static int ask(void *context)
{
    int fd = *(int *)context;
    char byte = 0;
    return write(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1 && read(fd, &byte, 1) == 1 ? 0
                                                                                           : -1;
}

static int run(int at_once, double *value, struct failure *failure)
{
    int ends[2];
    pthread_t thread;
    if (probe_connection(ends) < 0 ||
        setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) < 0)
        return probe_failed(failure, "make a connection");
    errno = pthread_create(&thread, NULL, answer_each, &ends[1]);
    if (errno)
        return probe_failed(failure, "start a thread that answers");
    int answer = probe_time(ask, &ends[0], 4, value, "ask", failure);
    shutdown(ends[0], SHUT_RDWR);
    pthread_join(thread, NULL);
    return answer;
}

static int run_nagle(const struct parameters *parameters, double *value,
                     struct failure *failure)
{
    (void)parameters;
    return run(0, value, failure);
}

static int run_nodelay(const struct parameters *parameters, double *value,
                       struct failure *failure)
{
    (void)parameters;
    return run(1, value, failure);
}

static const struct way ways[] = {
    {"usual", "us", "a request in two small writes and its answer, the socket as it comes",
     run_nagle},
    {"TCP_NODELAY", "us", "the same with TCP_NODELAY", run_nodelay},
    {0},
};

static const struct key keys[] = {EXPERIMENT_BY, EXPERIMENT_KEYS_END};

extern const struct experiment experiment_exchange;
const struct experiment experiment_exchange = {
    .name = "exchange", .keys = keys, .ways = ways, .rounds = 3};
