/* Fails: 2 4 5 */
/* Model: epoll says who is ready. Everything else is as it should be. */
#include <sys/epoll.h>

#include "interface.h"

struct client {
    int fd;
    bool full;
    size_t length, position;
    char buffer[4096];
};

static int watcher;

static void ask(int operation, int fd, uint32_t events, void *owner)
{
    struct epoll_event event = {.events = events, .data.ptr = owner};
    epoll_ctl(watcher, operation, fd, &event);
}

static bool drain(struct client *client)
{
    size_t sent;
    io_result_t result = non_blocking_send_all(client->fd, client->buffer + client->position,
                                               client->length - client->position, &sent);
    client->position += sent;
    bool full = client->position < client->length;
    if (full != client->full)
        ask(EPOLL_CTL_MOD, client->fd, full ? EPOLLOUT : EPOLLIN, client);
    client->full = full;
    return result == IO_SUCCESS || result == IO_WOULD_BLOCK;
}

static bool alive(struct client *client)
{
    if (client->full)
        return drain(client);
    io_result_t result = non_blocking_recv_some(client->fd, client->buffer,
                                                sizeof client->buffer, &client->length);
    client->position = 0;
    return result == IO_SUCCESS ? drain(client) : result == IO_WOULD_BLOCK;
}

static bool admit(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0)
        return errno != EMFILE;
    struct client *client = calloc(1, sizeof *client);
    client->fd = fd;
    ask(EPOLL_CTL_ADD, fd, EPOLLIN, client);
    return true;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    watcher = epoll_create1(EPOLL_CLOEXEC);
    ask(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    while (!support_stopping) {
        struct epoll_event events[64];
        int ready = epoll_wait(watcher, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (!client && !admit(listener))
                ask(EPOLL_CTL_MOD, listener, 0, NULL); /* until somebody leaves */
            if (client && !alive(client)) {
                close(client->fd);
                free(client);
                ask(EPOLL_CTL_MOD, listener, EPOLLIN, NULL);
            }
        }
    }
    return 0;
}
