/*
 * A socket to which little has been sent is writable, and select says so each time that it is
 * asked. What it says is "some room", not "room for all of it". Only a socket that takes nothing
 * any more is worth waiting for in the write set.
 */
#include <errno.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static char block[1 << 20];

/* Is there room, now? */
static int room(int fd)
{
    fd_set writefds;
    FD_ZERO(&writefds);
    FD_SET(fd, &writefds);
    return select(fd + 1, NULL, &writefds, NULL, &(struct timeval){0});
}

int main(void)
{
    int ends[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    int fd = ends[0], client = ends[1];
    fd_set writefds;
    FD_ZERO(&writefds);

    /* cut: always */
    for (int round = 0; round < 1000; round++) {
        FD_SET(fd, &writefds);
        struct timeval minute = {.tv_sec = 60};
        int ready = select(fd + 1, NULL, &writefds, NULL, &minute);
        show(ready == 1, "nobody speaks, and it comes back at once");
    }

    ssize_t sent = send(fd, block, sizeof block, MSG_DONTWAIT);
    show(sent > 0, "there was room");
    show(sent < (ssize_t)sizeof block, "but not for all of it");
    /* end */

    while (send(fd, block, sizeof block, MSG_DONTWAIT) > 0)
        continue;
    show(errno == EAGAIN, "then it takes nothing more");
    show(room(fd) == 0, "and now select has something to wait for");

    while (recv(client, block, sizeof block, MSG_DONTWAIT) > 0)
        continue;
    show(room(fd) == 1, "until the client has read");

    close(ends[0]);
    close(ends[1]);
    return 0;
}
