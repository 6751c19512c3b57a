/*
 * A socket has room nearly always: an entry that asks for it while nothing is to be sent never
 * lets epoll_wait sleep. Asked for after a send that was refused, room is told when there is some.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static int epoll_fd, fd, peer;
static char block[4096];

static void ask_for(uint32_t events)
{
    struct epoll_event entry = {.events = events};
    show(epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &entry) == 0, "a change of the entry");
}

static void asked_all_the_time(void)
{
    struct epoll_event event;
    /* cut: spin */
    int rounds = 0, woken = 0;
    ask_for(EPOLLIN | EPOLLOUT); /* and nothing is to be sent */
    for (; rounds < 1000; rounds++)
        woken += epoll_wait(epoll_fd, &event, 1, 10000);
    show(woken == rounds, "it never slept, and nobody had spoken");

    ask_for(EPOLLIN);
    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "now it would sleep");
    /* end */
}

static void asked_when_refused(void)
{
    struct epoll_event event;
    while (send(fd, block, sizeof block, 0) > 0)
        ;
    show(errno == EAGAIN, "the client does not read, and a send is refused");
    ask_for(EPOLLOUT);
    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "no room: it would sleep");
    while (recv(peer, block, sizeof block, 0) > 0)
        ;
    show(epoll_wait(epoll_fd, &event, 1, 0) == 1 && event.events == EPOLLOUT,
         "the client has read, and room is told");
}

int main(void)
{
    struct epoll_event entry = {.events = EPOLLIN};
    int pair[2];

    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    fd = pair[0], peer = pair[1];
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &entry) == 0, "added");
    asked_all_the_time();
    asked_when_refused();
    return 0;
}
