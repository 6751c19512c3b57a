/* Style: a self-pipe wakes select for SIGTERM, accept4 until EAGAIN, a linked list of clients
   from malloc, ring buffers with readv and writev, read and write interest at the same time,
   the half-close remembered until the ring is empty. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define RING 8192u

typedef struct client {
    int fd, eof;
    unsigned head, tail; /* bytes in and out so far */
    time_t last_activity;
    struct client *next;
    char ring[RING];
} client_t;

static client_t *clients;
static int wake[2] = {-1, -1};
static int idle_limit = 60;
static volatile sig_atomic_t stop;

static void on_term(int signal)
{
    int saved = errno;
    (void)signal;
    stop = 1;
    if (write(wake[1], "", 1) < 0)
        errno = saved;
    errno = saved;
}

static time_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* The free part, or the part that is used, in one or two pieces. */
static int pieces(client_t *c, unsigned from, unsigned length, struct iovec *iov)
{
    unsigned at = from % RING, first = RING - at < length ? RING - at : length;
    iov[0] = (struct iovec){c->ring + at, first};
    iov[1] = (struct iovec){c->ring, length - first};
    return length > first ? 2 : 1;
}

static int fill(client_t *c)
{
    struct iovec iov[2];
    int n = pieces(c, c->head, RING - (c->head - c->tail), iov);
    ssize_t got = readv(c->fd, iov, n);
    if (got > 0) {
        c->head += (unsigned)got;
        c->last_activity = seconds();
    } else if (got == 0) {
        c->eof = 1;
    } else if (errno != EAGAIN && errno != EINTR) {
        return -1;
    }
    return 0;
}

static int empty(client_t *c)
{
    struct iovec iov[2];
    int n = pieces(c, c->tail, c->head - c->tail, iov);
    ssize_t put = writev(c->fd, iov, n);
    if (put > 0) {
        c->tail += (unsigned)put;
        c->last_activity = seconds();
    } else if (put < 0 && errno != EAGAIN && errno != EINTR) {
        return -1;
    }
    return 0;
}

static int handle(client_t *c, fd_set *r, fd_set *w)
{
    if (FD_ISSET(c->fd, r) && fill(c) < 0)
        return -1;
    if ((FD_ISSET(c->fd, w) || FD_ISSET(c->fd, r)) && c->head != c->tail && empty(c) < 0)
        return -1;
    if (c->eof && c->head == c->tail)
        return -1;
    return seconds() - c->last_activity > idle_limit ? -1 : 0;
}

static int take_all(int server_fd)
{
    for (;;) {
        int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0)
            return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
        client_t *c = fd < FD_SETSIZE ? calloc(1, sizeof *c) : NULL;
        if (!c) {
            close(fd);
            continue;
        }
        c->fd = fd;
        c->last_activity = seconds();
        c->next = clients;
        clients = c;
    }
}

void select_based_echo_server(int server_fd)
{
    if (pipe2(wake, O_NONBLOCK) < 0)
        return;
    struct sigaction action = {.sa_handler = on_term, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    int full = 0;
    while (!stop) {
        fd_set r, w;
        FD_ZERO(&r);
        FD_ZERO(&w);
        FD_SET(wake[0], &r);
        int max_fd = wake[0];
        if (!full) {
            FD_SET(server_fd, &r);
            max_fd = server_fd > max_fd ? server_fd : max_fd;
        }
        for (client_t *c = clients; c; c = c->next) {
            if (!c->eof && c->head - c->tail < RING)
                FD_SET(c->fd, &r);
            if (c->head != c->tail)
                FD_SET(c->fd, &w);
            max_fd = c->fd > max_fd ? c->fd : max_fd;
        }
        struct timeval second = {1, 0};
        int n = select(max_fd + 1, &r, &w, NULL, clients || full ? &second : NULL);
        if (n < 0)
            continue;
        full = full && n > 0;
        for (client_t **at = &clients; *at;) {
            client_t *c = *at;
            if (handle(c, &r, &w) < 0) {
                *at = c->next;
                close(c->fd);
                free(c);
                full = 0;
            } else {
                at = &c->next;
            }
        }
        if (FD_ISSET(server_fd, &r))
            full = take_all(server_fd) < 0;
    }
    while (clients) {
        client_t *c = clients;
        clients = c->next;
        close(c->fd);
        free(c);
    }
    close(wake[0]);
    close(wake[1]);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_limit = support_number(argc, argv, 2, 60);
    int server_fd = support_listen(port);
    select_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
