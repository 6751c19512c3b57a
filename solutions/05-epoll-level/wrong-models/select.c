/* Fails: 1 2 3 4 5 6 */
/* Right in all that it answers, but it waits in select(2). */
#include <sys/select.h>

#include "clients.h"

static int sets(int server_fd, fd_set *readfds, fd_set *writefds)
{
    struct client *client;
    int highest = server_fd;
    FD_ZERO(readfds);
    FD_ZERO(writefds);
    if (now >= accept_after)
        FD_SET(server_fd, readfds);
    TAILQ_FOREACH(client, &clients, place)
    {
        FD_SET(client->fd, pending(client) ? writefds : readfds);
        highest = client->fd > highest ? client->fd : highest;
    }
    return highest;
}

void epoll_server(int server_fd)
{
    read_clock();
    while (!support_stopping) {
        fd_set readfds, writefds;
        int highest = sets(server_fd, &readfds, &writefds), wait = next_timeout();
        struct timeval limit = {wait / 1000, wait % 1000 * 1000};
        int ready = select(highest + 1, &readfds, &writefds, NULL, wait < 0 ? NULL : &limit);
        read_clock();
        struct client *client = ready > 0 ? TAILQ_FIRST(&clients) : NULL, *next;
        struct client *last = TAILQ_LAST(&clients, client_list);
        for (; client; client = next) {
            next = client == last ? NULL : TAILQ_NEXT(client, place);
            if (FD_ISSET(client->fd, &readfds) || FD_ISSET(client->fd, &writefds))
                serve(client);
        }
        if (ready > 0 && FD_ISSET(server_fd, &readfds))
            admit(server_fd);
        drop_idle();
        forget_closed();
    }
    drop_all();
}
