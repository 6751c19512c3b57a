/* Style: threads in a list behind a mutex, joined as they end; at the end all are shut down. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

struct client {
    pthread_t thread;
    int fd;
    bool done;
    struct client *next;
};

static struct client *clients;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int idle;

static int wait_for(int fd, short events, int seconds)
{
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;
        struct pollfd poll_fd = {.fd = fd, .events = events};
        int n = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ETIMEDOUT;
        return -1;
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    return wait_for(sockfd, POLLIN, timeout_sec) < 0 ? -1 : (int)recv(sockfd, buffer, len, 0);
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    if (wait_for(sockfd, POLLOUT, timeout_sec) < 0)
        return -1;
    return (int)send(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool echo(int fd, char *buffer, size_t size)
{
    ssize_t n = recv(fd, buffer, size, 0);
    if (n < 0)
        return errno == EINTR;
    for (ssize_t sent = 0, m; sent < n; sent += m) {
        m = send(fd, buffer + sent, n - sent, MSG_NOSIGNAL);
        if (m < 0 && errno == EINTR)
            m = 0;
        else if (m < 0)
            return false;
    }
    return n > 0;
}

static void *serve(void *arg)
{
    struct client *client = arg;
    struct timeval limit = {.tv_sec = idle};
    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    size_t size = 1 << 20;
    char *buffer = malloc(size);
    while (buffer && echo(client->fd, buffer, size))
        ;
    free(buffer);
    pthread_mutex_lock(&lock);
    close(client->fd);
    client->fd = -1;
    client->done = true;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void join_ended(bool all)
{
    pthread_mutex_lock(&lock);
    for (struct client **at = &clients; *at;) {
        struct client *client = *at;
        if (!client->done && !all) {
            at = &client->next;
            continue;
        }
        if (!client->done)
            shutdown(client->fd, SHUT_RDWR);
        *at = client->next;
        pthread_mutex_unlock(&lock);
        pthread_join(client->thread, NULL);
        free(client);
        pthread_mutex_lock(&lock);
        if (!all)
            at = &clients;
    }
    pthread_mutex_unlock(&lock);
}

static void begin(int fd, const pthread_attr_t *attributes)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->fd = fd;
    pthread_mutex_lock(&lock);
    client->next = clients;
    if (pthread_create(&client->thread, attributes, serve, client) == 0) {
        clients = client;
    } else {
        close(fd);
        free(client);
    }
    pthread_mutex_unlock(&lock);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    int listener = support_listen(port);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    while (!support_stopping) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            begin(fd, &attributes);
        else if (errno == EMFILE || errno == ENFILE)
            poll(NULL, 0, 100);
        join_ended(false);
    }
    join_ended(true);
    close(listener);
    return 0;
}
