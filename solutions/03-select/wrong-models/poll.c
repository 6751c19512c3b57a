/* Fails: 1 2 4 */
/* Right in all that it answers, but it waits in poll(2). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
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
static struct pollfd polled[MOST];
static struct client *clients[MOST];
static int count, idle_seconds = 60;
static double now;

static void drop(int i)
{
    close(polled[i].fd);
    free(clients[i]);
    count--;
    polled[i] = polled[count];
    clients[i] = clients[count];
    polled[0].events = POLLIN;
}

static int push(int i)
{
    struct client *c = clients[i];
    ssize_t n = send(polled[i].fd, c->buffer + c->start, c->end - c->start, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        return -1;
    if (n > 0) {
        c->start += (size_t)n;
        c->last_activity = now;
    }
    polled[i].events = c->start < c->end ? POLLOUT : POLLIN;
    return 0;
}

static int serve(int i)
{
    struct client *c = clients[i];
    if (polled[i].revents & POLLOUT)
        return push(i);
    if (!polled[i].revents)
        return now - c->last_activity >= idle_seconds ? -1 : 0;
    ssize_t n = recv(polled[i].fd, c->buffer, SIZE, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        return -1;
    if (n < 0)
        return 0;
    c->start = 0;
    c->end = (size_t)n;
    c->last_activity = now;
    return push(i);
}

static void add(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE)
            polled[0].events = 0;
        return;
    }
    struct client *c = count < MOST ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        close(fd);
        return;
    }
    c->last_activity = now;
    clients[count] = c;
    polled[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

void select_based_echo_server(int server_fd)
{
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    polled[count++] = (struct pollfd){.fd = server_fd, .events = POLLIN};
    while (!support_stopping) {
        int ready = poll(polled, (nfds_t)count, 1000);
        if (ready < 0)
            continue;
        if (ready == 0)
            polled[0].events = POLLIN;
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        now = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
        for (int i = count - 1; i > 0; i--)
            if (serve(i) < 0)
                drop(i);
        if (polled[0].revents)
            add(server_fd);
    }
    while (count > 1)
        drop(count - 1);
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
