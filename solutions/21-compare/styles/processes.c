/* A process for each client, which blocks in poll(2) until a deadline; pipes say when all are
   connected, and what became of each. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

struct result {
    bool successful;
    int answers;
    double connecting, asking;
};

struct pipes {
    int ready[2], go[2], results[2];
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool wait_for(int fd, short events, double since)
{
    struct pollfd entry = {.fd = fd, .events = events};
    for (;;) {
        int left = timeout_ms - (int)((now() - since) * 1e3);
        int ready = left > 0 ? poll(&entry, 1, left) : 0;
        if (ready >= 0)
            return ready > 0;
        if (errno != EINTR)
            return false;
    }
}

static int open_connection(int port, struct result *result)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), error = 0;
    socklen_t size = sizeof error;
    double begin = now();
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 &&
        (errno != EINPROGRESS || !wait_for(fd, POLLOUT, begin)))
        return -1;
    result->connecting = now() - begin;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error ? -1 : fd;
}

static bool ask(int fd, int seed, struct result *result)
{
    char request[SIZE], answer[SIZE];
    memset(request, seed, sizeof request);
    double begin = now();
    for (size_t done = 0; done < 2 * (size_t)SIZE;) {
        bool sending = done < SIZE;
        ssize_t n = sending ? send(fd, request + done, SIZE - done, MSG_NOSIGNAL)
                            : recv(fd, answer + done - SIZE, 2 * (size_t)SIZE - done, 0);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            return false;
        else if (errno == EAGAIN && !wait_for(fd, sending ? POLLOUT : POLLIN, begin))
            return false;
    }
    double took = now() - begin;
    if (memcmp(request, answer, SIZE) != 0)
        return false;
    result->asking += took;
    result->answers++;
    return true;
}

static bool read_all(int fd, void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, (char *)data + done, size - done);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static _Noreturn void be_client(const struct pipes *pipes, int port, int number)
{
    struct result result = {0};
    char byte = 0;
    close(pipes->go[1]);
    int fd = open_connection(port, &result);
    bool well = fd >= 0 && write(pipes->ready[1], &byte, 1) == 1;
    if (fd < 0 && write(pipes->ready[1], &byte, 1) != 1)
        _exit(1);
    read_all(pipes->go[0], &byte, 1); /* its end: all are there */
    for (int i = 0; well && i < requests_per_client; i++)
        well = ask(fd, number + i, &result);
    if (fd >= 0)
        close(fd);
    result.successful = well;
    _exit(write(pipes->results[1], &result, sizeof result) == sizeof result ? 0 : 1);
}

performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients)
{
    performance_metrics_t metrics = {0};
    struct pipes pipes;
    struct result result;
    int answers = 0, living = 0;
    char byte;
    if (pipe(pipes.ready) < 0 || pipe(pipes.go) < 0 || pipe(pipes.results) < 0)
        return metrics;
    for (int i = 0; i < num_clients; i++) {
        pid_t child = fork();
        if (child == 0)
            be_client(&pipes, port, i);
        living += child > 0;
    }
    for (int i = 0; i < living; i++)
        read_all(pipes.ready[0], &byte, 1);
    close(pipes.go[1]);
    for (int i = 0; i < living && read_all(pipes.results[0], &result, sizeof result); i++) {
        metrics.successful_connections += result.successful;
        metrics.connection_time += result.successful ? result.connecting : 0;
        metrics.request_response_time += result.asking;
        answers += result.answers;
    }
    while (living > 0)
        living -= wait(NULL) > 0;
    for (int i = 0; i < 2; i++) {
        close(pipes.ready[i]);
        close(pipes.results[i]);
    }
    close(pipes.go[0]);
    metrics.failed_connections = num_clients - metrics.successful_connections;
    if (metrics.successful_connections > 0)
        metrics.connection_time /= metrics.successful_connections;
    if (answers > 0)
        metrics.request_response_time /= answers;
    printf("%s\n", server_type);
    return metrics;
}

int main(int argc, char **argv)
{
    benchmark_server(argc > 1 ? argv[1] : "", support_number(argc, argv, 2, 8080),
                     support_number(argc, argv, 3, 10));
    return 0;
}
