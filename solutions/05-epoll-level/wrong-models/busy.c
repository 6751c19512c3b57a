/* Fails: 2 7 27 44 */
/* Asks epoll what is ready, and never waits for it: the time-out is 0, the pause its own. */
#include <sys/epoll.h>

#include "clients.h"

static void watch(int epoll_fd, int operation, struct client *client, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = client};
    epoll_ctl(epoll_fd, operation, client->fd, &event);
}

static void attend(int epoll_fd, struct client *client)
{
    bool room = pending(client);
    if (client->fd >= 0 && serve(client) >= 0 && pending(client) != room)
        watch(epoll_fd, EPOLL_CTL_MOD, client, room ? EPOLLIN : EPOLLOUT);
}

static void attend_all(int epoll_fd, int server_fd)
{
    struct epoll_event events[32];
    int ready = epoll_wait(epoll_fd, events, 32, 0);
    read_clock();
    for (int i = 0; i < ready; i++) {
        if (events[i].data.ptr) {
            attend(epoll_fd, events[i].data.ptr);
            continue;
        }
        struct client *client = now >= accept_after ? admit(server_fd) : NULL;
        if (client)
            watch(epoll_fd, EPOLL_CTL_ADD, client, EPOLLIN);
    }
    if (ready == 0)
        usleep(1000);
}

void epoll_server(int server_fd)
{
    int epoll_fd = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server_fd, &event);
    while (!support_stopping) {
        attend_all(epoll_fd, server_fd);
        drop_idle();
        forget_closed();
    }
    drop_all();
    close(epoll_fd);
}
