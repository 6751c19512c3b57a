/*
 * After EAGAIN nothing is under way. The call has not begun to receive, the kernel does not
 * remember its buffer, and the bytes that come later are copied within the call that fetches
 * them.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end) == 0, "a pair of sockets");
    int fd = end[0], peer = end[1];
    int queued = 0;

    /* cut: nothing */
    char first[16] = "untouched", second[16] = "";
    ssize_t n = recv(fd, first, sizeof first, 0);
    show(n == -1 && errno == EAGAIN, "not now");

    send(peer, "hello", 6, 0); /* with its '\0' */
    ioctl(fd, FIONREAD, &queued);
    show(queued == 6, "the bytes wait in the kernel");
    show(strcmp(first, "untouched") == 0, "the buffer is forgotten");

    n = recv(fd, second, sizeof second, 0);
    show(n == 6, "another call begins anew,");
    show(strcmp(second, "hello") == 0, "and it does the copy");
    /* end */

    close(fd);
    close(peer);
    return 0;
}
