/* Multiplexing with a list that the kernel keeps: asleep in epoll_wait() only. */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    char buffer[4096];
    struct epoll_event event;
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener);
    while (!support_stopping) {
        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue;
        if (event.data.fd == listener) {
            watch(epoll, accept(listener, NULL, NULL));
            continue;
        }
        ssize_t size = recv(event.data.fd, buffer, sizeof buffer, 0);
        if (size > 0)
            send(event.data.fd, buffer, (size_t)size, MSG_NOSIGNAL);
        else
            close(event.data.fd);
    }
    return 0;
}
