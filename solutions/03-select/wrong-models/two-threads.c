/* Fails: 1 */
/* Right in all that it answers, and it sleeps in select only, but in two threads: one accepts,
   and hands each client over through a pipe to the other, which serves all of them. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE 16384

struct client {
    bool open;
    size_t start, end;    /* buffer[start] to buffer[end - 1] is still to be sent */
    double last_activity; /* when bytes last moved, in or out */
    char buffer[BUFFER_SIZE];
};

static struct client clients[FD_SETSIZE]; /* by descriptor */
static fd_set master_readfds, master_writefds;
static int handover[2];
static int max_fd; /* the highest descriptor in a set */
static double now; /* seconds on a clock that nobody sets; read once a round */
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
    FD_CLR(fd, &master_readfds);
    FD_CLR(fd, &master_writefds);
    clients[fd].open = false;
    close(fd);
    while (max_fd > handover[0] && !clients[max_fd].open)
        max_fd--;
}

static void take_client(void)
{
    int fd;
    if (read(handover[0], &fd, sizeof fd) != sizeof fd)
        return;
    clients[fd].last_activity = now;
    clients[fd].open = true;
    FD_SET(fd, &master_readfds);
    if (fd > max_fd)
        max_fd = fd;
}

/* Sends as much of the buffer as the kernel takes. */
static void send_to(int fd)
{
    struct client *client = &clients[fd];
    const char *rest = client->buffer + client->start;
    ssize_t sent = send(fd, rest, client->end - client->start, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        drop_client(fd);
        return;
    }
    if (sent > 0) {
        client->start += (size_t)sent;
        client->last_activity = now;
    }
    bool pending = client->start < client->end;
    FD_CLR(fd, pending ? &master_readfds : &master_writefds);
    FD_SET(fd, pending ? &master_writefds : &master_readfds);
}

/* Receives what is there, but once only: the others are waiting for their turn. */
static void receive_from(int fd)
{
    struct client *client = &clients[fd];
    ssize_t received = recv(fd, client->buffer, sizeof client->buffer, 0);
    if (received > 0) {
        client->start = 0;
        client->end = (size_t)received;
        client->last_activity = now;
        send_to(fd);
    } else if (received == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop_client(fd); /* nothing is left to be sent, or it would not have been read */
    }
}

/* What select found out about one client. */
static void serve_client(int fd, bool readable, bool writable)
{
    bool idle = false;
    idle = now - clients[fd].last_activity >= idle_seconds;
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
    if (FD_ISSET(handover[0], readfds))
        take_client();
}

static void *serve_for_ever(void *argument)
{
    max_fd = handover[0];
    FD_ZERO(&master_readfds);
    FD_ZERO(&master_writefds);
    FD_SET(handover[0], &master_readfds);
    for (;;) {
        fd_set readfds = master_readfds, writefds = master_writefds;
        struct timeval timeout = {.tv_sec = 1};
        if (select(max_fd + 1, &readfds, &writefds, NULL, &timeout) < 0)
            continue;
        read_clock();
        serve_all(&readfds, &writefds);
    }
    return argument;
}

static void accept_clients(int server_fd)
{
    fd_set readfds;
    FD_ZERO(&readfds);
    FD_SET(server_fd, &readfds);
    struct timeval timeout = {.tv_sec = 1};
    if (select(server_fd + 1, &readfds, NULL, NULL, &timeout) <= 0)
        return;
    int fd = accept(server_fd, NULL, NULL);
    if (fd >= FD_SETSIZE) {
        close(fd);
    } else if (fd >= 0) {
        set_nonblocking(fd);
        if (write(handover[1], &fd, sizeof fd) < 0)
            close(fd);
    } else if (errno == EMFILE) {
        timeout = (struct timeval){.tv_usec = 500000};
        select(0, NULL, NULL, NULL, &timeout);
    }
}

void select_based_echo_server(int server_fd)
{
    set_nonblocking(server_fd);
    sigset_t all, before;
    sigfillset(&all);
    pthread_t thread;
    if (pipe(handover) < 0)
        return;
    sigprocmask(SIG_BLOCK, &all, &before);
    pthread_create(&thread, NULL, serve_for_ever, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    while (!support_stopping)
        accept_clients(server_fd);
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
