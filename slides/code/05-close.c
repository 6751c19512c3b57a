/*
 * An entry belongs to the open file description, not to the number. While a duplicate is open,
 * events of a closed descriptor go on coming, and EPOLL_CTL_DEL has no number to take it out by.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

typedef struct {
    int fd;
    int peer; /* the client's end */
} client_t;

static void add_client(int epoll_fd, client_t *client)
{
    struct epoll_event entry = {.events = EPOLLIN, .data.ptr = client};
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    client->fd = pair[0], client->peer = pair[1];
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &entry) == 0, "added");
    show(write(client->peer, "hello\n", 6) == 6, "the client speaks");
}

int main(void)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event;
    client_t one, *client = &one;

    add_client(epoll_fd, client);
    close(client->fd);
    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "no duplicate: close removes the entry");
    close(client->peer);

    add_client(epoll_fd, client);
    /* cut: dup */
    int copy = dup(client->fd); /* so does a fork */
    close(client->fd);

    show(epoll_wait(epoll_fd, &event, 1, 0) == 1, "told of it still");
    show(event.data.ptr == client, "with the pointer of before");
    int out = epoll_ctl(epoll_fd, EPOLL_CTL_DEL, client->fd, NULL);
    show(out < 0, "it cannot be taken out");
    show(errno == EBADF, "as it has no number any more");

    close(copy);
    show(epoll_wait(epoll_fd, &event, 1, 0) == 0, "the last one goes");
    /* end */
    return 0;
}
