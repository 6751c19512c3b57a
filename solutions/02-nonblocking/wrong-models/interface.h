/*
 * What the servers of this folder share: the four functions of the lab's interface, right in
 * themselves. A server may say with which call, and with which flags, it receives and sends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#ifndef RECEIVE
#define RECEIVE recv
#endif
#ifndef TRANSFER_FLAGS
#define TRANSFER_FLAGS 0
#endif

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
        n = RECEIVE(sockfd, buffer, length, TRANSFER_FLAGS);
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
        ssize_t n = send(sockfd, (const char *)data + *bytes_sent, length - *bytes_sent,
                         MSG_NOSIGNAL | TRANSFER_FLAGS);
        if (n >= 0)
            *bytes_sent += (size_t)n;
        else if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        else if (errno != EINTR)
            return errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
    }
    return IO_SUCCESS;
}
