/*
 * A send that does not sleep takes what finds room, and says how much that was. The rest is
 * the program's to keep, until the peer has read: then there is room again, for some of it.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static char megabytes[4 << 20];
static char buffer[1 << 20];

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end) == 0, "a pair of sockets");
    int fd = end[0], peer = end[1];

    /* cut: part */
    ssize_t taken = send(fd, megabytes, sizeof megabytes, 0);
    show(taken > 0, "no error");
    show(taken < (ssize_t)sizeof megabytes, "and not all of it");

    ssize_t n = send(fd, megabytes, sizeof megabytes, 0);
    show(n == -1 && errno == EAGAIN, "no room: not now");

    ssize_t got = 0; /* the peer reads at last */
    while ((n = recv(peer, buffer, sizeof buffer, 0)) > 0)
        got += n;
    show(got == taken, "what was taken arrives, to the byte");

    n = send(fd, megabytes + taken, sizeof megabytes - taken, 0);
    show(n > 0, "and there is room again");
    /* end */

    close(fd);
    close(peer);
    return 0;
}
