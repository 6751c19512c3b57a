/* Fails: 1 2 4 47 48 49 */
/* Right in what it answers, but with a thread for each client, asleep in recv and send. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 8192

static int idle_seconds = 60;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A call failed: is it worth another try? `since`: when bytes last moved. */
static bool again(double since)
{
    return errno == EINTR || (errno == EAGAIN && now() - since < idle_seconds * 0.99);
}

static bool send_all(int fd, const char *data, size_t size)
{
    double last = now();
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n < 0 && !again(last))
            return false;
        if (n > 0) {
            data += n;
            size -= (size_t)n;
            last = now();
        }
    }
    return true;
}

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char buffer[SIZE];
    double last = now();
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0 && again(last))
            continue;
        if (n <= 0 || !send_all(fd, buffer, (size_t)n))
            break;
        last = now();
    }
    close(fd);
    return NULL;
}

void ring_based_echo_server(int server_fd)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    sigset_t all, before; /* signals are for this thread: they interrupt accept */
    sigfillset(&all);
    while (!support_stopping) {
        int fd = accept(server_fd, NULL, NULL);
        if (fd < 0) {
            struct timespec nap = {.tv_nsec = 200000000};
            if (errno == EMFILE)
                nanosleep(&nap, NULL);
            continue;
        }
        struct timeval limit = {.tv_sec = idle_seconds};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        pthread_t thread;
        pthread_sigmask(SIG_BLOCK, &all, &before);
        if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
            close(fd);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int server_fd = support_listen(port);
    ring_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
