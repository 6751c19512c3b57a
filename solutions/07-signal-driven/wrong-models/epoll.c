/* Fails: 1 2 44 */
/* Right in all that it answers, but it asks epoll, edge-triggered: between slices without
   waiting. */
#include <sys/epoll.h>

#include "clients.h"

static int watcher;

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};
    epoll_ctl(watcher, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    struct epoll_event events[64];
    int port = support_port(argc, argv), slices = support_number(argc, argv, 2, 0);
    support_catch_stop();
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
    watcher = epoll_create1(0);
    watch(listener);
    while (!support_stopping) {
        int count = epoll_wait(watcher, events, 64, slices > 0 ? 0 : -1);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd != listener && clients[events[i].data.fd].open)
                serve(events[i].data.fd);
        if (count > 0)
            welcome(listener, watch);
        if (slices > 0)
            work_on(slices--);
    }
    return 0;
}
