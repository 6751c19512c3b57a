/*
 * Right, in another style: bytes are taken in while others wait to go out, up to a limit, so that
 * a client is waited for in both directions at once; read and write; EPOLL_CTL_DEL before each
 * close; the listener is served when all the clients of a batch have been.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define LIMIT 32768

typedef struct peer {
    struct peer *older, *newer;
    char queue[LIMIT];
    size_t length;
    struct timespec seen;
    int fd;
    uint32_t asked;
    bool ended;
} peer;

static peer ends = {.older = &ends, .newer = &ends}; /* ends.newer: the oldest of all */
static int epoll_fd, peers, most = 10000, idle_seconds = 60;
static bool listening;
static struct timespec now;

static int64_t since(const struct timespec *then)
{
    return (now.tv_sec - then->tv_sec) * INT64_C(1000000000) + now.tv_nsec - then->tv_nsec;
}

static void unlink_peer(peer *p)
{
    p->older->newer = p->newer;
    p->newer->older = p->older;
}

static void newest(peer *p)
{
    p->seen = now;
    p->older = ends.older;
    p->newer = &ends;
    ends.older->newer = p;
    ends.older = p;
}

static void listen_for(int listener, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = &ends};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, listener, &event);
    listening = events;
}

static void part(peer *p, int listener)
{
    struct epoll_event ignored;
    unlink_peer(p);
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, p->fd, &ignored);
    close(p->fd);
    free(p);
    peers--;
    if (!listening)
        listen_for(listener, EPOLLIN);
}

/* False: there is nothing more to hope for. */
static bool take(peer *p, bool *any)
{
    ssize_t n = read(p->fd, p->queue + p->length, LIMIT - p->length);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    p->ended = n == 0;
    p->length += (size_t)n;
    *any |= n > 0;
    return true;
}

static bool give(peer *p, bool *any)
{
    ssize_t n = write(p->fd, p->queue, p->length);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    memmove(p->queue, p->queue + n, p->length - (size_t)n);
    p->length -= (size_t)n;
    *any |= n > 0;
    return true;
}

static void ask_again(peer *p)
{
    uint32_t events =
        (p->length ? EPOLLOUT : 0) | (p->length < LIMIT && !p->ended ? EPOLLIN : 0);
    if (events == p->asked)
        return;
    struct epoll_event event = {.events = events, .data.ptr = p};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, p->fd, &event);
    p->asked = events;
}

static void attend(peer *p, uint32_t events, int listener)
{
    bool any = false, well = true;
    if ((events & EPOLLIN) && (p->asked & EPOLLIN))
        well = take(p, &any);
    else if (!(events & EPOLLOUT)) /* EPOLLERR or EPOLLHUP alone */
        well = false;
    if (well && p->length)
        well = give(p, &any);
    if (!well || (p->ended && !p->length)) {
        part(p, listener);
        return;
    }
    ask_again(p);
    if (any) {
        unlink_peer(p);
        newest(p);
    }
}

static void greet(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            listen_for(listener, 0); /* until a client has gone */
        return;
    }
    int on = 1;
    ioctl(fd, FIONBIO, &on);
    if (peers >= most)
        part(ends.newer, listener);
    peer *p = malloc(sizeof *p);
    p->fd = fd;
    p->length = 0;
    p->ended = false;
    p->asked = EPOLLIN;
    newest(p);
    peers++;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

/* In ms, rounded up. Without descriptors a look now and then, as others may free some. */
static int how_long(void)
{
    int64_t left = INT64_MAX;
    if (ends.newer != &ends)
        left = idle_seconds * INT64_C(1000000000) - since(&ends.newer->seen);
    if (!listening && left > 1000000000)
        left = 1000000000;
    if (left == INT64_MAX)
        return -1;
    left = (left + 999999) / 1000000;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static void batch(struct epoll_event *events, int count, int listener)
{
    bool knock = false;
    for (int i = 0; i < count; i++)
        if (events[i].data.ptr == &ends)
            knock = true;
        else
            attend(events[i].data.ptr, events[i].events, listener);
    if (!count && !listening)
        listen_for(listener, EPOLLIN);
    if (knock)
        greet(listener);
    while (ends.newer != &ends &&
           since(&ends.newer->seen) >= idle_seconds * INT64_C(1000000000))
        part(ends.newer, listener);
}

void epoll_server(int server_fd)
{
    struct epoll_event events[32] = {{.events = EPOLLIN, .data.ptr = &ends}};
    fcntl(server_fd, F_SETFL, fcntl(server_fd, F_GETFL) | O_NONBLOCK);
    epoll_fd = epoll_create1(0);
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, server_fd, events);
    listening = true;
    clock_gettime(CLOCK_MONOTONIC, &now);
    while (!support_stopping) {
        int count = epoll_wait(epoll_fd, events, 32, how_long());
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (count >= 0)
            batch(events, count, server_fd);
    }
    while (ends.newer != &ends)
        part(ends.newer, server_fd);
    close(epoll_fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    most = support_number(argc, argv, 2, most);
    idle_seconds = support_number(argc, argv, 3, idle_seconds);
    signal(SIGPIPE, SIG_IGN);
    support_catch_stop();
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
