/* Fails: 1 48 49 */
/* Right in all that it answers, and all clients come through the ring, by one multishot accept;
   but then an epoll is asked, through the ring, which of them is ready, and bytes move in calls. */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096
#define SIZE 4096

enum { ACCEPT, SECOND, READY };

static struct client {
    size_t start, end;
    time_t active; /* 0: not open */
    char buffer[SIZE];
} clients[MOST];
static struct io_uring ring;
static struct __kernel_timespec second = {.tv_sec = 1};
static int listener, interest, idle = 60, accepting;

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1;
}

static struct io_uring_sqe *take(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring)))
        io_uring_submit(&ring);
    return sqe;
}

static void ask(int kind)
{
    struct io_uring_sqe *sqe = take();
    if (kind == ACCEPT)
        io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_NONBLOCK);
    else if (kind == SECOND)
        io_uring_prep_timeout(sqe, &second, 0, 0);
    else
        io_uring_prep_poll_add(sqe, interest, POLLIN);
    io_uring_sqe_set_data64(sqe, (uint64_t)kind);
    accepting |= kind == ACCEPT;
}

static void watch(int fd, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(interest, operation, fd, &event);
}

static void drop(int fd)
{
    clients[fd].active = 0;
    close(fd);
}

static void serve(int fd)
{
    struct client *c = &clients[fd];
    if (c->start == c->end) {
        ssize_t n = recv(fd, c->buffer, SIZE, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            drop(fd);
        if (n <= 0)
            return;
        c->start = 0;
        c->end = (size_t)n;
    }
    ssize_t n = send(fd, c->buffer + c->start, c->end - c->start, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        drop(fd);
        return;
    }
    c->start += n > 0 ? (size_t)n : 0;
    if (n > 0)
        c->active = now();
    watch(fd, EPOLL_CTL_MOD, c->start < c->end ? EPOLLOUT : EPOLLIN);
}

static void accepted(int fd, unsigned flags)
{
    accepting = (flags & IORING_CQE_F_MORE) != 0;
    if (fd >= MOST) {
        close(fd);
    } else if (fd >= 0) {
        clients[fd] = (struct client){.active = now()};
        watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    }
    if (!accepting && fd >= 0)
        ask(ACCEPT);
}

static void ready(void)
{
    struct epoll_event events[64];
    int n = epoll_wait(interest, events, 64, 0);
    for (int i = 0; i < n; i++)
        serve(events[i].data.fd);
    ask(READY);
}

static void each_second(void)
{
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd].active && now() - clients[fd].active > idle)
            drop(fd);
    if (!accepting)
        ask(ACCEPT);
    ask(SECOND);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, idle);
    support_catch_stop();
    listener = support_listen(port);
    interest = epoll_create1(0);
    if (io_uring_queue_init((unsigned)support_number(argc, argv, 3, 64), &ring, 0) < 0)
        return 1;
    ask(ACCEPT);
    ask(READY);
    ask(SECOND);
    while (!support_stopping) {
        struct io_uring_cqe *cqe;
        if (io_uring_submit_and_wait(&ring, 1) < 0)
            continue;
        while (io_uring_peek_cqe(&ring, &cqe) == 0) {
            uint64_t kind = cqe->user_data;
            int result = cqe->res;
            unsigned flags = cqe->flags;
            io_uring_cqe_seen(&ring, cqe);
            if (kind == ACCEPT)
                accepted(result, flags);
            else if (kind == READY)
                ready();
            else
                each_second();
        }
    }
    io_uring_queue_exit(&ring);
    return 0;
}
