/*
 * What the three single-threaded servers of this folder share: their clients, one step with one
 * of them, and the functions of the lab's interface. What differs is how they find out who is
 * ready.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

static int ready(int fd, short events, int seconds)
{
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;
        struct pollfd one = {fd, events, 0};
        int n = poll(&one, 1, left > 0 ? (int)left : 0);
        if (n == 0)
            errno = ETIMEDOUT;
        if (n >= 0 || errno != EINTR)
            return n;
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    return ready(sockfd, POLLIN, timeout_sec) > 0 ? (int)recv(sockfd, buffer, len, 0) : -1;
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    return ready(sockfd, POLLOUT, timeout_sec) > 0
               ? (int)send(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL)
               : -1;
}

#define MOST        4096
#define BUFFER_SIZE 16384

struct client {
    int fd; /* -1: none */
    size_t length, sent;
    long long stamp;
    char data[BUFFER_SIZE];
};

static struct client *clients[MOST]; /* by descriptor */
static int highest = -1, idle;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void drop(struct client *client)
{
    clients[client->fd] = NULL;
    close(client->fd);
    free(client);
    while (highest >= 0 && !clients[highest])
        highest--;
}

static struct client *take(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return NULL;
    struct client *client = fd < MOST ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        close(fd);
        return NULL;
    }
    client->fd = fd;
    client->stamp = now_ms();
    clients[fd] = client;
    highest = fd > highest ? fd : highest;
    return client;
}

/* Receives if nothing is left to send, and sends. False: the client has been dropped. */
static bool step(struct client *client)
{
    if (client->sent == client->length) {
        ssize_t n = recv(client->fd, client->data, sizeof client->data, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            drop(client);
            return false;
        }
        client->sent = 0;
        client->length = n > 0 ? (size_t)n : 0;
    }
    while (client->sent < client->length) {
        ssize_t n = send(client->fd, client->data + client->sent, client->length - client->sent,
                         MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n < 0) {
            drop(client);
            return false;
        }
        client->sent += (size_t)n;
        client->stamp = now_ms();
    }
    return true;
}

static void drop_idle(void)
{
    long long now = now_ms();
    for (int fd = 0; fd <= highest; fd++)
        if (clients[fd] && now - clients[fd]->stamp >= idle * 1000LL)
            drop(clients[fd]);
}
