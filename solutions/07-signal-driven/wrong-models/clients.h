/* What the wrong models share: clients that never make a call sleep, and the work. */
#ifndef WRONG_MODELS_CLIENTS_H
#define WRONG_MODELS_CLIENTS_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096

static struct client {
    bool open;
    size_t from, to;
    char buffer[8192];
} clients[MOST];
static bool full; /* no descriptors left */

static volatile unsigned long result;

static inline void work_on(long slice)
{
    unsigned long x = result + (unsigned long)slice;
    for (long step = 0; step < 2000000; step++)
        x = x * 6364136223846793005UL + 1442695040888963407UL;
    result = x;
}

static inline bool pending(int fd)
{
    return clients[fd].from < clients[fd].to;
}

static inline void drop(int fd)
{
    clients[fd].open = full = false;
    close(fd);
}

static inline bool over(ssize_t n)
{
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* Until there is nothing more to receive, or no room to send. */
static inline void serve(int fd)
{
    struct client *client = &clients[fd];
    for (;;) {
        ssize_t n = pending(fd) ? send(fd, client->buffer + client->from,
                                       client->to - client->from, MSG_NOSIGNAL)
                                : recv(fd, client->buffer, sizeof client->buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (over(n))
            drop(fd);
        if (n <= 0)
            return;
        if (pending(fd)) {
            client->from += (size_t)n;
        } else {
            client->from = 0;
            client->to = (size_t)n;
        }
    }
}

/* Accepts all; `known` is told of each. */
static inline void welcome(int listener, void (*known)(int fd))
{
    int fd;
    do {
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd >= MOST) {
            close(fd);
        } else if (fd >= 0) {
            clients[fd].open = true;
            clients[fd].from = clients[fd].to = 0;
            known(fd);
        }
    } while (fd >= 0 || errno == EINTR || errno == ECONNABORTED);
    full = errno != EAGAIN;
}

#endif
