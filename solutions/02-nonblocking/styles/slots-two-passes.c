/* Style: fixed slots with fd -1, one pass that receives and one that sends, one send a sweep.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MAX_CLIENTS 1000

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

typedef struct {
    int fd;
    int at_end;
    char recv_buffer[2048];
    size_t recv_len;
} client_connection_t;

static client_connection_t clients[MAX_CLIENTS];

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL, 0);
    return flags < 0 || fcntl(sockfd, F_SETFL, flags | O_NONBLOCK) < 0 ? -1 : 0;
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    int on = 1;
    return ioctl(sockfd, FIONBIO, &on) == 0 ? 0 : -1;
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    struct iovec part = {buffer, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = recvmsg(sockfd, &message, 0);
    *bytes_received = 0;
    if (n > 0) {
        *bytes_received = n;
        return IO_SUCCESS;
    }
    if (n == 0)
        return IO_CONNECTION_CLOSED;
    if (errno == EINTR)
        return non_blocking_recv_some(sockfd, buffer, length, bytes_received);
    return errno == EAGAIN ? IO_WOULD_BLOCK : IO_ERROR;
}

static io_result_t send_once(int sockfd, const void *data, size_t length, size_t *bytes_sent)
{
    struct iovec part = {(void *)data, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = sendmsg(sockfd, &message, MSG_NOSIGNAL);
    *bytes_sent = n > 0 ? n : 0;
    if (n >= 0)
        return IO_SUCCESS;
    if (errno == EAGAIN || errno == EINTR)
        return IO_WOULD_BLOCK;
    return errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    *bytes_sent = 0;
    while (*bytes_sent < length) {
        size_t n;
        io_result_t result =
            send_once(sockfd, (const char *)data + *bytes_sent, length - *bytes_sent, &n);
        *bytes_sent += n;
        if (result != IO_SUCCESS)
            return result;
    }
    return IO_SUCCESS;
}

static void drop(client_connection_t *c)
{
    close(c->fd);
    c->fd = -1;
    c->recv_len = 0;
    c->at_end = 0;
}

static void newcomer(int fd)
{
    for (int i = 0; i < MAX_CLIENTS; i++)
        if (clients[i].fd == -1) {
            make_socket_non_blocking_ioctl(fd);
            clients[i].fd = fd;
            return;
        }
    close(fd);
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int server_fd = support_listen(support_port(argc, argv));
    make_socket_non_blocking(server_fd);
    for (int i = 0; i < MAX_CLIENTS; i++)
        clients[i].fd = -1;
    while (!support_stopping) {
        for (int fd; (fd = accept(server_fd, NULL, NULL)) >= 0;)
            newcomer(fd);
        for (client_connection_t *c = clients; c < clients + MAX_CLIENTS; c++) {
            size_t room = sizeof c->recv_buffer - c->recv_len, n;
            if (c->fd == -1 || c->at_end || room == 0)
                continue;
            switch (non_blocking_recv_some(c->fd, c->recv_buffer + c->recv_len, room, &n)) {
            case IO_CONNECTION_CLOSED:
                c->at_end = 1;
                break;
            case IO_ERROR:
                drop(c);
                break;
            default:
                c->recv_len += n;
            }
        }
        for (client_connection_t *c = clients; c < clients + MAX_CLIENTS; c++) {
            size_t n = 0;
            if (c->fd == -1)
                continue;
            if (c->recv_len > 0) {
                io_result_t result = send_once(c->fd, c->recv_buffer, c->recv_len, &n);
                memmove(c->recv_buffer, c->recv_buffer + n, c->recv_len - n);
                c->recv_len -= n;
                if (result == IO_ERROR || result == IO_CONNECTION_CLOSED) {
                    drop(c);
                    continue;
                }
            }
            if (c->at_end && c->recv_len == 0)
                drop(c);
        }
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
    for (int i = 0; i < MAX_CLIENTS; i++)
        if (clients[i].fd != -1)
            close(clients[i].fd);
    close(server_fd);
    return 0;
}
