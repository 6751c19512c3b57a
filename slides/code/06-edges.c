/*
 * What makes a new edge, and what does not: a connection with bytes that nobody takes, and all
 * that can happen to it, one thing after the other.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define EVERYTHING (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

static int epoll_fd, fd, peer;
static char block[4096];

static int told_within(int milliseconds)
{
    struct epoll_event event;
    return epoll_wait(epoll_fd, &event, 1, milliseconds);
}

static int told(void)
{
    return told_within(0);
}

static void register_with(int operation, uint32_t events)
{
    struct epoll_event entry = {.events = events};
    show(epoll_ctl(epoll_fd, operation, fd, &entry) == 0, "an entry");
}

static void about_bytes(void)
{
    show(write(peer, "abcdef", 6) == 6 && told() == 1, "bytes come: an edge");
    show(told() == 0 && told_within(20) == 0, "asking again, time going by: none");
    show(recv(fd, block, 2, 0) == 2 && told() == 0, "a part is taken: none");
    show(write(peer, "g", 1) == 1 && told() == 1, "one byte more: an edge");
    show(write(peer, "h", 1) == 1 && write(peer, "i", 1) == 1, "two things happen");
    show(told() == 1 && told() == 0, "and are told as one");
    register_with(EPOLL_CTL_MOD, EVERYTHING);
    show(told() == 1 && told() == 0, "a MOD that changes nothing looks anew: an edge");
}

static void about_room(void)
{
    while (send(fd, block, sizeof block, 0) > 0)
        ;
    show(errno == EAGAIN && told() == 0, "a send is refused: no edge");
    while (recv(peer, block, sizeof block, 0) > 0)
        ;
    show(told() == 1 && told() == 0, "the client reads, and there is room: an edge");
}

int main(void)
{
    int pair[2];
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    fd = pair[0], peer = pair[1];
    register_with(EPOLL_CTL_ADD, EVERYTHING);
    show(told() == 1 && told() == 0, "it has room when it is added: an edge");
    about_bytes();
    about_room();
    show(shutdown(peer, SHUT_WR) == 0 && told() == 1, "the client half-closes: an edge");
    show(told() == 0, "which is told once, too");
    show(send(fd, "x", 1, 0) == 1 && close(peer) == 0, "it goes, and has not read all");
    show(told() == 1 && told() == 0, "that is a reset: an edge");
    register_with(EPOLL_CTL_MOD, EPOLLIN);
    show(told() == 1 && told() == 1, "a MOD without EPOLLET: from here on it is a level");
    return 0;
}
