/* A thread for each client, with descriptors that do not block and poll(2) until a deadline. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
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

/* Clients that have not yet come to the end of their connect. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t open;
    int missing;
};

struct client {
    pthread_t thread;
    bool started, successful;
    int number, port, fd, answers;
    struct gate *gate;
    int64_t connecting, asking; /* ns */
};

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

static bool wait_for(const struct client *client, short events, int64_t since)
{
    for (;;) {
        int64_t left = timeout_ms - (nanoseconds() - since) / 1000000;
        struct pollfd entry = {.fd = client->fd, .events = events};
        int ready = left > 0 ? poll(&entry, 1, (int)left) : 0;
        if (ready >= 0)
            return ready > 0;
        if (errno != EINTR)
            return false;
    }
}

static bool connected(struct client *client)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)client->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return false;
    int64_t begin = nanoseconds();
    int error = 0;
    socklen_t size = sizeof error;
    if (connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0) {
        if (errno != EINPROGRESS || !wait_for(client, POLLOUT, begin))
            return false;
        getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    client->connecting = nanoseconds() - begin;
    return error == 0;
}

static void pass(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    if (--gate->missing == 0)
        pthread_cond_broadcast(&gate->open);
    while (gate->missing > 0)
        pthread_cond_wait(&gate->open, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static bool move(const struct client *client, char *data, bool out, int64_t since)
{
    for (size_t done = 0; done < SIZE;) {
        ssize_t moved = out ? send(client->fd, data + done, SIZE - done, MSG_NOSIGNAL)
                            : recv(client->fd, data + done, SIZE - done, 0);
        if (moved > 0)
            done += (size_t)moved;
        else if (moved == 0 || (errno != EAGAIN && errno != EINTR))
            return false;
        else if (errno == EAGAIN && !wait_for(client, out ? POLLOUT : POLLIN, since))
            return false;
    }
    return true;
}

static bool ask(struct client *client)
{
    char request[SIZE], answer[SIZE];
    memset(request, client->number + client->answers, sizeof request);
    int64_t begin = nanoseconds();
    if (!move(client, request, true, begin) || !move(client, answer, false, begin))
        return false;
    int64_t end = nanoseconds();
    if (memcmp(request, answer, SIZE) != 0)
        return false;
    client->asking += end - begin;
    client->answers++;
    return true;
}

static void *be_client(void *argument)
{
    struct client *client = argument;
    bool well = connected(client);
    pass(client->gate);
    for (int i = 0; well && i < requests_per_client; i++)
        well = ask(client);
    if (client->fd >= 0)
        close(client->fd);
    client->successful = well;
    return NULL;
}

static void start(struct client *client)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    client->fd = -1;
    client->started = pthread_create(&client->thread, &attributes, be_client, client) == 0;
    pthread_attr_destroy(&attributes);
    if (!client->started)
        pass(client->gate);
}

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, num_clients};
    struct client *clients = calloc((size_t)num_clients + 1, sizeof *clients);
    performance_metrics_t metrics = {0};
    int answers = 0;
    for (int i = 0; i < num_clients; i++) {
        clients[i].number = i;
        clients[i].port = port;
        clients[i].gate = &gate;
        start(&clients[i]);
    }
    for (int i = 0; i < num_clients; i++) {
        if (clients[i].started)
            pthread_join(clients[i].thread, NULL);
        answers += clients[i].answers;
        metrics.request_response_time += (double)clients[i].asking / 1e9;
        metrics.successful_connections += clients[i].successful;
        metrics.failed_connections += !clients[i].successful;
        if (clients[i].successful)
            metrics.connection_time += (double)clients[i].connecting / 1e9;
    }
    free(clients);
    if (metrics.successful_connections > 0)
        metrics.connection_time /= metrics.successful_connections;
    if (answers > 0)
        metrics.request_response_time /= answers;
    printf("%s: %d + %d clients, %g s, %g s\n", server_type, metrics.successful_connections,
           metrics.failed_connections, metrics.connection_time, metrics.request_response_time);
    return metrics;
}

int main(int argc, char **argv)
{
    benchmark_server(argc > 1 ? argv[1] : "", support_number(argc, argv, 2, 8080),
                     support_number(argc, argv, 3, 10));
    return 0;
}
