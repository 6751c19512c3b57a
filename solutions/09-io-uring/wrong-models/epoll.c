/* Fails: 1 2 4 47 48 49 */
/* Right in all that it answers, but it waits in epoll_wait(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096
#define SIZE 8192

struct client {
    size_t start, end;
    double last_activity;
    char buffer[SIZE];
};
static struct client *clients[MOST]; /* by descriptor */
static int loop, idle_seconds = 60, listening;
static double now;

static void interest(int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(loop, operation, fd, &event);
}

static void listen_again(int server_fd)
{
    if (!listening)
        interest(EPOLL_CTL_ADD, server_fd, EPOLLIN);
    listening = 1;
}

static int push(int fd, struct client *c)
{
    ssize_t n = send(fd, c->buffer + c->start, c->end - c->start, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        return -1;
    if (n > 0) {
        c->start += (size_t)n;
        c->last_activity = now;
    }
    interest(EPOLL_CTL_MOD, fd, c->start < c->end ? EPOLLOUT : EPOLLIN);
    return 0;
}

static int serve(int fd, uint32_t events)
{
    struct client *c = clients[fd];
    if (events & EPOLLOUT)
        return push(fd, c);
    ssize_t n = recv(fd, c->buffer, SIZE, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        return -1;
    if (n < 0)
        return 0;
    c->start = 0;
    c->end = (size_t)n;
    c->last_activity = now;
    return push(fd, c);
}

static void add(int server_fd)
{
    int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE) {
            interest(EPOLL_CTL_DEL, server_fd, 0);
            listening = 0;
        }
        return;
    }
    if (fd >= MOST) {
        close(fd);
        return;
    }
    clients[fd] = calloc(1, sizeof *clients[fd]);
    clients[fd]->last_activity = now;
    interest(EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void drop(int fd, int server_fd)
{
    close(fd);
    free(clients[fd]);
    clients[fd] = NULL;
    listen_again(server_fd);
}

void ring_based_echo_server(int server_fd)
{
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    loop = epoll_create1(0);
    listen_again(server_fd);
    while (!support_stopping) {
        struct epoll_event events[64];
        int ready = epoll_wait(loop, events, 64, 1000);
        if (ready < 0)
            continue;
        if (ready == 0)
            listen_again(server_fd);
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        now = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == server_fd)
                add(server_fd);
            else if (serve(fd, events[i].events) < 0)
                drop(fd, server_fd);
        }
        for (int fd = 0; fd < MOST; fd++)
            if (clients[fd] && now - clients[fd]->last_activity >= idle_seconds)
                drop(fd, server_fd);
    }
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd])
            drop(fd, server_fd);
    close(loop);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int server_fd = support_listen(port);
    ring_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
