/*
 * Edge-triggered: an event is a piece of news, told once. What was left of a burst is not told
 * again, however often epoll_wait is called. New bytes are news, and with them the old ones turn
 * up: a server that loses edges looks well as long as its clients talk.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static int epoll_fd;

/* Time-out 0: does epoll_wait have something to tell now, or would it sleep? */
static int told(void)
{
    struct epoll_event event;
    return epoll_wait(epoll_fd, &event, 1, 0);
}

int main(void)
{
    struct epoll_event entry = {.events = EPOLLIN | EPOLLET};
    char bytes[16];
    int pair[2];

    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    int fd = pair[0], peer = pair[1];
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &entry) == 0, "edge-triggered");

    /* cut: lost */
    show(write(peer, "0123456789", 10) == 10, "ten bytes come, then none");

    show(told() == 1, "an event");
    show(recv(fd, bytes, 4, 0) == 4, "four are taken, six are left");

    show(told() == 0, "of these it says nothing");
    show(told() == 0, "nor the next time");
    /* end */
    /* cut: hidden */
    show(told() == 0, "six old bytes lie there, and it would sleep");

    show(write(peer, "x", 1) == 1, "the client says one byte more");
    show(told() == 1, "that is news, though the old were not read");
    show(recv(fd, bytes, 16, 0) == 7, "and all seven are there");
    /* end */
    return 0;
}
