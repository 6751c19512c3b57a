/* Fails: 41 */
/* select(2): clients whose descriptor does not fit into a set are given up. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 64

enum { TO_SEND = 1, TO_RECEIVE };

int requests_per_client = 10;
int timeout_ms = 5000;

typedef struct {
    double connection_time;
    double request_response_time;
    int successful_connections;
    int failed_connections;
} performance_metrics_t;

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients);

struct client {
    int fd;
    int events; /* 0: none is of interest */
    struct timespec begin;
    double connecting;
    bool ended, successful;
    int answers, sent, received;
    unsigned char request[SIZE], answer[SIZE];
};

static struct client *clients;
static int count, answers;
static double asking;

static double since(const struct timespec *begin)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) * 1e-9;
}

static void end(int i, bool successful)
{
    if (clients[i].fd >= 0)
        close(clients[i].fd);
    clients[i].fd = -1;
    clients[i].ended = true;
    clients[i].successful = successful;
}

static void start(int i, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    clients[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    clients[i].events = TO_SEND;
    clock_gettime(CLOCK_BOOTTIME, &clients[i].begin);
    if (clients[i].fd < 0 || clients[i].fd >= FD_SETSIZE ||
        (connect(clients[i].fd, (struct sockaddr *)&address, sizeof address) < 0 &&
         errno != EINPROGRESS))
        end(i, false);
}

static void next_request(int i)
{
    for (int j = 0; j < SIZE; j++)
        clients[i].request[j] = (unsigned char)(i * 7 + clients[i].answers * 3 + j);
    clients[i].sent = clients[i].received = 0;
    clients[i].events = TO_SEND;
}

static void write_some(int i)
{
    struct client *client = &clients[i];
    if (client->sent == 0)
        clock_gettime(CLOCK_BOOTTIME, &client->begin);
    ssize_t sent =
        write(clients[i].fd, client->request + client->sent, (size_t)(SIZE - client->sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        end(i, false);
    if (sent > 0)
        client->sent += (int)sent;
    if (client->sent == SIZE)
        clients[i].events = TO_RECEIVE;
}

static void read_some(int i)
{
    struct client *client = &clients[i];
    ssize_t received = read(clients[i].fd, client->answer + client->received,
                            (size_t)(SIZE - client->received));
    if (received < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (received <= 0) {
        end(i, false);
        return;
    }
    client->received += (int)received;
    if (client->received < SIZE)
        return;
    double took = since(&client->begin);
    if (memcmp(client->request, client->answer, SIZE) != 0) {
        end(i, false);
        return;
    }
    asking += took;
    answers++;
    if (++client->answers == requests_per_client)
        end(i, true);
    else
        next_request(i);
}

static void connected(int i)
{
    int error = 0;
    socklen_t size = sizeof error;
    clients[i].connecting = since(&clients[i].begin);
    getsockopt(clients[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error)
        end(i, false);
    else
        clients[i].events = 0; /* until all are connected */
}

static void advance(int i, bool connecting)
{
    if (connecting)
        connected(i);
    else if (clients[i].events == TO_SEND)
        write_some(i);
    else
        read_some(i);
}

struct sets {
    fd_set in, out;
    int highest;
};

/* Fills the sets with those that wait; how long the first of them has waited. */
static int collect(bool connecting, struct sets *sets, double *longest)
{
    int waiting = 0;
    *longest = 0;
    *sets = (struct sets){.highest = -1};
    for (int i = 0; i < count; i++) {
        struct client *client = &clients[i];
        if (client->ended || !client->events)
            continue;
        double waits = connecting || client->sent > 0 ? since(&client->begin) : 0;
        if (waits * 1000 > timeout_ms) {
            end(i, false);
            continue;
        }
        waiting++;
        FD_SET(client->fd, client->events == TO_SEND ? &sets->out : &sets->in);
        sets->highest = client->fd > sets->highest ? client->fd : sets->highest;
        *longest = waits > *longest ? waits : *longest;
    }
    return waiting;
}

static void wait_for_all(bool connecting)
{
    struct sets sets;
    double longest;
    while (collect(connecting, &sets, &longest) > 0) {
        int left = timeout_ms - (int)(longest * 1000) + 1;
        struct timeval time = {left / 1000, left % 1000 * 1000};
        if (select(sets.highest + 1, &sets.in, &sets.out, NULL, &time) <= 0)
            continue;
        for (int i = 0; i < count; i++)
            if (!clients[i].ended && clients[i].events &&
                FD_ISSET(clients[i].fd, clients[i].events == TO_SEND ? &sets.out : &sets.in))
                advance(i, connecting);
    }
}

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    signal(SIGPIPE, SIG_IGN);
    count = num_clients;
    answers = 0;
    asking = 0;
    clients = calloc((size_t)count + 1, sizeof *clients);
    for (int i = 0; i < count; i++)
        start(i, port);
    wait_for_all(true);
    for (int i = 0; i < count; i++)
        if (!clients[i].ended) {
            next_request(i);
        }
    wait_for_all(false);
    performance_metrics_t metrics = {.request_response_time = answers ? asking / answers : 0};
    for (int i = 0; i < count; i++)
        if (clients[i].successful) {
            metrics.successful_connections++;
            metrics.connection_time += clients[i].connecting;
        }
    metrics.failed_connections = count - metrics.successful_connections;
    if (metrics.successful_connections)
        metrics.connection_time /= metrics.successful_connections;
    free(clients);
    printf("%s,%d,%d,%f,%f\n", server_type, metrics.successful_connections,
           metrics.failed_connections, metrics.connection_time, metrics.request_response_time);
    return metrics;
}

int main(int argc, char **argv)
{
    benchmark_server(argc > 1 ? argv[1] : "", support_number(argc, argv, 2, 8080),
                     support_number(argc, argv, 3, 10));
    return 0;
}
