/*
 * Thousands of clients with one thread and one place to sleep: poll(2).
 *
 * The kernel gets an array: an entry for each descriptor, with the events that are of interest.
 * It is dense: who leaves is replaced by the last one, so that no entry is looked at in vain.
 * What the server knows of a client stands at the same index of a second array, and moves along.
 * A client whose ring is full, because its answers do not get out, is not read from
 * (backpressure). Descriptors do not block: what poll said is already old when it is acted on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "support.h"

static struct pollfd *fds;         /* fds[0] is the listener */
static stateful_client_t *clients; /* clients[i] is the one of fds[i] */
static nfds_t nfds, room;          /* entries in use, and allocated */
static double accept_after;        /* out of descriptors: no use in trying before */
static int idle_seconds = 60;
static void (*handle)(stateful_client_t *, short) = handle_client_echo;

double now;

static void read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void remove_client(nfds_t i)
{
    close_client(&clients[i]);
    /* TODO 6: Fill the hole with the last one, in both arrays. Now that a descriptor is free,
       accepting need not wait. */
    fds[i].fd = -1;
}

/* Room for one more in both arrays. */
static bool grow(void)
{
    nfds_t wanted = room ? 2 * room : 64;
    if (nfds < room)
        return true;
    struct pollfd *more_fds = realloc(fds, wanted * sizeof *fds);
    if (more_fds)
        fds = more_fds;
    stateful_client_t *more_clients = realloc(clients, wanted * sizeof *clients);
    if (more_clients)
        clients = more_clients;
    if (more_fds && more_clients)
        room = wanted;
    return more_fds && more_clients;
}

static void add_client(int fd)
{
    stateful_client_t client;
    if (!open_client(&client, fd) || !grow()) {
        close_client(&client);
        return;
    }
    set_nonblocking(fd);
    clients[nfds] = client;
    fds[nfds] = (struct pollfd){.fd = fd, .events = POLLIN};
    nfds++;
}

static void accept_clients(void)
{
    int fd = -1;
    /* TODO 7: Accept all who are there. With no descriptor left, do not ask about the
       listener for a second: it stays readable, and poll would come back at once, for ever. */
    if (fd >= 0)
        add_client(fd);
}

/* What poll is to tell about a client. */
static short interest(const stateful_client_t *client)
{
    short events = 0;
    /* TODO 8: Its bytes, unless its end has come or its ring is full; room to write only
       while something is to be written. */
    events = client_pending(client) ? POLLIN | POLLOUT : POLLIN;
    return events;
}

static void serve_client(stateful_client_t *client, short revents)
{
    /* TODO 9: POLLERR and POLLHUP come unasked, and stay: a broken connection. Otherwise there
       is something to do if poll said so. And has nothing moved for idle_seconds, however busy the
       others are? */
    handle(client, revents);
}

static void serve_all(void)
{
    for (nfds_t i = 1; i < nfds;) {
        serve_client(&clients[i], fds[i].revents);
        /* TODO 10: After a removal somebody else stands at index i. */
        if (clients[i].finished)
            remove_client(i);
        fds[i].events = interest(&clients[i]);
        i++;
    }
    if (fds[0].revents)
        accept_clients();
}

/* TODO 11: How many milliseconds may poll sleep? Until the first client can be idle, or accepting
   is tried again; not for a fixed time: with nobody idle there is nothing to wake up for. */

void poll_based_server(int server_fd)
{
    set_nonblocking(server_fd);
    if (!grow())
        return;
    fds[nfds++] = (struct pollfd){.fd = server_fd};
    while (!support_stopping) {
        read_clock();
        fds[0].events = now >= accept_after ? POLLIN : 0;
        /* TODO 12: Ask about all entries. An interrupted call has told nothing. */
        break;
        read_clock();
        serve_all();
    }
    while (nfds > 1)
        close_client(&clients[--nfds]);
    free(fds);
    free(clients);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, idle_seconds);
    if (argc > 3 && strcmp(argv[3], "requests") == 0)
        handle = handle_client_state_machine;
    support_catch_stop();
    int server_fd = support_listen(port);
    poll_based_server(server_fd);
    close(server_fd);
    return 0;
}
