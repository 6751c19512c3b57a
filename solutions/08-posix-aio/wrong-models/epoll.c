/* Fails: 1 2 */
/* Right in all that it answers, but one thread does everything, and waits in epoll_wait(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096
#define SIZE 8192

struct client {
    int file, wants_name;
    size_t from, to;
    time_t last;
    char bytes[SIZE];
};

static struct client *clients[MOST];
static int paused, loop, folder = -1, idle = 60, listeners[2] = {-1, -1};

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void want(int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (fd >= 0)
        epoll_ctl(loop, operation, fd, &event);
}

static int find(const char *name, size_t length, struct stat *status)
{
    if (!length || length > 255 || *name == '.' || strlen(name) != length || strchr(name, '/'))
        return -1;
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (file >= 0 && fstat(file, status) == 0 && S_ISREG(status->st_mode))
        return file;
    if (file >= 0)
        close(file);
    return -1;
}

/* -1: the client is at its end. */
static int push(int fd, struct client *c)
{
    while (c->from < c->to || c->wants_name == 2) {
        if (c->from == c->to) {
            ssize_t got =
                c->file >= 0 ? pread(c->file, c->bytes, SIZE, lseek(c->file, 0, SEEK_CUR)) : 0;
            if (got <= 0)
                return -1;
            lseek(c->file, got, SEEK_CUR);
            c->from = 0;
            c->to = (size_t)got;
        }
        ssize_t sent = send(fd, c->bytes + c->from, c->to - c->from, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            want(EPOLL_CTL_MOD, fd, EPOLLOUT);
            return 0;
        }
        if (sent < 0)
            return -1;
        c->from += (size_t)sent;
        c->last = now();
    }
    c->from = c->to = 0;
    want(EPOLL_CTL_MOD, fd, EPOLLIN);
    return 0;
}

static int serve(int fd, struct client *c, uint32_t events)
{
    struct stat status;
    if (events & EPOLLOUT)
        return push(fd, c);
    ssize_t got = recv(fd, c->bytes + c->to, SIZE - c->to, 0);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    c->last = now();
    c->to += (size_t)got;
    if (!c->wants_name)
        return push(fd, c);
    char *end = memchr(c->bytes, '\n', c->to);
    if (!end && c->to < SIZE)
        return 0;
    if (end)
        *end = 0;
    c->file = end ? find(c->bytes, (size_t)(end - c->bytes), &status) : -1;
    c->to = (size_t)(c->file < 0 ? snprintf(c->bytes, SIZE, "ERROR no\n")
                                 : snprintf(c->bytes, SIZE, "OK %ld\n", (long)status.st_size));
    c->wants_name = 2;
    return push(fd, c);
}

static void drop(int fd)
{
    if (clients[fd]->file >= 0)
        close(clients[fd]->file);
    close(fd);
    free(clients[fd]);
    clients[fd] = NULL;
}

static void take(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EMFILE) {
        paused = 1;
        want(EPOLL_CTL_MOD, listeners[0], 0);
        want(EPOLL_CTL_MOD, listeners[1], 0);
    }
    if (fd < 0)
        return;
    clients[fd] = calloc(1, sizeof *clients[fd]);
    clients[fd]->file = -1;
    clients[fd]->wants_name = listener == listeners[1];
    clients[fd]->last = now();
    want(EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void sweep(void)
{
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd] && now() - clients[fd]->last > idle)
            drop(fd);
    if (paused) {
        want(EPOLL_CTL_MOD, listeners[0], EPOLLIN);
        want(EPOLL_CTL_MOD, listeners[1], EPOLLIN);
    }
    paused = 0;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 3, 60);
    support_catch_stop();
    loop = epoll_create1(0);
    if (argc > 2) {
        folder = open(argv[2], O_RDONLY | O_DIRECTORY);
        listeners[1] = support_listen(port + 1);
        fcntl(listeners[1], F_SETFL, O_NONBLOCK);
    }
    listeners[0] = support_listen(port);
    fcntl(listeners[0], F_SETFL, O_NONBLOCK);
    want(EPOLL_CTL_ADD, listeners[0], EPOLLIN);
    want(EPOLL_CTL_ADD, listeners[1], EPOLLIN);
    time_t swept = now();
    while (!support_stopping) {
        struct epoll_event event;
        if (epoll_wait(loop, &event, 1, 1000) == 1) {
            int fd = event.data.fd;
            if (fd == listeners[0] || fd == listeners[1])
                take(fd);
            else if (serve(fd, clients[fd], event.events) < 0)
                drop(fd);
        }
        if (now() > swept)
            sweep();
        swept = now();
    }
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd])
            drop(fd);
    return 0;
}
