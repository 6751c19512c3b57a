/*
 * Right, in another style: up to eight receives for an event, until nothing is left; all who wait
 * to be accepted at once; a function for each kind of event; clients stand
 * in a heap by activity, whose top tells the time-out.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define TURNS 8
#define PIECE 6000

struct loop;
struct watcher {
    int (*on)(struct loop *loop, struct watcher *watcher, unsigned events);
    int fd;
};

struct conn {
    struct watcher watcher;
    unsigned mask;
    int place; /* in the heap */
    unsigned long long key;
    double at;
    bool dead;
    struct conn *next_dead;
    char *rest;
    size_t from, to;
};

struct loop {
    int epoll_fd;
    struct watcher door;
    bool door_open;
    double now, reopen, idle;
    unsigned long long keys;
    struct conn **heap;
    int count, room, most;
    struct conn *dead;
    char piece[PIECE];
};

static void put(struct loop *l, int i, struct conn *c)
{
    l->heap[i] = c;
    c->place = i;
}

static void sift(struct loop *l, struct conn *c, int i)
{
    for (int up; i > 0 && l->heap[up = (i - 1) / 2]->key > c->key; i = up)
        put(l, i, l->heap[up]);
    for (int down; (down = 2 * i + 1) < l->count; i = down) {
        down += down + 1 < l->count && l->heap[down + 1]->key < l->heap[down]->key;
        if (l->heap[down]->key >= c->key)
            break;
        put(l, i, l->heap[down]);
    }
    put(l, i, c);
}

static void used(struct loop *l, struct conn *c)
{
    c->key = ++l->keys;
    c->at = l->now;
    sift(l, c, c->place);
}

static void door(struct loop *l, bool open)
{
    struct epoll_event event = {open ? EPOLLIN : 0, {.ptr = &l->door}};
    epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, l->door.fd, &event);
    l->door_open = open;
}

static void end(struct loop *l, struct conn *c)
{
    struct conn *last = l->heap[--l->count];
    if (last != c)
        sift(l, last, c->place);
    close(c->watcher.fd);
    c->dead = true;
    c->next_dead = l->dead;
    l->dead = c;
    if (!l->door_open)
        door(l, true);
}

/* 1: bytes moved, 0: not now, -1: over. */
static int outcome(ssize_t n)
{
    return n > 0 ? 1 : n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static void mask(struct loop *l, struct conn *c, unsigned events)
{
    struct epoll_event event = {events, {.ptr = c}};
    if (events != c->mask)
        epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, c->watcher.fd, &event);
    c->mask = events;
}

/* Only what does not go out at once needs memory of its own. */
static int forward(struct loop *l, struct conn *c, size_t length)
{
    ssize_t n = send(c->watcher.fd, l->piece, length, MSG_NOSIGNAL);
    int how = outcome(n);
    size_t done = how > 0 ? (size_t)n : 0;
    if (how < 0 || done == length)
        return how;
    c->rest = malloc(length - done);
    c->from = 0;
    c->to = length - done;
    for (size_t i = 0; i < c->to; i++)
        c->rest[i] = l->piece[done + i];
    mask(l, c, EPOLLOUT);
    return 0;
}

static int flush(struct loop *l, struct conn *c)
{
    ssize_t n = send(c->watcher.fd, c->rest + c->from, c->to - c->from, MSG_NOSIGNAL);
    int how = outcome(n);
    if (how <= 0)
        return how;
    used(l, c);
    c->from += (size_t)n;
    if (c->from < c->to)
        return 0;
    free(c->rest);
    c->rest = NULL;
    mask(l, c, EPOLLIN);
    return 0;
}

static int on_conn(struct loop *l, struct watcher *watcher, unsigned events)
{
    struct conn *c = (struct conn *)watcher;
    (void)events;
    if (c->dead)
        return 0;
    if (c->rest)
        return flush(l, c);
    for (int turn = 0; turn < TURNS && !c->rest; turn++) {
        ssize_t n = recv(c->watcher.fd, l->piece, PIECE, 0);
        int how = outcome(n);
        if (how <= 0)
            return how;
        used(l, c);
        if (forward(l, c, (size_t)n) < 0)
            return -1;
    }
    return 0;
}

static bool admit(struct loop *l)
{
    int fd = accept4(l->door.fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE) {
            door(l, false);
            l->reopen = l->now + 0.3;
        }
        return false;
    }
    if (l->count == l->most)
        end(l, l->heap[0]);
    if (l->count == l->room) {
        l->room = l->room * 2 + 16;
        l->heap = realloc(l->heap, (size_t)l->room * sizeof *l->heap);
    }
    struct conn *c = calloc(1, sizeof *c);
    c->watcher = (struct watcher){on_conn, fd};
    c->mask = EPOLLIN;
    c->place = l->count++;
    l->heap[c->place] = c;
    used(l, c);
    struct epoll_event event = {EPOLLIN, {.ptr = c}};
    epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &event);
    return true;
}

static int on_door(struct loop *l, struct watcher *watcher, unsigned events)
{
    (void)watcher;
    (void)events;
    while (admit(l))
        ;
    return 0;
}

static double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int patience(const struct loop *l)
{
    double until = l->count ? l->heap[0]->at + l->idle : 1e18;
    if (!l->door_open && l->reopen < until)
        until = l->reopen;
    double ms = (until - l->now) * 1000;
    return until == 1e18 ? -1 : ms > INT_MAX ? INT_MAX : ms < 0 ? 0 : (int)ms + 1;
}

static void sweep(struct loop *l)
{
    while (l->count && l->now - l->heap[0]->at >= l->idle)
        end(l, l->heap[0]);
    if (!l->door_open && l->now >= l->reopen)
        door(l, true);
    for (struct conn *c; (c = l->dead);) {
        l->dead = c->next_dead;
        free(c->rest);
        free(c);
    }
}

static void once(struct loop *l)
{
    struct epoll_event events[100];
    int n = epoll_wait(l->epoll_fd, events, 100, patience(l));
    l->now = clock_seconds();
    for (int i = 0; i < n; i++) {
        struct watcher *watcher = events[i].data.ptr;
        if (watcher->on(l, watcher, events[i].events) < 0)
            end(l, (struct conn *)watcher);
    }
    sweep(l);
}

static int most_clients, idle_seconds;

void epoll_server(int server_fd)
{
    struct loop l = {.door = {on_door, server_fd}, .door_open = true};
    struct epoll_event event = {EPOLLIN, {.ptr = &l.door}};
    fcntl(server_fd, F_SETFL, fcntl(server_fd, F_GETFL) | O_NONBLOCK);
    l.most = most_clients;
    l.idle = idle_seconds;
    l.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(l.epoll_fd, EPOLL_CTL_ADD, server_fd, &event);
    l.now = clock_seconds();
    while (!support_stopping)
        once(&l);
    while (l.count)
        end(&l, l.heap[0]);
    sweep(&l);
    free(l.heap);
    close(l.epoll_fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    most_clients = support_number(argc, argv, 2, 10000);
    idle_seconds = support_number(argc, argv, 3, 60);
    support_catch_stop();
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
