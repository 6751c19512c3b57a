/* Style: a timerfd stands in the read set for all that has a time, and select has no time-out;
   linked chunks with a high-water mark, one buffer for all receives; recvmsg and sendmsg; one
   shared table of 'ready' functions; SIGTERM unblocked only inside of pselect. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define HIGH_WATER 50000
#define PIECE      8000

struct chunk {
    struct chunk *next;
    size_t from, to;
    char bytes[];
};

struct client {
    bool open, ended;
    struct chunk *first, **last;
    size_t queued;
    time_t deadline; /* seconds, rounded up */
};

static struct client clients[FD_SETSIZE];
static int listener, timer, idle_seconds = 60, highest;
static bool deaf; /* out of descriptors */
static char piece[PIECE];

static time_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + (t.tv_nsec > 0);
}

static void lift(int fd)
{
    if (fd > highest)
        highest = fd;
}

static void drop(int fd)
{
    struct client *client = &clients[fd];
    while (client->first) {
        struct chunk *next = client->first->next;
        free(client->first);
        client->first = next;
    }
    memset(client, 0, sizeof *client);
    close(fd);
    deaf = false;
}

static void alive(int fd)
{
    clients[fd].deadline = seconds() + idle_seconds;
}

static bool append(struct client *client, const char *bytes, size_t size)
{
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        return false;
    *chunk = (struct chunk){.to = size};
    memcpy(chunk->bytes, bytes, size);
    *(client->first ? client->last : &client->first) = chunk;
    client->last = &chunk->next;
    client->queued += size;
    return true;
}

static bool receive(int fd)
{
    struct iovec into = {piece, sizeof piece};
    struct msghdr message = {.msg_iov = &into, .msg_iovlen = 1};
    ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    alive(fd);
    clients[fd].ended = n == 0;
    return n == 0 || append(&clients[fd], piece, (size_t)n);
}

static bool flush(int fd)
{
    struct client *client = &clients[fd];
    while (client->first) {
        struct chunk *chunk = client->first;
        struct iovec from = {chunk->bytes + chunk->from, chunk->to - chunk->from};
        struct msghdr message = {.msg_iov = &from, .msg_iovlen = 1};
        ssize_t n = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        alive(fd);
        chunk->from += (size_t)n;
        client->queued -= (size_t)n;
        if (chunk->from < chunk->to)
            return true;
        client->first = chunk->next;
        free(chunk);
    }
    return true;
}

static void serve(int fd, bool readable)
{
    if ((readable && !receive(fd)) || !flush(fd) || (clients[fd].ended && !clients[fd].first))
        drop(fd);
}

static void welcome(void)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        deaf = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        return;
    }
    if (fd >= FD_SETSIZE) {
        close(fd);
        return;
    }
    clients[fd] = (struct client){.open = true};
    alive(fd);
}

/* Once a second, while there is somebody who may become idle, or accepting rests. */
static void wind(bool needed)
{
    static bool running;
    struct itimerspec every = {.it_value.tv_sec = needed, .it_interval.tv_sec = needed};
    if (needed != running)
        timerfd_settime(timer, 0, &every, NULL);
    running = needed;
}

static void tick(void)
{
    uint64_t times;
    if (read(timer, &times, sizeof times) < 0)
        return;
    deaf = false;
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (clients[fd].open && seconds() > clients[fd].deadline)
            drop(fd);
}

static void fill(fd_set *in, fd_set *out)
{
    bool anybody = false;
    FD_ZERO(in);
    FD_ZERO(out);
    FD_SET(timer, in);
    highest = timer;
    if (!deaf) {
        FD_SET(listener, in);
        lift(listener);
    }
    for (int fd = 0; fd < FD_SETSIZE; fd++) {
        struct client *client = &clients[fd];
        if (!client->open)
            continue;
        anybody = true;
        if (!client->ended && client->queued < HIGH_WATER)
            FD_SET(fd, in);
        if (client->first)
            FD_SET(fd, out);
        lift(fd);
    }
    wind(anybody || deaf);
}

void select_based_echo_server(int server_fd)
{
    sigset_t term, inside;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &inside);
    listener = server_fd;
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        fd_set in, out;
        fill(&in, &out);
        if (pselect(highest + 1, &in, &out, NULL, NULL, &inside) <= 0)
            continue;
        for (int fd = 0; fd <= highest; fd++)
            if (clients[fd].open && (FD_ISSET(fd, &in) || FD_ISSET(fd, &out)))
                serve(fd, FD_ISSET(fd, &in));
        if (FD_ISSET(listener, &in))
            welcome();
        if (FD_ISSET(timer, &in))
            tick();
    }
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (clients[fd].open)
            drop(fd);
    close(timer);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int fd = support_listen(port);
    select_based_echo_server(fd);
    close(fd);
    return 0;
}
