/*
 * EPOLL_CTL_MOD adds nothing to an entry: it writes the entry anew. Whoever fills in the events
 * only has lost the pointer, and the wish for bytes, and hears of no error.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

typedef struct {
    int fd;
    int peer; /* the client's end */
} client_t;

int main(void)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC), pair[2];
    struct epoll_event event;

    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    client_t one = {.fd = pair[0], .peer = pair[1]}, *client = &one;
    struct epoll_event entry = {.events = EPOLLIN, .data.ptr = client};
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &entry) == 0, "added with its pointer");
    show(write(client->peer, "hello\n", 6) == 6, "bytes come");
    show(epoll_wait(epoll_fd, &event, 1, 0) == 1 && event.events == EPOLLIN, "they are told");
    show(event.data.ptr == client, "with the pointer");

    /* cut: mod */
    struct epoll_event wish = {.events = EPOLLOUT}; /* "room, too" */
    int status = epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &wish);
    show(status == 0, "no error");

    show(epoll_wait(epoll_fd, &event, 1, 0) == 1, "an event comes");
    show(event.data.ptr == NULL, "it leads nowhere any more");
    show(event.events == EPOLLOUT, "and of the bytes it says nothing");
    /* end */
    return 0;
}
