/*
 * A listener with EPOLLET: its queue is announced once, however many wait in it. A server that
 * accepts one client for each event always accepts somebody of long ago.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "show.h"

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t length = sizeof(sa_family_t);

/* An address without a name: the kernel finds one, unix(7), "Autobind feature". Over TCP it is the
   same, but connect may be done a little before its client is in the queue. */
static int listen_somewhere(void)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    show(bind(listener, (struct sockaddr *)&address, length) == 0, "an address");
    show(listen(listener, 8) == 0, "a listener");
    length = sizeof address;
    show(getsockname(listener, (struct sockaddr *)&address, &length) == 0, "its address");
    return listener;
}

static void connect_one(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    show(connect(fd, (struct sockaddr *)&address, length) == 0, "a client connects");
}

int main(void)
{
    struct epoll_event entry = {.events = EPOLLIN | EPOLLET}, event;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC), listener = listen_somewhere();
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &entry) == 0, "edge-triggered");

    /* cut: queue */
    for (int i = 0; i < 3; i++)
        connect_one();
    show(epoll_wait(epoll_fd, &event, 1, 0) == 1, "one event");
    show(accept(listener, NULL, NULL) >= 0, "one accept");

    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "two wait, untold");

    show(accept(listener, NULL, NULL) >= 0, "the second");
    show(accept(listener, NULL, NULL) >= 0, "the third");
    show(accept(listener, NULL, NULL) < 0, "nobody is left");
    show(errno == EAGAIN, "which only this call says");
    /* end */
    return 0;
}
