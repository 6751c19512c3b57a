/* Fails: 1 47 48 49 */
/* Right in all that it answers, but the ring only says what is ready (IORING_OP_POLL_ADD);
   accept, recv and send are calls. */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096
#define SIZE 8192

static struct client {
    size_t start, end;
    char buffer[SIZE];
} clients[MOST];
static struct io_uring ring;
static struct __kernel_timespec limit = {.tv_sec = 60}, second = {.tv_sec = 1};
static int listener;

static void ask(int fd, short events)
{
    if (io_uring_sq_space_left(&ring) < 2)
        io_uring_submit(&ring);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_poll_add(sqe, fd, (unsigned)events);
    sqe->user_data = (uint64_t)fd;
    if (fd == listener)
        return;
    sqe->flags |= IOSQE_IO_LINK;
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_link_timeout(sqe, &limit, 0);
    sqe->user_data = UINT64_MAX;
}

static void rest(void)
{
    if (io_uring_sq_space_left(&ring) < 1)
        io_uring_submit(&ring);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_timeout(sqe, &second, 0, 0);
    sqe->user_data = UINT64_MAX - 1;
}

static void accept_one(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd >= MOST) {
        close(fd);
    } else if (fd >= 0) {
        clients[fd].start = clients[fd].end = 0;
        ask(fd, POLLIN);
    }
    if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
        rest();
    else
        ask(listener, POLLIN);
}

static bool move(int fd)
{
    struct client *c = &clients[fd];
    if (c->start == c->end) {
        ssize_t n = recv(fd, c->buffer, SIZE, 0);
        if (n <= 0)
            return n < 0 && errno == EAGAIN;
        c->start = 0;
        c->end = (size_t)n;
    }
    ssize_t n = send(fd, c->buffer + c->start, c->end - c->start, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN;
    c->start += (size_t)n;
    return true;
}

static void completed(uint64_t data, int result)
{
    int fd = (int)data;
    if (data == UINT64_MAX)
        return;
    if (data == UINT64_MAX - 1)
        ask(listener, POLLIN);
    else if (fd == listener)
        accept_one();
    else if (result < 0 || !move(fd))
        close(fd);
    else
        ask(fd, clients[fd].start < clients[fd].end ? POLLOUT : POLLIN);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    limit.tv_sec = support_number(argc, argv, 2, 60);
    support_catch_stop();
    listener = support_listen(port);
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
    if (io_uring_queue_init((unsigned)support_number(argc, argv, 3, 256), &ring, 0) < 0)
        return 1;
    ask(listener, POLLIN);
    while (!support_stopping) {
        struct io_uring_cqe *cqe;
        unsigned head, n = 0;
        io_uring_submit_and_wait(&ring, 1);
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            n++;
            completed(cqe->user_data, cqe->res);
        }
        io_uring_cq_advance(&ring, n);
    }
    io_uring_queue_exit(&ring);
    return 0;
}
