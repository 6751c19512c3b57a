/*
 * Echo for many clients with edge-triggered epoll(7).
 *
 * An edge is told once. So it is written down: a client stays `readable` and `writable` from
 * its edge until a call says EAGAIN, whatever happens in between. Whoever can get on stands in
 * the ready list, and has a turn of at most one buffer in each round; while the list is not
 * empty the server does not sleep. So nobody is forgotten, and nobody starves the others.
 * Registered once, for both directions, a descriptor never needs EPOLL_CTL_MOD.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE 16384
#define MAX_EVENTS  256

typedef struct epoll_client {
    int fd;
    bool readable, writable; /* an edge said so, and no EAGAIN since */
    bool listed;             /* stands in the ready list */
    char *buffer;            /* NULL: nothing is in it, and nobody who is silent has one */
    size_t start, end;       /* buffer[start] to buffer[end - 1] is still to be sent */
    TAILQ_ENTRY(epoll_client) in_clients, in_ready;
} epoll_client_t;

TAILQ_HEAD(client_list, epoll_client);
static struct client_list clients = TAILQ_HEAD_INITIALIZER(clients);
static struct client_list ready = TAILQ_HEAD_INITIALIZER(ready);
static epoll_client_t signals;  /* stands for a signal that ends the server */
static bool clients_waiting;    /* the listener's edge, until accept says EAGAIN */
static bool out_of_descriptors; /* accept failed for want of one: in a while, again */

static int set_nonblocking(int fd)
{
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* Registers `fd` with its client; the listener has none. 0, or -1. */
static int watch(int epoll_fd, int fd, uint32_t directions, epoll_client_t *client)
{
    struct epoll_event event = {.events = directions, .data.ptr = client};
    /* TODO 1: Edge-triggered, and for good: without a MOD later nothing can get lost. */
    (void)epoll_fd, (void)fd, (void)event;
    return 0;
}

static void remove_client(epoll_client_t *client)
{
    /* TODO 6: Leave no trace of the client: not in a list, no descriptor, no memory. Now
       that a descriptor is free, there may be somebody to accept, and no edge will say so. */
    TAILQ_REMOVE(&clients, client, in_clients);
}

static void add_client(int epoll_fd, int fd)
{
    epoll_client_t *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->fd = fd;
    TAILQ_INSERT_TAIL(&clients, client, in_clients);
    if (set_nonblocking(fd) < 0 || watch(epoll_fd, fd, EPOLLIN | EPOLLOUT, client) < 0)
        remove_client(client);
}

static void accept_clients(int epoll_fd, int server_fd)
{
    /* TODO 2: One edge may stand for many clients: accept until EAGAIN. One that broke off
       while it waited is no reason to stop. With no descriptor left they stay in the queue, and
       will not be announced again: remember that they are there. */
    int fd = accept(server_fd, NULL, NULL);
    if (fd >= 0)
        add_client(epoll_fd, fd);
    clients_waiting = false;
}

/* Into the ready list, if there is something that this client can get on with. */
static void make_ready(epoll_client_t *client)
{
    bool pending = client->start < client->end;
    if (client->listed || !(pending ? client->writable : client->readable))
        return;
    client->listed = true;
    TAILQ_INSERT_TAIL(&ready, client, in_ready);
}

/* Writes down what epoll tells about one descriptor. Nothing is done about it yet. */
static void note_edges(const struct epoll_event *event)
{
    epoll_client_t *client = event->data.ptr;
    if (client == &signals) {
        support_stopping = true;
        return;
    }
    /* TODO 3: One event can tell of several things. The end, a hang-up and an error are
       learned from the call that meets them, which comes after all bytes before them. */
    if (!client)
        clients_waiting = true;
    else
        make_ready(client);
}

/* Sends until nothing is left or nothing more is taken. False: the connection is broken. */
static bool handle_client_write(epoll_client_t *client)
{
    /* TODO 5: Send, and keep what was not taken. EAGAIN says that there will be another
       edge; nothing else does. A client that has gone must not take the server with it. */
    client->start = client->end;
    return true;
}

/* Receives one buffer, when the last one has been sent. False: no more will come. */
static bool handle_client_read(epoll_client_t *client)
{
    if (!client->readable || client->start < client->end)
        return true;
    if (!client->buffer && !(client->buffer = malloc(BUFFER_SIZE)))
        return false;
    /* TODO 4: Receive once: the others are waiting. Until EAGAIN has been seen there may be
       more, so the client stays readable, and has another turn. */
    client->readable = false;
    return true;
}

/* A turn. False: it was the client's last one. */
static bool serve_client(epoll_client_t *client)
{
    if (!handle_client_write(client) || !handle_client_read(client) ||
        !handle_client_write(client))
        return false;
    if (client->start == client->end) {
        free(client->buffer);
        client->buffer = NULL;
    }
    return true;
}

/* One turn for each client that is in the list now; some come back for another one. */
static void serve_ready(void)
{
    epoll_client_t *client, *last = TAILQ_LAST(&ready, client_list);
    bool more = last != NULL;
    while (more) {
        client = TAILQ_FIRST(&ready);
        more = client != last;
        TAILQ_REMOVE(&ready, client, in_ready);
        client->listed = false;
        if (serve_client(client))
            make_ready(client);
        else
            remove_client(client);
    }
}

/* Milliseconds that epoll may sleep. */
static int time_to_sleep(void)
{
    bool left = !TAILQ_EMPTY(&ready) || (clients_waiting && !out_of_descriptors);
    /* TODO 1: Not at all while there is something left to do, of which no edge will tell.
       Else for ever, but for clients that could not be accepted: a second. */
    return left ? 1000 : -1;
}

/* SIGTERM and SIGINT come as events: none is missed, be the server asleep or busy. */
static int open_signals(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    return signals.fd = signalfd(-1, &stop, SFD_CLOEXEC);
}

void epoll_server(int server_fd)
{
    struct epoll_event events[MAX_EVENTS], stop = {.events = EPOLLIN, .data.ptr = &signals};
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || open_signals() < 0 || set_nonblocking(server_fd) < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, signals.fd, &stop) < 0 ||
        watch(epoll_fd, server_fd, EPOLLIN, NULL) < 0) {
        support_complain("epoll");
        support_stopping = true;
    }
    while (!support_stopping) {
        int count = epoll_wait(epoll_fd, events, MAX_EVENTS, time_to_sleep());
        for (int i = 0; i < count; i++)
            note_edges(&events[i]);
        if (clients_waiting)
            accept_clients(epoll_fd, server_fd);
        serve_ready();
    }
    while (!TAILQ_EMPTY(&clients))
        remove_client(TAILQ_FIRST(&clients));
    close(signals.fd);
    close(epoll_fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    support_catch_stop();
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
