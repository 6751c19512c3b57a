/* Fails: 4 35; perhaps 7 */
/* Edge-triggered, and right: who has more than a few buffers full goes on in the next round. (A
   receive that is made to find nothing takes its edge with it: with real ones that cannot be.) */
#include <sys/epoll.h>

#include "clients.h"

#define TURNS 4

static struct client *unfinished[20000];
static int open_ends;

/* Until there is nothing more to do, or others have waited long enough. */
static void attend(struct client *client)
{
    for (int turn = 0; turn < TURNS; turn++)
        if (serve(client) <= 0)
            return;
    unfinished[open_ends++] = client;
}

static void go_on(void)
{
    int ends = open_ends;
    struct client *again[ends + 1];
    for (int i = 0; i < ends; i++)
        again[i] = unfinished[i];
    open_ends = 0;
    for (int i = 0; i < ends; i++)
        if (again[i]->fd >= 0)
            attend(again[i]);
}

static void admit_all(int epoll_fd, int server_fd)
{
    struct client *client;
    while ((client = admit(server_fd))) {
        struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = client}};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event);
    }
}

void epoll_server(int server_fd)
{
    int epoll_fd = epoll_create1(0);
    struct epoll_event listens = {EPOLLIN | EPOLLET, {.ptr = NULL}};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server_fd, &listens);
    read_clock();
    while (!support_stopping) {
        struct epoll_event events[32];
        bool at_once = open_ends || (accept_after && now >= accept_after);
        int ready = epoll_wait(epoll_fd, events, 32, at_once ? 0 : next_timeout());
        read_clock();
        go_on();
        bool knocks = accept_after && now >= accept_after;
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (!client)
                knocks = true;
            else if (client->fd >= 0)
                attend(client);
        }
        if (knocks) {
            accept_after = 0;
            admit_all(epoll_fd, server_fd);
        }
        drop_idle();
        if (!open_ends)
            forget_closed();
    }
    drop_all();
    close(epoll_fd);
}
