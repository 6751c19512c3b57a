/*
 * What the servers of this folder have in common: clients in the order of their activity, one
 * step with one of them, and the main program. What differs is how they wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 8192

struct client {
    TAILQ_ENTRY(client) place;
    int fd; /* -1: closed */
    int home;
    size_t start, end;
    int64_t active;
    char *buffer;
};

static TAILQ_HEAD(client_list, client) clients = TAILQ_HEAD_INITIALIZER(clients);
static struct client_list closed = TAILQ_HEAD_INITIALIZER(closed);
static int count, most_clients = 10000, idle_seconds = 60;
static int64_t now, accept_after;

static void read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool pending(const struct client *client)
{
    return client->start < client->end;
}

static void drop(struct client *client)
{
    close(client->fd);
    free(client->buffer); /* the rest stays until forget_closed: an event may point to it */
    client->fd = -1;
    TAILQ_REMOVE(&clients, client, place);
    TAILQ_INSERT_TAIL(&closed, client, place);
    count--;
    accept_after = now;
}

static void forget_closed(void)
{
    struct client *client;
    while ((client = TAILQ_FIRST(&closed))) {
        TAILQ_REMOVE(&closed, client, place);
        free(client);
    }
}

static void touch(struct client *client)
{
    client->active = now;
    TAILQ_REMOVE(&clients, client, place);
    TAILQ_INSERT_TAIL(&clients, client, place);
}

/* 1: bytes moved; 0: none did; -1: it is over. */
static int push(struct client *client)
{
    ssize_t n = send(client->fd, client->buffer + client->start, client->end - client->start,
                     MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    client->start += (size_t)n;
    return 1;
}

static int pull(struct client *client)
{
    ssize_t n = recv(client->fd, client->buffer, SIZE, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (n == 0)
        return -1;
    client->start = 0;
    client->end = (size_t)n;
    return push(client) < 0 ? -1 : 1;
}

/* One step; a client that is over is closed. 1, 0 or -1 as above. */
static int serve(struct client *client)
{
    int moved = pending(client) ? push(client) : pull(client);
    if (moved > 0)
        touch(client);
    else if (moved < 0)
        drop(client);
    return moved;
}

/* The next client, or NULL. Without a descriptor accept_after is a second from now. */
static struct client *admit(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE)
            accept_after = now + 1000;
        return NULL;
    }
    if (count == most_clients)
        drop(TAILQ_FIRST(&clients));
    struct client *client = calloc(1, sizeof *client);
    client->buffer = malloc(SIZE);
    client->fd = fd;
    client->active = now;
    TAILQ_INSERT_TAIL(&clients, client, place);
    count++;
    return client;
}

static void drop_idle(void)
{
    struct client *client;
    while ((client = TAILQ_FIRST(&clients)) && now - client->active >= idle_seconds * 1000)
        drop(client);
}

static inline int next_timeout(void)
{
    struct client *client = TAILQ_FIRST(&clients);
    int64_t left = client ? client->active + idle_seconds * 1000 - now : INT_MAX;
    if (accept_after > now && accept_after - now < left)
        left = accept_after - now;
    return left == INT_MAX ? -1 : left > 0 ? (int)left : 0;
}

static inline void drop_all(void)
{
    while (!TAILQ_EMPTY(&clients))
        drop(TAILQ_FIRST(&clients));
    forget_closed();
}

void epoll_server(int server_fd);

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    most_clients = support_number(argc, argv, 2, most_clients);
    idle_seconds = support_number(argc, argv, 3, idle_seconds);
    support_catch_stop();
    int server_fd = support_listen(port);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
