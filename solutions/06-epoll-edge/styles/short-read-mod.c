/* Style: a receive that brings less than it asked for was the last one, so that there is no
   EAGAIN; writes are asked about only while output is pending, with a MOD each way; who has had
   eight receives is registered anew, which gives a new event. No list at all. readv and writev;
   a pipe that the handler writes to. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support.h"

enum { HALF = 3000, TURNS = 8 };

struct peer {
    int fd;
    bool wants_room;
    size_t filled, gone;
    char left[HALF], right[HALF];
    struct peer *next, **link;
};

static struct peer *peers;
static int pipes[2], set, listener;
static bool retry;

static void on_signal(int number)
{
    (void)number;
    int kept = errno;
    ssize_t n = write(pipes[1], "", 1);
    (void)n;
    errno = kept;
}

static void lose(struct peer *p)
{
    if ((*p->link = p->next))
        p->next->link = p->link;
    epoll_ctl(set, EPOLL_CTL_DEL, p->fd, NULL);
    close(p->fd);
    free(p);
}

static void ask(struct peer *p, bool room)
{
    struct epoll_event e = {.events = EPOLLET | (room ? EPOLLOUT : EPOLLIN | EPOLLRDHUP),
                            .data.ptr = p};
    p->wants_room = room;
    epoll_ctl(set, EPOLL_CTL_MOD, p->fd, &e);
}

/* The two halves of the buffer from `at` to `end`, as one vector. */
static int vector(struct peer *p, struct iovec *v, size_t at, size_t end)
{
    int count = 0;
    if (at < HALF && at < end)
        v[count++] = (struct iovec){p->left + at, (end < HALF ? end : HALF) - at};
    if (end > HALF) {
        size_t from = at > HALF ? at - HALF : 0;
        v[count++] = (struct iovec){p->right + from, end - HALF - from};
    }
    return count;
}

/* 1: all sent; 0: not all; -1: broken. */
static int send_on(struct peer *p)
{
    struct iovec v[2];
    while (p->gone < p->filled) {
        ssize_t n = writev(p->fd, v, vector(p, v, p->gone, p->filled));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        p->gone += (size_t)n;
        if (p->gone < p->filled)
            return 0; /* a short one: the socket is full */
    }
    return 1;
}

/* `ended`: the event told of the end too, so there is something behind the last bytes. */
static void serve(struct peer *p, bool ended)
{
    struct iovec v[2];
    int sent = send_on(p);
    for (int turn = 0; sent == 1 && turn < TURNS; turn++) {
        ssize_t n;
        while ((n = readv(p->fd, v, vector(p, v, 0, 2 * HALF))) < 0 && errno == EINTR)
            ;
        if (n < 0 && errno == EAGAIN)
            break;
        p->gone = 0;
        p->filled = n > 0 ? (size_t)n : 0;
        sent = n > 0 ? send_on(p) : -1;
        if (sent == 1 && n < 2 * HALF && !ended)
            break;
        if (sent == 1 && turn == TURNS - 1)
            ask(p, false);
    }
    if (sent < 0)
        lose(p);
    else if (p->wants_room == (sent == 1))
        ask(p, sent == 0);
}

static void accept_all(void)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        retry = fd < 0 && errno != EAGAIN;
        if (fd < 0)
            return;
        struct peer *p = calloc(1, sizeof *p);
        struct epoll_event e = {.events = EPOLLET | EPOLLIN | EPOLLRDHUP, .data.ptr = p};
        p->fd = fd;
        p->next = peers;
        p->link = &peers;
        if (peers)
            peers->link = &p->next;
        peers = p;
        epoll_ctl(set, EPOLL_CTL_ADD, fd, &e);
    }
}

int main(int argc, char **argv)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = pipes};
    bool going = true;
    if (pipe2(pipes, O_NONBLOCK) < 0)
        return 1;
    signal(SIGTERM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    listener = support_listen(support_port(argc, argv));
    fcntl(listener, F_SETFL, O_NONBLOCK);
    set = epoll_create1(0);
    epoll_ctl(set, EPOLL_CTL_ADD, pipes[0], &e);
    e = (struct epoll_event){.events = EPOLLIN | EPOLLET, .data.ptr = &listener};
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &e);
    while (going) {
        if (epoll_wait(set, &e, 1, retry ? 200 : -1) <= 0) /* one event at a time */
            e.data.ptr = NULL;
        if (e.data.ptr == pipes)
            going = false;
        else if (e.data.ptr && e.data.ptr != &listener)
            serve(e.data.ptr, e.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
        if (e.data.ptr == &listener || retry)
            accept_all();
    }
    while (peers)
        lose(peers);
    close(listener);
    close(set);
    close(pipes[0]);
    close(pipes[1]);
    return 0;
}
