/*
 * Three clients are put on the interest list, once, each with a pointer to what is known of it.
 * From then on epoll_wait hands out the ready ones, and nobody else, each with its pointer; what
 * was said once is not said again for a second message.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

typedef struct {
    int fd;   /* the server's end of the connection */
    int peer; /* the client's */
} client_t;

static void connect_client(client_t *client)
{
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    client->fd = pair[0];
    client->peer = pair[1];
}

/* Time-out 0: what is in the ready list now? */
static client_t *only_one_told(int epoll_fd)
{
    /* cut: wait */
    struct epoll_event events[8];
    int count = epoll_wait(epoll_fd, events, 8, 0);
    show(count == 1, "three are watched, and one is told of");
    client_t *speaker = events[0].data.ptr; /* no search */
    /* end */
    return speaker;
}

int main(void)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    client_t clients[3];
    char buffer[16];

    for (int i = 0; i < 3; i++) {
        client_t *client = &clients[i];
        connect_client(client);
        /* cut: register */
        struct epoll_event entry = {
            .events = EPOLLIN,  /* what of this client is of interest */
            .data.ptr = client, /* what comes back with each event of it */
        };
        show(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &entry) == 0,
             "said once, and the kernel keeps it");
        /* end */
    }
    for (int message = 0; message < 2; message++) {
        show(write(clients[1].peer, "hello\n", 6) == 6, "the second client speaks");
        client_t *speaker = only_one_told(epoll_fd);
        show(speaker == &clients[1], "the pointer leads to it");
        show(recv(speaker->fd, buffer, sizeof buffer, 0) == 6, "its line is there");
    }
    return 0;
}
