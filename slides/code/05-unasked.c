/*
 * EPOLLERR and EPOLLHUP come whatever was asked for, again and again until the descriptor is
 * closed. Here nothing at all is asked for, and the client resets its connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define LIMIT 10000 /* ms: only a program that shows nothing waits for so long */

/* Both ends of a TCP connection over loopback; the kernel chooses the port. */
static void connect_tcp(int *server, int *client)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    show(bind(listener, (struct sockaddr *)&address, length) == 0, "an address");
    show(listen(listener, 1) == 0, "a listener");
    show(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "its port");
    *client = socket(AF_INET, SOCK_STREAM, 0);
    show(connect(*client, (struct sockaddr *)&address, length) == 0, "a client");
    *server = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    show(*server >= 0, "its connection");
    close(listener);
}

static void reset(int fd)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    show(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0, "a hard end");
    close(fd);
}

int main(void)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC), fd, peer;
    struct epoll_event event;
    char byte;

    connect_tcp(&fd, &peer);
    /* cut: unasked */
    struct epoll_event entry = {.events = 0}; /* not now, please */
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &entry) == 0, "added");

    reset(peer);
    show(epoll_wait(epoll_fd, &event, 1, LIMIT) == 1, "told all the same");
    show(event.events == (EPOLLERR | EPOLLHUP), "two bits, unasked");
    show(epoll_wait(epoll_fd, &event, 1, LIMIT) == 1, "and again");

    show(recv(fd, &byte, 1, 0) < 0, "a call fails");
    show(errno == ECONNRESET, "and says what it was");
    close(fd);
    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "until it is closed");
    /* end */
    return 0;
}
