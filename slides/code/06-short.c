/*
 * On a stream a receive that brings less than it asked for has emptied the queue of bytes. It says
 * nothing about the end, which may stand behind them, and which was told of in the same event.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

int main(void)
{
    struct epoll_event entry = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET}, event;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC), pair[2];
    char bytes[4096];

    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    int fd = pair[0], peer = pair[1];
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &entry) == 0, "edge-triggered");

    /* cut: short */
    show(write(peer, "goodbye\n", 8) == 8, "a last line");
    show(shutdown(peer, SHUT_WR) == 0, "and the end");

    show(epoll_wait(epoll_fd, &event, 1, 0) == 1, "one event for both");
    show(event.events == (EPOLLIN | EPOLLRDHUP), "it says so");

    show(recv(fd, bytes, 4096, 0) == 8, "a short receive: no more bytes");
    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "and no more events");
    show(recv(fd, bytes, 4096, 0) == 0, "but the end stood there");
    /* end */
    return 0;
}
