/*
 * Echo for many clients with one thread and one place to sleep: select(2).
 *
 * The kernel is asked about all descriptors at once. Two sets say what is of interest: a client
 * stands in master_readfds while nothing is left to be sent to it, in master_writefds while
 * something is, and so never in both. A client that does not read is not read from either
 * (backpressure), and 16 KiB is all that it can occupy here. Descriptors do not block: what
 * select said is already old when it is acted on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE 16384

struct client {
    bool open;
    char buffer[BUFFER_SIZE];
    size_t start, end;    /* buffer[start] to buffer[end - 1] is still to be sent */
    double last_activity; /* when bytes last moved, in or out */
};

static struct client clients[FD_SETSIZE]; /* by descriptor */
static fd_set master_readfds, master_writefds;
static int listener;
static int max_fd;          /* the highest descriptor in a set */
static double now;          /* seconds on a clock that nobody sets; read once a round */
static double accept_after; /* out of descriptors: no use in trying before */
static int idle_seconds = 60;

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

static void drop_client(int fd)
{
    /* TODO 5: Close the descriptor and leave no trace of it: not in the sets, not in
       max_fd. Now that a descriptor is free, accepting need not wait. */
    clients[fd].open = false;
}

static void accept_client(void)
{
    /* TODO 2: Accept one client, make it non-blocking and watch for its bytes. Refuse a
       descriptor that no fd_set can hold. With no descriptor left, take the listener out of the
       set for a second: it stays readable, and select would come back at once, for ever. */
}

/* Sends as much of the buffer as the kernel takes. */
static void send_to(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 4: Send, and keep what was not taken. While something is left, wait until the
       client takes more and read nothing from it; then the other way round. A client that has
       gone must not take the server with it. */
    client->start = client->end;
}

/* Receives what is there, but once only: the others are waiting for their turn. */
static void receive_from(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 3: Receive into the buffer, and try to send it back at once: mostly the kernel
       takes it. Tell apart bytes, the end, "nothing there after all" and a broken
       connection. */
    client->start = client->end = 0;
}

/* What select found out about one client. */
static void serve_client(int fd, bool readable, bool writable)
{
    bool idle = false;
    /* TODO 6: Has nothing moved for idle_seconds, however busy the others are? */
    if (readable)
        receive_from(fd);
    else if (writable)
        send_to(fd);
    else if (idle)
        drop_client(fd);
}

static void serve_all(const fd_set *readfds, const fd_set *writefds)
{
    for (int fd = 0; fd <= max_fd; fd++)
        if (clients[fd].open)
            serve_client(fd, FD_ISSET(fd, readfds), FD_ISSET(fd, writefds));
    if (FD_ISSET(listener, readfds))
        accept_client();
}

/* TODO 6: How long may select sleep? Until the first client can be idle, or accepting is
   tried again; not for a fixed time: with nobody idle there is nothing to wake up for. */

void select_based_echo_server(int server_fd)
{
    listener = max_fd = server_fd;
    set_nonblocking(listener);
    FD_ZERO(&master_readfds);
    FD_ZERO(&master_writefds);
    while (!support_stopping) {
        read_clock();
        if (now >= accept_after)
            FD_SET(listener, &master_readfds);
        /* TODO 1: Ask about copies of the sets: select writes its answer over the question,
           and over the time-out too. */
        serve_all(&master_readfds, &master_writefds);
        break;
    }
    for (int fd = max_fd; fd >= 0; fd--)
        if (clients[fd].open)
            drop_client(fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, idle_seconds);
    support_catch_stop();
    int server_fd = support_listen(port);
    select_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
