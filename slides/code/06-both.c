/*
 * What happens between two calls is told in one event. The client reads, so that there is room,
 * and speaks: an `else` between the two bits passes over one of them, and it does not come again.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static char block[4096];

static void fill(int fd)
{
    while (send(fd, block, sizeof block, 0) > 0)
        ;
    show(errno == EAGAIN, "the client does not read, and a send is refused");
}

static void read_all(int peer)
{
    while (recv(peer, block, sizeof block, 0) > 0)
        ;
    show(errno == EAGAIN, "the client has read everything");
}

int main(void)
{
    struct epoll_event entry = {.events = EPOLLIN | EPOLLOUT | EPOLLET}, event;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC), pair[2];

    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    int fd = pair[0], peer = pair[1];
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &entry) == 0, "for both directions");
    show(epoll_wait(epoll_fd, &event, 1, 0) == 1 && event.events == EPOLLOUT,
         "there is room from the beginning");

    fill(fd);
    /* cut: both */
    /* Output was refused. Then, while the server is busy elsewhere: */
    read_all(peer);
    show(write(peer, "a line\n", 7) == 7, "and it speaks");

    show(epoll_wait(epoll_fd, &event, 1, 0) == 1, "one event");
    show(event.events == (EPOLLIN | EPOLLOUT), "two pieces of news");

    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "neither again");
    /* end */
    return 0;
}
