/* A thread for each client that blocks in connect, send and recv; the socket's own time-outs are
   set to what is left before each call. Threads are detached and counted. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
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

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int port, connecting, living, answers;
    performance_metrics_t sums;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool limit(int fd, int option, double until)
{
    double left = until - now();
    if (left <= 1e-6) /* {0, 0} would be no limit at all */
        return false;
    struct timeval time = {(time_t)left, (suseconds_t)((left - (double)(time_t)left) * 1e6)};
    return setsockopt(fd, SOL_SOCKET, option, &time, sizeof time) == 0;
}

/* A connect that was interrupted goes on by itself. */
static bool has_connected(int fd, double until)
{
    struct pollfd entry = {.fd = fd, .events = POLLOUT};
    int error = ETIMEDOUT;
    socklen_t size = sizeof error;
    while (now() < until && poll(&entry, 1, (int)((until - now()) * 1e3) + 1) < 0 &&
           errno == EINTR)
        ;
    if (entry.revents)
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0;
}

static bool open_connection(int fd, int port, double until)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = inet_addr("127.0.0.1")};
    if (fd < 0 || !limit(fd, SO_SNDTIMEO, until))
        return false;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return true;
    return errno == EINTR && has_connected(fd, until);
}

static bool ask(int fd, int seed, double *took)
{
    unsigned char request[SIZE], answer[SIZE];
    double begin = now(), until = begin + timeout_ms / 1e3;
    size_t sent = 0, received = 0;
    for (int i = 0; i < SIZE; i++)
        request[i] = (unsigned char)(seed >> i % 3 * 8);
    while (received < SIZE) {
        bool sending = sent < SIZE;
        if (!limit(fd, sending ? SO_SNDTIMEO : SO_RCVTIMEO, until))
            return false;
        ssize_t n = sending ? send(fd, request + sent, SIZE - sent, MSG_NOSIGNAL)
                            : recv(fd, answer + received, SIZE - received, 0);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0)
            *(sending ? &sent : &received) += (size_t)n;
    }
    *took = now() - begin;
    return memcmp(request, answer, SIZE) == 0;
}

static void meet_others(struct shared *shared)
{
    pthread_mutex_lock(&shared->lock);
    shared->connecting--;
    pthread_cond_broadcast(&shared->changed);
    while (shared->connecting > 0)
        pthread_cond_wait(&shared->changed, &shared->lock);
    pthread_mutex_unlock(&shared->lock);
}

static void report(struct shared *shared, bool well, double connecting, double asking,
                   int answers)
{
    pthread_mutex_lock(&shared->lock);
    shared->sums.successful_connections += well;
    shared->sums.failed_connections += !well;
    shared->sums.connection_time += well ? connecting : 0;
    shared->sums.request_response_time += asking;
    shared->answers += answers;
    shared->living--;
    pthread_cond_broadcast(&shared->changed);
    pthread_mutex_unlock(&shared->lock);
}

static void *client(void *argument)
{
    struct shared *shared = argument;
    double begin = now(), asking = 0, took;
    int fd = socket(AF_INET, SOCK_STREAM, 0), answers = 0;
    begin = now();
    bool well = open_connection(fd, shared->port, begin + timeout_ms / 1e3);
    double connecting = now() - begin;
    meet_others(shared);
    while (well && answers < requests_per_client) {
        well = ask(fd, fd * 1000 + answers, &took);
        if (well) {
            asking += took;
            answers++;
        }
    }
    if (fd >= 0)
        close(fd);
    report(shared, well, connecting, asking, answers);
    return NULL;
}

static void begin_client(struct shared *shared)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, client, shared) != 0) {
        pthread_mutex_lock(&shared->lock);
        shared->connecting--;
        pthread_cond_broadcast(&shared->changed);
        pthread_mutex_unlock(&shared->lock);
        report(shared, false, 0, 0, 0);
    }
    pthread_attr_destroy(&attributes);
}

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    struct shared shared = {.lock = PTHREAD_MUTEX_INITIALIZER,
                            .changed = PTHREAD_COND_INITIALIZER,
                            .port = port,
                            .connecting = num_clients,
                            .living = num_clients};
    for (int i = 0; i < num_clients; i++)
        begin_client(&shared);
    pthread_mutex_lock(&shared.lock);
    while (shared.living > 0)
        pthread_cond_wait(&shared.changed, &shared.lock);
    pthread_mutex_unlock(&shared.lock);
    performance_metrics_t metrics = shared.sums;
    if (metrics.successful_connections > 0)
        metrics.connection_time /= metrics.successful_connections;
    if (shared.answers > 0)
        metrics.request_response_time /= shared.answers;
    puts(server_type);
    return metrics;
}

int main(int argc, char **argv)
{
    benchmark_server(argc > 1 ? argv[1] : "", support_number(argc, argv, 2, 8080),
                     support_number(argc, argv, 3, 10));
    return 0;
}
