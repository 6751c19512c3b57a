/*
 * A signal tells of a change. What a peer did before O_ASYNC was set is told by nobody, and
 * the rest of what was told of once is not told of again. Level-triggered epoll, asked about
 * the same descriptor, answers both times.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

static void ask_for_signals(int fd)
{
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, SIGRTMIN);
    show(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC) == 0, "signals are on");
}

int main(void)
{
    char byte;
    int pair[2];
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    sigset_t ours;
    siginfo_t told;
    struct timespec now = {0};
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    int fd = pair[0], peer = pair[1];
    /* cut: late */
    send(peer, "x", 1, 0); /* before anybody wants to know */
    ask_for_signals(fd);
    show(sigtimedwait(&ours, &told, &now) < 0, "no signal, ever");

    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    show(epoll_wait(epoll, &event, 1, 0) == 1, "epoll looks");
    show(recv(fd, &byte, 1, 0) == 1, "the byte lay there");
    /* end */
    show(recv(fd, &byte, 1, 0) < 0 && errno == EAGAIN, "and it was the only one");
    /* cut: once */
    send(peer, "xyz", 3, 0); /* after arming: a change */
    show(sigtimedwait(&ours, &told, &now) == SIGRTMIN, "told");
    show(recv(fd, &byte, 1, 0) == 1, "takes one of three");

    show(sigtimedwait(&ours, &told, &now) < 0, "not told of the rest");
    show(epoll_wait(epoll, &event, 1, 0) == 1, "epoll tells of it");

    send(peer, "!", 1, 0); /* a change again */
    show(sigtimedwait(&ours, &told, &now) == SIGRTMIN, "told");
    /* end */
    return 0;
}
