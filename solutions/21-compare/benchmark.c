/*
 * Lab 21: many clients of one echo server at the same time, and how long each of them waits.
 *
 * One loop over epoll(7) serves all clients: each is a small state machine, and one that waits
 * for the server keeps no other one waiting. The server alone decides how long an answer takes.
 *
 *   ./benchmark TYPE PORT CLIENTS [REQUESTS]
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MESSAGE_SIZE 64 /* bytes of a request, and of its answer */
#define EVENTS_MOST  64

/* Settings: main may change them, and so may whoever else calls benchmark_server. */
int requests_per_client = 10;
int timeout_ms = 5000;

typedef struct {
    double connection_time;       /* seconds, mean over the successful clients */
    double request_response_time; /* seconds, mean over all whole and right answers */
    int successful_connections;   /* clients that had all their answers, */
    int failed_connections;       /* and all others */
} performance_metrics_t;

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients);

enum state { NEW, CONNECTING, CONNECTED, ASKING, SUCCESSFUL, FAILED };

struct client {
    int fd;
    enum state state;
    uint32_t events;        /* that epoll watches for */
    double since;           /* CONNECTING, ASKING: when that began */
    double connection_time; /* seconds */
    int answers;            /* whole and right ones */
    size_t sent, received;  /* bytes of the request that is being made */
    char request[MESSAGE_SIZE], answer[MESSAGE_SIZE];
};

struct benchmark {
    struct client *clients;
    int count, epoll;
    int busy; /* clients that are CONNECTING or ASKING */
    double response_time;
    int answers;
};

/* Seconds on a clock that nobody sets. */
static double now(void)
{
    /* SOLUTION 1: Which clock of clock_gettime(2) shows how much time has gone by, also when
       somebody sets the time of day meanwhile? */
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
    /* SKELETON
    return 0;
    */
    /* END */
}

static bool is_busy(const struct client *client)
{
    return client->state == CONNECTING || client->state == ASKING;
}

/* From one state to another. A client that has come to its end holds no descriptor. */
static void become(struct benchmark *benchmark, struct client *client, enum state state)
{
    benchmark->busy -= is_busy(client);
    client->state = state;
    benchmark->busy += is_busy(client);
    if (state >= SUCCESSFUL && client->fd >= 0)
        close(client->fd);
}

/* Has epoll tell of these events on this client, and of no others. */
static int watch(struct benchmark *benchmark, struct client *client, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = client};
    client->events = events;
    return epoll_ctl(benchmark->epoll, how, client->fd, &event);
}

/* Begins to connect, and does not wait for it. */
static void start_connecting(struct benchmark *benchmark, struct client *client, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* SOLUTION 2: A socket that does not block, and a connect that is on its way: which errno
       says so, and what tells of its end? Without a descriptor the client has failed. */
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    client->since = now();
    become(benchmark, client, CONNECTING);
    if (client->fd < 0 ||
        (connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0 &&
         errno != EINPROGRESS) ||
        watch(benchmark, client, EPOLL_CTL_ADD, EPOLLOUT | EPOLLONESHOT) < 0)
        become(benchmark, client, FAILED);
    /* SKELETON
    (void)address;
    client->fd = -1;
    watch(benchmark, client, EPOLL_CTL_ADD, EPOLLOUT | EPOLLONESHOT);
    become(benchmark, client, FAILED);
    */
    /* END */
}

/* Its connect has come to an end: a good one, or not? */
static void end_connecting(struct benchmark *benchmark, struct client *client)
{
    /* SOLUTION 3: Take the time, and ask the socket (socket(7), SO_ERROR). */
    int error = 0;
    client->connection_time = now() - client->since;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    become(benchmark, client, error ? FAILED : CONNECTED);
    /* SKELETON
    become(benchmark, client, FAILED);
    */
    /* END */
}

/* Sends what is left of the request. */
static void send_request(struct benchmark *benchmark, struct client *client)
{
    /* SOLUTION 4: Until nothing is left, or no more fits: then epoll has to tell of room. A
       server that has gone must not end this program by a signal. */
    while (client->sent < MESSAGE_SIZE) {
        ssize_t sent = send(client->fd, client->request + client->sent,
                            MESSAGE_SIZE - client->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            break;
        if (sent < 0) {
            become(benchmark, client, FAILED);
            return;
        }
        client->sent += (size_t)sent;
    }
    uint32_t events = client->sent < MESSAGE_SIZE ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (events != client->events)
        watch(benchmark, client, EPOLL_CTL_MOD, events);
    /* SKELETON
    (void)benchmark;
    (void)client;
    */
    /* END */
}

/* Makes the next request, of bytes that no other one has, and sends it. */
static void ask(struct benchmark *benchmark, struct client *client)
{
    int number = (int)(client - benchmark->clients) * requests_per_client + client->answers;
    for (int i = 0; i < MESSAGE_SIZE; i++)
        client->request[i] = (char)((number >> (i % 4 * 8)) ^ (i * 37));
    client->sent = client->received = 0;
    client->since = now();
    become(benchmark, client, ASKING);
    send_request(benchmark, client);
}

/* The last byte of an answer has come. */
static void end_request(struct benchmark *benchmark, struct client *client)
{
    /* SOLUTION 5: How long did it take, and are these the bytes that were sent? What does the
       client do next? */
    double took = now() - client->since;
    if (memcmp(client->request, client->answer, MESSAGE_SIZE) != 0) {
        become(benchmark, client, FAILED);
        return;
    }
    benchmark->response_time += took;
    benchmark->answers++;
    if (++client->answers < requests_per_client)
        ask(benchmark, client);
    else
        become(benchmark, client, SUCCESSFUL);
    /* SKELETON
    if (client->answers < requests_per_client)
        ask(benchmark, client);
    become(benchmark, client, FAILED);
    */
    /* END */
}

/* Something came for this client: a part of its answer, the rest of it, or an end. */
static void receive_answer(struct benchmark *benchmark, struct client *client)
{
    /* SOLUTION 6: TCP keeps no messages together: an answer may come in any number of pieces.
       Which results of recv end this client, and which ones do not? */
    ssize_t received =
        recv(client->fd, client->answer + client->received, MESSAGE_SIZE - client->received, 0);
    if (received < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (received <= 0) {
        become(benchmark, client, FAILED);
        return;
    }
    client->received += (size_t)received;
    if (client->received == MESSAGE_SIZE)
        end_request(benchmark, client);
    /* SKELETON
    end_request(benchmark, client);
    */
    /* END */
}

static void advance(struct benchmark *benchmark, struct client *client, uint32_t events)
{
    if (client->state == CONNECTING)
        end_connecting(benchmark, client);
    else if (events & ~(uint32_t)EPOLLOUT)
        receive_answer(benchmark, client);
    else
        send_request(benchmark, client);
}

/* Ends the clients whose time is over. Milliseconds until the next one's is; 0 at least. */
static int end_late_clients(struct benchmark *benchmark)
{
    /* SOLUTION 7: A client may wait for timeout_ms: for its connection, or for the whole answer
       since the first byte of the request was sent. */
    double time = now(), earliest = time;
    for (int i = 0; i < benchmark->count; i++) {
        struct client *client = &benchmark->clients[i];
        if (is_busy(client) && time - client->since > timeout_ms / 1e3)
            become(benchmark, client, FAILED);
        if (is_busy(client) && client->since < earliest)
            earliest = client->since;
    }
    return timeout_ms - (int)((time - earliest) * 1e3) + 1;
    /* SKELETON
    (void)benchmark;
    return timeout_ms;
    */
    /* END */
}

/* Until no client is connecting, or waiting for an answer, any more. */
static void run(struct benchmark *benchmark)
{
    struct epoll_event events[EVENTS_MOST];
    for (;;) {
        int milliseconds = end_late_clients(benchmark);
        if (benchmark->busy == 0)
            return;
        int count = epoll_wait(benchmark->epoll, events, EVENTS_MOST, milliseconds);
        for (int i = 0; i < count; i++)
            advance(benchmark, events[i].data.ptr, events[i].events);
    }
}

/* What became of all clients, in numbers. */
static performance_metrics_t sum_up(const struct benchmark *benchmark)
{
    performance_metrics_t metrics = {0};
    /* SOLUTION 8: A mean over what? And what is it, when there is nothing? */
    for (int i = 0; i < benchmark->count; i++)
        if (benchmark->clients[i].state == SUCCESSFUL) {
            metrics.successful_connections++;
            metrics.connection_time += benchmark->clients[i].connection_time;
        }
    metrics.failed_connections = benchmark->count - metrics.successful_connections;
    if (metrics.successful_connections > 0)
        metrics.connection_time /= metrics.successful_connections;
    if (benchmark->answers > 0)
        metrics.request_response_time = benchmark->response_time / benchmark->answers;
    /* SKELETON
    (void)benchmark;
    */
    /* END */
    return metrics;
}

/* A line of the table: begins with the type of the server. */
static void print_line(const char *server_type, const performance_metrics_t *metrics)
{
    printf("%-16s %5d successful %5d failed   connection %9.3f ms   response %9.3f ms\n",
           server_type, metrics->successful_connections, metrics->failed_connections,
           metrics->connection_time * 1e3, metrics->request_response_time * 1e3);
}

/* All clients are connected, or have failed, before the first of them asks. */
performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    struct benchmark benchmark = {.clients =
                                      calloc((size_t)num_clients, sizeof *benchmark.clients),
                                  .count = num_clients,
                                  .epoll = epoll_create1(EPOLL_CLOEXEC)};
    for (int i = 0; i < num_clients; i++)
        start_connecting(&benchmark, &benchmark.clients[i], port);
    run(&benchmark);
    for (int i = 0; i < num_clients; i++)
        if (benchmark.clients[i].state == CONNECTED)
            ask(&benchmark, &benchmark.clients[i]);
    run(&benchmark);
    close(benchmark.epoll);
    performance_metrics_t metrics = sum_up(&benchmark);
    free(benchmark.clients);
    print_line(server_type, &metrics);
    return metrics;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: %s TYPE PORT CLIENTS [REQUESTS]\n", argv[0]);
        return 2;
    }
    requests_per_client = support_number(argc, argv, 4, requests_per_client);
    int clients = support_number(argc, argv, 3, 0);
    performance_metrics_t metrics =
        benchmark_server(argv[1], support_number(argc, argv, 2, 0), clients);
    return metrics.failed_connections == 0 ? 0 : 1;
}
