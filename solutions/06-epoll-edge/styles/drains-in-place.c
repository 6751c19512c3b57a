/* Style: receives until EAGAIN on the spot, at most sixteen times, then goes to the end of a queue
   of descriptors in a ring; read and write, a table by descriptor, SIGPIPE ignored, accept4, and
   a time-out of half a second instead of signals that come only while it waits. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define SIZE     4096
#define MOST     65536
#define PATIENCE 16

struct line {
    bool open, in, out, queued;
    size_t from, to;
    char bytes[SIZE];
};

static struct line *lines[MOST];
static int queue[MOST], head, tail; /* descriptors that are not done */
static int poller, door;
static bool knocking, locked_out;

static void enqueue(int fd)
{
    if (lines[fd]->queued)
        return;
    lines[fd]->queued = true;
    queue[tail++ % MOST] = fd;
}

static void hang_up(int fd)
{
    close(fd);
    lines[fd]->open = false;
    locked_out = false;
}

static void answer_the_door(void)
{
    int fd;
    while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0 ||
           errno == EINTR || errno == ECONNABORTED) {
        struct epoll_event e = {.events = EPOLLET | EPOLLIN | EPOLLOUT | EPOLLRDHUP};
        if (fd < 0)
            continue;
        if (fd >= MOST || (!lines[fd] && !(lines[fd] = calloc(1, sizeof **lines)))) {
            close(fd);
            continue;
        }
        bool queued = lines[fd]->queued;
        memset(lines[fd], 0, sizeof **lines);
        lines[fd]->open = true;
        lines[fd]->queued = queued;
        e.data.fd = fd;
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
    }
    knocking = locked_out = errno != EAGAIN;
}

static bool flush(int fd)
{
    struct line *l = lines[fd];
    while (l->from < l->to) {
        ssize_t n = write(fd, l->bytes + l->from, l->to - l->from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            l->out = false;
            return errno == EAGAIN;
        }
        l->from += (size_t)n;
    }
    return true;
}

static void serve(int fd)
{
    struct line *l = lines[fd];
    l->queued = false;
    if (!l->open)
        return;
    if (!flush(fd)) {
        hang_up(fd);
        return;
    }
    for (int i = 0; i < PATIENCE && l->from == l->to; i++) {
        ssize_t n = read(fd, l->bytes, SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            l->in = false;
            return;
        }
        l->from = 0;
        l->to = n > 0 ? (size_t)n : 0;
        if (n <= 0 || !flush(fd)) {
            hang_up(fd);
            return;
        }
    }
    if (l->from == l->to)
        enqueue(fd);
}

static void hear(const struct epoll_event *e)
{
    int fd = e->data.fd;
    if (fd == door) {
        knocking = true;
        return;
    }
    if (e->events & ~(uint32_t)EPOLLOUT)
        lines[fd]->in = true;
    if (e->events & ~(uint32_t)EPOLLIN)
        lines[fd]->out = true;
    if (lines[fd]->from < lines[fd]->to ? lines[fd]->out : lines[fd]->in)
        enqueue(fd);
}

void epoll_server(int server_fd)
{
    struct epoll_event events[64], e = {.events = EPOLLIN | EPOLLET, .data.fd = server_fd};
    door = server_fd;
    poller = epoll_create(1);
    epoll_ctl(poller, EPOLL_CTL_ADD, door, &e);
    while (!support_stopping) {
        bool busy = head != tail || (knocking && !locked_out);
        int n = epoll_wait(poller, events, 64, busy ? 0 : 500);
        for (int i = 0; i < n; i++)
            hear(&events[i]);
        for (int count = tail - head; count > 0; count--)
            serve(queue[head++ % MOST]);
        if (knocking)
            answer_the_door();
    }
    for (int fd = 0; fd < MOST; fd++) {
        if (lines[fd] && lines[fd]->open)
            close(fd);
        free(lines[fd]);
    }
    close(poller);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    support_catch_stop();
    int server_fd = support_listen(support_port(argc, argv));
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
