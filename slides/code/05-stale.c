/*
 * A batch of events is a copy. When the first event leads to the end of the second one's client,
 * the batch still names it, and its number may be a newcomer's by then: whoever serves the second
 * event takes the newcomer's bytes.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

typedef struct {
    int fd;
    int peer; /* the client's end */
} client_t;

static void connect_client(client_t *client, const char *line, size_t length)
{
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    client->fd = pair[0], client->peer = pair[1];
    show(write(client->peer, line, length) == (ssize_t)length, "it speaks");
}

static void add_client(int epoll_fd, client_t *client)
{
    struct epoll_event entry = {.events = EPOLLIN, .data.ptr = client};
    show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &entry) == 0, "added");
}

int main(void)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    client_t first, second, newcomer;
    char buffer[8];

    connect_client(&first, "one\n", 4);
    connect_client(&second, "two\n", 4);
    add_client(epoll_fd, &first);
    add_client(epoll_fd, &second);
    /* cut: stale */
    struct epoll_event batch[2];
    show(epoll_wait(epoll_fd, batch, 2, 0) == 2, "two events, one batch");

    client_t *other = batch[1].data.ptr;
    close(other->fd); /* batch[0] needs room, so the other has to go */
    connect_client(&newcomer, "three\n", 6);

    show(batch[1].data.ptr == other, "the batch still names it");
    show(other->fd == newcomer.fd, "its number is the newcomer's");
    show(recv(other->fd, buffer, 8, 0) == 6, "and so are the bytes");
    /* end */
    return 0;
}
