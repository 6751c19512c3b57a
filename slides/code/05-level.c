/*
 * Level-triggered: an event is a condition, not a piece of news. Ten bytes lie there and four of
 * them are taken at a time; epoll_wait says so each time, until the last one has been taken.
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
    struct epoll_event entry = {.events = EPOLLIN};
    char bytes[4];
    int pair[2];

    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    int fd = pair[0], peer = pair[1];
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &entry) == 0, "level-triggered: no EPOLLET");

    show(told() == 0, "nobody has spoken: it would sleep");
    /* cut: again */
    show(write(peer, "0123456789", 10) == 10, "ten bytes come, then none");

    show(told() == 1, "an event");
    show(told() == 1, "nothing was done about it: the same one again");

    show(recv(fd, bytes, 4, 0) == 4, "four are taken");
    show(told() == 1, "six are left: an event");
    show(recv(fd, bytes, 4, 0) == 4, "four more");
    show(told() == 1, "two are left: an event");
    show(recv(fd, bytes, 4, 0) == 2, "the rest");
    show(told() == 0, "nothing is left: now it would sleep");
    /* end */
    return 0;
}
