/* Style: a buffer that grows to 256 KiB at most, memmove, echo in the next sweep. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 262144

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;
enum state { TALKING, DRAINING, DEAD };

typedef struct conn {
    struct conn *next, **link;
    int fd;
    enum state state;
    char *data;
    size_t len, size;
} conn_t;

static conn_t *first;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL, 0);
    if (flags < 0)
        return -1;
    flags |= O_NONBLOCK;
    return fcntl(sockfd, F_SETFL, flags);
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    static int one = 1;
    return ioctl(sockfd, FIONBIO, &one);
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    *bytes_received = 0;
again:;
    ssize_t n = recv(sockfd, buffer, length, 0);
    if (n > 0) {
        *bytes_received = (size_t)n;
        return IO_SUCCESS;
    }
    if (n == 0)
        return IO_CONNECTION_CLOSED;
    switch (errno) {
    case EAGAIN:
        return IO_WOULD_BLOCK;
    case EINTR:
        goto again;
    case ECONNRESET:
        return IO_CONNECTION_CLOSED;
    default:
        return IO_ERROR;
    }
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    *bytes_sent = 0;
    while (*bytes_sent != length) {
        size_t rest = length - *bytes_sent;
        ssize_t n = send(sockfd, (const char *)data + *bytes_sent, rest > 8192 ? 8192 : rest,
                         MSG_NOSIGNAL);
        if (n < 0) {
            switch (errno) {
            case EINTR:
                continue;
            case EAGAIN:
                return IO_WOULD_BLOCK;
            case EPIPE:
            case ECONNRESET:
                return IO_CONNECTION_CLOSED;
            default:
                return IO_ERROR;
            }
        }
        *bytes_sent += (size_t)n;
    }
    return IO_SUCCESS;
}

static void enter(int fd)
{
    conn_t *c = calloc(1, sizeof *c);
    make_socket_non_blocking(fd);
    c->fd = fd;
    c->next = first;
    c->link = &first;
    if (first)
        first->link = &c->next;
    first = c;
}

static void leave(conn_t *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    shutdown(c->fd, SHUT_RDWR);
    close(c->fd);
    free(c->data);
    free(c);
}

static void push(conn_t *c)
{
    if (c->len == 0)
        return;
    size_t n;
    io_result_t r = non_blocking_send_all(c->fd, c->data, c->len, &n);
    if (r == IO_ERROR || r == IO_CONNECTION_CLOSED)
        c->state = DEAD;
    memmove(c->data, c->data + n, c->len -= n);
}

static void pull(conn_t *c)
{
    if (c->state != TALKING || c->len == MOST)
        return;
    if (c->len == c->size) {
        c->size = c->size ? c->size * 2 : 4096;
        c->data = realloc(c->data, c->size);
    }
    size_t n;
    switch (non_blocking_recv_some(c->fd, c->data + c->len, c->size - c->len, &n)) {
    case IO_SUCCESS:
        c->len += n;
        break;
    case IO_CONNECTION_CLOSED:
        c->state = DRAINING;
        break;
    case IO_ERROR:
        c->state = DEAD;
        break;
    case IO_WOULD_BLOCK:
        break;
    }
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    while (!support_stopping) {
        for (int i = 0, fd; i < 10 && (fd = accept(listener, NULL, NULL)) != -1; i++)
            enter(fd);
        for (conn_t *c = first, *next; c; c = next) {
            next = c->next;
            push(c);
            pull(c);
            if (c->state == DEAD || (c->state == DRAINING && c->len == 0))
                leave(c);
        }
        clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_nsec = 800000}, NULL);
    }
    while (first)
        leave(first);
    close(listener);
    return 0;
}
