/* Fails: 2 4 5 */
/* Model: epoll says who is ready. Everything else is as it should be. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL);
    return flags < 0 ? -1 : fcntl(sockfd, F_SETFL, flags | O_NONBLOCK);
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    int on = 1;
    return ioctl(sockfd, FIONBIO, &on);
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    ssize_t n;
    do
        n = recv(sockfd, buffer, length, 0);
    while (n < 0 && errno == EINTR);
    *bytes_received = n > 0 ? (size_t)n : 0;
    if (n >= 0)
        return n ? IO_SUCCESS : IO_CONNECTION_CLOSED;
    return errno == EAGAIN ? IO_WOULD_BLOCK : IO_ERROR;
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    *bytes_sent = 0;
    while (*bytes_sent < length) {
        ssize_t n =
            send(sockfd, (const char *)data + *bytes_sent, length - *bytes_sent, MSG_NOSIGNAL);
        if (n >= 0)
            *bytes_sent += (size_t)n;
        else if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        else if (errno != EINTR)
            return errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
    }
    return IO_SUCCESS;
}

struct client {
    int fd;
    bool full;
    size_t length, position;
    char buffer[4096];
};

static int watcher;

static void ask(int operation, int fd, uint32_t events, void *owner)
{
    struct epoll_event event = {.events = events, .data.ptr = owner};
    epoll_ctl(watcher, operation, fd, &event);
}

static bool drain(struct client *client)
{
    size_t sent;
    io_result_t result = non_blocking_send_all(client->fd, client->buffer + client->position,
                                               client->length - client->position, &sent);
    client->position += sent;
    bool full = client->position < client->length;
    if (full != client->full)
        ask(EPOLL_CTL_MOD, client->fd, full ? EPOLLOUT : EPOLLIN, client);
    client->full = full;
    return result == IO_SUCCESS || result == IO_WOULD_BLOCK;
}

static bool alive(struct client *client)
{
    if (client->full)
        return drain(client);
    io_result_t result = non_blocking_recv_some(client->fd, client->buffer,
                                                sizeof client->buffer, &client->length);
    client->position = 0;
    return result == IO_SUCCESS ? drain(client) : result == IO_WOULD_BLOCK;
}

static bool admit(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return errno != EMFILE;
    struct client *client = calloc(1, sizeof *client);
    client->fd = fd;
    ask(EPOLL_CTL_ADD, fd, EPOLLIN, client);
    return true;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    watcher = epoll_create1(EPOLL_CLOEXEC);
    ask(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    while (!support_stopping) {
        struct epoll_event events[64];
        int ready = epoll_wait(watcher, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (!client && !admit(listener))
                ask(EPOLL_CTL_MOD, listener, 0, NULL); /* until somebody leaves */
            if (client && !alive(client)) {
                close(client->fd);
                free(client);
                ask(EPOLL_CTL_MOD, listener, EPOLLIN, NULL);
            }
        }
    }
    return 0;
}
