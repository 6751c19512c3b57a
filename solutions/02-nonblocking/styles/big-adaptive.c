/* Style: one buffer of 1 MiB a client, filled only when empty; a pause that grows to 10 ms. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

typedef struct client_connection {
    int fd;
    size_t send_len, send_pos;
    char buffer[1 << 20];
} client_connection_t;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL, 0);
    if (flags < 0) {
        perror("fcntl F_GETFL");
        return -1;
    }
    if (fcntl(sockfd, F_SETFL, flags | O_NONBLOCK) < 0) {
        perror("fcntl F_SETFL");
        return -1;
    }
    return 0;
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    int on = 1;
    if (ioctl(sockfd, FIONBIO, &on) < 0) {
        perror("ioctl FIONBIO");
        return -1;
    }
    return 0;
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    for (;;) {
        ssize_t received = recv(sockfd, buffer, length, MSG_DONTWAIT);
        *bytes_received = received > 0 ? received : 0;
        if (received > 0)
            return IO_SUCCESS;
        if (received == 0)
            return IO_CONNECTION_CLOSED;
        if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        if (errno != EINTR) {
            perror("recv");
            return IO_ERROR;
        }
    }
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    for (*bytes_sent = 0; *bytes_sent < length;) {
        ssize_t sent = send(sockfd, (const char *)data + *bytes_sent, length - *bytes_sent,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            *bytes_sent += sent;
        else if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        else if (errno != EINTR)
            return errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
    }
    return IO_SUCCESS;
}

static client_connection_t **all;
static int used, size;

static void add(int fd)
{
    if (used == size) {
        size = size ? 2 * size : 16;
        all = realloc(all, size * sizeof *all);
    }
    client_connection_t *c = malloc(sizeof *c);
    c->fd = fd;
    c->send_len = c->send_pos = 0;
    all[used++] = c;
}

static int serve(client_connection_t *c, int *busy)
{
    io_result_t r;
    size_t n;
    if (c->send_pos == c->send_len) {
        r = non_blocking_recv_some(c->fd, c->buffer, sizeof c->buffer, &c->send_len);
        c->send_pos = 0;
        if (r != IO_SUCCESS)
            return r == IO_WOULD_BLOCK;
        *busy = 1;
    }
    r = non_blocking_send_all(c->fd, c->buffer + c->send_pos, c->send_len - c->send_pos, &n);
    c->send_pos += n;
    *busy |= n > 0;
    return r == IO_SUCCESS || r == IO_WOULD_BLOCK;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    long pause = 500000;
    while (!support_stopping) {
        int busy = 0, fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            busy = 1;
            if (make_socket_non_blocking(fd) < 0)
                close(fd);
            else
                add(fd);
        }
        for (int i = 0; i < used; i++) {
            if (serve(all[i], &busy))
                continue;
            close(all[i]->fd);
            free(all[i]);
            all[i--] = all[--used];
            busy = 1;
        }
        if (busy) {
            pause = 500000;
            continue;
        }
        nanosleep(&(struct timespec){0, pause}, NULL);
        if (pause < 10000000)
            pause = pause * 5 / 4;
    }
    while (used) {
        close(all[--used]->fd);
        free(all[used]);
    }
    free(all);
    close(listener);
    return 0;
}
