/*
 * O_NONBLOCK belongs to the open file description. Every number that stands for it, in this
 * process or in one that inherited it, finds the flag as somebody else has left it.
 * MSG_DONTWAIT concerns one call and leaves nothing behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a pair of sockets");
    int fd = end[0];
    char buffer[64];

    /* cut: shared */
    ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    show(n == -1 && errno == EAGAIN, "this one call does not sleep");
    show(!(fcntl(fd, F_GETFL) & O_NONBLOCK), "the descriptor does");

    if (fork() == 0) { /* a child inherits it */
        /* which has no other flags that could be lost */
        fcntl(fd, F_SETFL, O_NONBLOCK);
        _exit(0);
    }
    wait(NULL);
    show(fcntl(fd, F_GETFL) & O_NONBLOCK, "the parent finds it set");

    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == -1 && errno == EAGAIN, "no call of either sleeps now");
    /* end */

    int copy = dup(fd);
    show(copy >= 0 && fcntl(copy, F_SETFL, 0) == 0, "a duplicate takes the flag away");
    show(!(fcntl(fd, F_GETFL) & O_NONBLOCK), "for the first number too");
    close(copy);
    close(end[0]);
    close(end[1]);
    return 0;
}
