/* Edge-triggered epoll(7), one registration for each client; time-outs by a timerfd(2). */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 64

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
    bool connecting, asking, successful;
    uint64_t begin, connection, response; /* us */
    int answers, sent, received;
    char request[SIZE], answer[SIZE];
};

static uint64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void finish(struct client *client, bool successful)
{
    client->connecting = client->asking = false;
    client->successful = successful;
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}

static void begin_client(struct client *client, int epoll, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = client};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    client->connecting = true;
    client->begin = microseconds();
    if (client->fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event) < 0 ||
        (connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0 &&
         errno != EINPROGRESS)) {
        finish(client, false);
        return;
    }
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static void look_whether_connected(struct client *client)
{
    int error = 0;
    struct sockaddr_in peer;
    if (getpeername(client->fd, (struct sockaddr *)&peer, &(socklen_t){sizeof peer}) == 0) {
        client->connection = microseconds() - client->begin;
        client->connecting = false;
        return;
    }
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    if (error)
        finish(client, false);
}

static void make_request(struct client *client)
{
    snprintf(client->request, SIZE, "%d %p %63d", client->answers, (void *)client, client->fd);
    client->sent = client->received = 0;
    client->asking = true;
    client->begin = microseconds();
}

/* As far as it goes, until EAGAIN. */
static void go_on(struct client *client)
{
    while (client->asking) {
        ssize_t moved;
        if (client->sent < SIZE) {
            moved = send(client->fd, client->request + client->sent,
                         (size_t)(SIZE - client->sent), MSG_NOSIGNAL);
            client->sent += moved > 0 ? (int)moved : 0;
        } else {
            moved = recv(client->fd, client->answer + client->received,
                         (size_t)(SIZE - client->received), 0);
            client->received += moved > 0 ? (int)moved : 0;
        }
        if (moved < 0 && errno == EAGAIN)
            return;
        if (moved == 0 || (moved < 0 && errno != EINTR)) {
            finish(client, false);
        } else if (client->received == SIZE) {
            uint64_t took = microseconds() - client->begin;
            if (memcmp(client->request, client->answer, SIZE) != 0) {
                finish(client, false);
                return;
            }
            client->response += took;
            if (++client->answers == requests_per_client)
                finish(client, true);
            else
                make_request(client);
        }
    }
}

/* The earliest end of patience among the clients rings; whoever has none left has failed. */
static int set_alarm(int timer, struct client *clients, int count)
{
    uint64_t now = microseconds(), limit = (uint64_t)timeout_ms * 1000, first = UINT64_MAX;
    int waiting = 0;
    for (int i = 0; i < count; i++) {
        struct client *client = &clients[i];
        if (!client->connecting && !client->asking)
            continue;
        if (now - client->begin > limit) {
            finish(client, false);
            continue;
        }
        waiting++;
        if (client->begin + limit < first)
            first = client->begin + limit;
    }
    first++;
    struct itimerspec alarm = {
        .it_value = {(time_t)(first / 1000000), (long)(first % 1000000) * 1000}};
    if (waiting > 0)
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &alarm, NULL);
    return waiting;
}

static void loop(int epoll, int timer, struct client *clients, int count)
{
    struct epoll_event events[16];
    while (set_alarm(timer, clients, count) > 0) {
        int ready = epoll_wait(epoll, events, 16, -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            uint64_t times;
            if (!client && read(timer, &times, sizeof times) < 0)
                continue;
            if (client && client->connecting)
                look_whether_connected(client);
            if (client && client->asking)
                go_on(client);
        }
    }
}

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    performance_metrics_t metrics = {0};
    struct client *clients = calloc((size_t)num_clients + 1, sizeof *clients);
    int epoll = epoll_create1(0), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &(struct epoll_event){.events = EPOLLIN});
    for (int i = 0; i < num_clients; i++)
        begin_client(&clients[i], epoll, port);
    loop(epoll, timer, clients, num_clients);
    for (int i = 0; i < num_clients; i++)
        if (clients[i].fd >= 0) {
            make_request(&clients[i]);
            go_on(&clients[i]);
        }
    loop(epoll, timer, clients, num_clients);
    uint64_t connection = 0, response = 0;
    int answers = 0;
    for (int i = 0; i < num_clients; i++) {
        response += clients[i].response;
        answers += clients[i].answers;
        if (clients[i].successful) {
            connection += clients[i].connection;
            metrics.successful_connections++;
        }
    }
    metrics.failed_connections = num_clients - metrics.successful_connections;
    if (metrics.successful_connections)
        metrics.connection_time = (double)connection / metrics.successful_connections / 1e6;
    if (answers)
        metrics.request_response_time = (double)response / answers / 1e6;
    close(epoll);
    close(timer);
    free(clients);
    printf("%-10s connect %.0f us, answer %.0f us, %d ok, %d failed\n", server_type,
           metrics.connection_time * 1e6, metrics.request_response_time * 1e6,
           metrics.successful_connections, metrics.failed_connections);
    return metrics;
}

int main(int argc, char **argv)
{
    benchmark_server(argc > 1 ? argv[1] : "", support_number(argc, argv, 2, 8080),
                     support_number(argc, argv, 3, 10));
    return 0;
}
