/* Fails: 25 */
/* Blocking sockets in rounds: all send, then all receive, one after the other. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
    bool well;
    double begin, connecting;
    char request[SIZE];
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Whatever has come by now counts, however late it is looked at. */
static bool wait_for(struct client *client, short events)
{
    struct pollfd entry = {.fd = client->fd, .events = events};
    for (;;) {
        int left = timeout_ms - (int)((now() - client->begin) * 1e3);
        int ready = poll(&entry, 1, left > 0 ? left : 0);
        if (ready >= 0)
            return ready > 0;
        if (errno != EINTR)
            return false;
    }
}

static bool start(struct client *client, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    client->begin = now();
    return client->fd >= 0 &&
           (connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0 ||
            errno == EINPROGRESS);
}

static bool finish_connecting(struct client *client)
{
    int error = ETIMEDOUT;
    socklen_t size = sizeof error;
    if (wait_for(client, POLLOUT))
        getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    client->connecting = now() - client->begin;
    return error == 0;
}

static bool send_request(struct client *client, int seed)
{
    for (int i = 0; i < SIZE; i++)
        client->request[i] = (char)(seed + i);
    client->begin = now();
    for (ssize_t sent = 0, n; sent<SIZE; sent += n> 0 ? n : 0) {
        n = send(client->fd, client->request + sent, (size_t)(SIZE - sent), MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR && (errno != EAGAIN || !wait_for(client, POLLOUT)))
            return false;
    }
    return true;
}

static bool receive_answer(struct client *client)
{
    char answer[SIZE];
    for (ssize_t received = 0, n; received<SIZE; received += n> 0 ? n : 0) {
        if (!wait_for(client, POLLIN))
            return false;
        n = recv(client->fd, answer + received, (size_t)(SIZE - received), 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
    }
    return memcmp(client->request, answer, SIZE) == 0;
}

static void give_up(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    client->well = false;
}

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    struct client *clients = calloc((size_t)num_clients + 1, sizeof *clients);
    performance_metrics_t metrics = {0};
    int answers = 0;
    for (int i = 0; i < num_clients; i++)
        clients[i].well = start(&clients[i], port);
    for (struct client *client = clients; client < clients + num_clients; client++)
        if (!client->well || !finish_connecting(client))
            give_up(client);
    for (int round = 0; round < requests_per_client; round++) {
        for (struct client *client = clients; client < clients + num_clients; client++)
            if (client->well && !send_request(client, round))
                give_up(client);
        for (struct client *client = clients; client < clients + num_clients; client++) {
            if (!client->well)
                continue;
            if (receive_answer(client)) {
                metrics.request_response_time += now() - client->begin;
                answers++;
            } else {
                give_up(client);
            }
        }
    }
    for (struct client *client = clients; client < clients + num_clients; client++)
        if (client->well) {
            metrics.successful_connections++;
            metrics.connection_time += client->connecting;
            close(client->fd);
        }
    metrics.failed_connections = num_clients - metrics.successful_connections;
    if (metrics.successful_connections > 0)
        metrics.connection_time /= metrics.successful_connections;
    if (answers > 0)
        metrics.request_response_time /= answers;
    free(clients);
    puts(server_type);
    return metrics;
}

int main(int argc, char **argv)
{
    benchmark_server(argc > 1 ? argv[1] : "", support_number(argc, argv, 2, 8080),
                     support_number(argc, argv, 3, 10));
    return 0;
}
