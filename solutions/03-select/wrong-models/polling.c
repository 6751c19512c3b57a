/* Fails: 1 2 3 4 5 21 34 43 45 */
/* Right in all that it answers, but it never asks which client is ready: it tries all of them,
   and naps between the rounds. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096 /* the limit on descriptors */
#define SIZE 4096

static struct client {
    bool open;
    size_t start, end;
    double last_activity;
    char buffer[SIZE];
} clients[MOST];
static int highest, idle_seconds = 60;
static double now;

static void drop(int fd)
{
    clients[fd].open = false;
    close(fd);
}

static void push(int fd)
{
    struct client *c = &clients[fd];
    ssize_t n = send(fd, c->buffer + c->start, c->end - c->start, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        drop(fd);
    if (n > 0) {
        c->start += (size_t)n;
        c->last_activity = now;
    }
}

static void pull(int fd)
{
    struct client *c = &clients[fd];
    ssize_t n = recv(fd, c->buffer, SIZE, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        drop(fd);
    if (n > 0) {
        c->start = 0;
        c->end = (size_t)n;
        c->last_activity = now;
        push(fd);
    }
}

/* True when bytes moved. */
static bool serve(int fd)
{
    struct client *c = &clients[fd];
    if (c->start < c->end)
        push(fd);
    else
        pull(fd);
    if (c->open && now - c->last_activity >= idle_seconds)
        drop(fd);
    return c->last_activity == now;
}

static bool accept_all(int server_fd)
{
    bool any = false;
    for (;;) {
        int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0)
            return any;
        any = true;
        clients[fd] = (struct client){.open = true, .last_activity = now};
        highest = fd > highest ? fd : highest;
    }
}

void select_based_echo_server(int server_fd)
{
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        struct timespec t, nap = {.tv_nsec = 5000000};
        clock_gettime(CLOCK_MONOTONIC, &t);
        now = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
        bool something = accept_all(server_fd);
        for (int fd = 0; fd <= highest; fd++)
            if (clients[fd].open)
                something |= serve(fd);
        if (!something)
            nanosleep(&nap, NULL);
    }
    for (int fd = 0; fd <= highest; fd++)
        if (clients[fd].open)
            drop(fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int server_fd = support_listen(port);
    select_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
