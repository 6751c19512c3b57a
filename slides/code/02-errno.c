/*
 * errno says something only when a call has returned -1. When recv returns 0, the end of the
 * input, errno still holds what an earlier call left there; in a server that asks again and
 * again that is EAGAIN.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end) == 0, "a pair of sockets");
    int fd = end[0], peer = end[1];
    char buffer[64];

    /* cut: errno */
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    show(n == -1, "an error, or only \"not now\"?");
    show(errno == EAGAIN, "not now");

    send(peer, "hello", 5, 0);
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 5, "bytes");

    shutdown(peer, SHUT_WR);
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 0, "the end of the input");
    show(errno == EAGAIN, "which errno knows nothing of");
    /* end */

    close(fd);
    close(peer);
    return 0;
}
