/* Fails: 2 4 */
/* Right in all that it answers, with epoll, but level-triggered: it is told again and again. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define SIZE 8192

struct client {
    int fd;
    size_t start, end;
    char buffer[SIZE];
    struct client *next, **place;
};
static struct client *clients;
static int epoll_fd;
static int accepting = 1;

static void listen_again(int server_fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server_fd, &event);
    accepting = 1;
}

static void drop(struct client *client)
{
    if ((*client->place = client->next))
        client->next->place = client->place;
    close(client->fd);
    free(client);
}

static void add(int fd)
{
    struct client *client = calloc(1, sizeof *client);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    fcntl(fd, F_SETFL, O_NONBLOCK);
    client->fd = fd;
    client->place = &clients;
    if ((client->next = clients))
        clients->place = &client->next;
    clients = client;
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void accept_one(int server_fd)
{
    int fd = accept(server_fd, NULL, NULL);
    if (fd >= 0) {
        add(fd);
    } else if (errno == EMFILE) {
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, server_fd, NULL);
        accepting = 0;
    }
}

static void serve(struct client *client)
{
    struct epoll_event event = {.data.ptr = client};
    ssize_t n = 1;
    int pending = client->start < client->end;
    if (!pending) {
        n = recv(client->fd, client->buffer, SIZE, 0);
        client->start = 0;
        client->end = n > 0 ? (size_t)n : 0;
    }
    if (client->start < client->end) {
        n = send(client->fd, client->buffer + client->start, client->end - client->start,
                 MSG_NOSIGNAL);
        client->start += n > 0 ? (size_t)n : 0;
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        drop(client);
        return;
    }
    int left = client->start < client->end;
    event.events = left ? EPOLLOUT : EPOLLIN;
    if (left != pending)
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

int main(int argc, char **argv)
{
    struct epoll_event events[64];
    support_catch_stop();
    int server_fd = support_listen(support_port(argc, argv));
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    epoll_fd = epoll_create1(0);
    listen_again(server_fd);
    while (!support_stopping) {
        int count = epoll_wait(epoll_fd, events, 64, 500);
        if (!accepting && count == 0)
            listen_again(server_fd);
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                serve(events[i].data.ptr);
            else
                accept_one(server_fd);
    }
    while (clients)
        drop(clients);
    close(epoll_fd);
    close(server_fd);
    return 0;
}
