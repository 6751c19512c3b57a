/* Fails: 1 2 3 4 5 6 */
/* Right in all that it answers, but it waits in poll(2). */
#include <poll.h>

#include "clients.h"

#define MOST 12000

static struct pollfd polled[MOST];
static struct client *asked[MOST];

static nfds_t ask(int server_fd)
{
    struct client *client;
    nfds_t used = 1;
    polled[0] = (struct pollfd){now >= accept_after ? server_fd : -1, POLLIN, 0};
    TAILQ_FOREACH(client, &clients, place)
    {
        asked[used] = client;
        polled[used++] = (struct pollfd){client->fd, pending(client) ? POLLOUT : POLLIN, 0};
    }
    return used;
}

void epoll_server(int server_fd)
{
    read_clock();
    while (!support_stopping) {
        nfds_t used = ask(server_fd);
        int ready = poll(polled, used, next_timeout());
        read_clock();
        for (nfds_t i = 1; i < used && ready > 0; i++)
            if (polled[i].revents)
                serve(asked[i]);
        if (ready > 0 && polled[0].revents)
            admit(server_fd);
        drop_idle();
        forget_closed();
    }
    drop_all();
}
