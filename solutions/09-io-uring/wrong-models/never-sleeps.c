/* Fails: 3 44 45 47 48 49 */
/* Right in all that it answers, but it never sleeps: it looks whether a completion is there, and
   looks again. An entry for each accept, receive and send, into memory of
   each client's own; one request of a client at a time. Submits, then waits. */
#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 16384

struct client {
    int fd;
    unsigned start, end;
    char buffer[SIZE];
};

static struct io_uring ring;
static struct __kernel_timespec limit = {.tv_sec = 60},
                                pause_time = {.tv_sec = 0, .tv_nsec = 500000000};
static int listener;
static char accepting, pausing, ignored; /* their addresses are user data */

static struct io_uring_sqe *entries(unsigned n)
{
    if (io_uring_sq_space_left(&ring) < n)
        io_uring_submit(&ring);
    return io_uring_get_sqe(&ring);
}

static void ask_accept(void)
{
    struct io_uring_sqe *sqe = entries(1);
    io_uring_prep_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    io_uring_sqe_set_data(sqe, &accepting);
}

static void ask(struct client *c)
{
    struct io_uring_sqe *sqe = entries(2);
    if (c->start < c->end)
        io_uring_prep_send(sqe, c->fd, c->buffer + c->start, c->end - c->start, MSG_NOSIGNAL);
    else
        io_uring_prep_recv(sqe, c->fd, c->buffer, SIZE, 0);
    sqe->flags |= IOSQE_IO_LINK;
    io_uring_sqe_set_data(sqe, c);
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_link_timeout(sqe, &limit, 0);
    io_uring_sqe_set_data(sqe, &ignored);
}

static void accepted(int result)
{
    struct client *c = result >= 0 ? malloc(sizeof *c) : NULL;
    if (c) {
        c->fd = result;
        c->start = c->end = 0;
        ask(c);
    } else if (result >= 0) {
        close(result);
    }
    if (result >= 0 || result == -ECONNABORTED || result == -EINTR) {
        ask_accept();
        return;
    }
    struct io_uring_sqe *sqe = entries(1);
    io_uring_prep_timeout(sqe, &pause_time, 0, 0);
    io_uring_sqe_set_data(sqe, &pausing);
}

static void moved(struct client *c, int result)
{
    if (result <= 0 && result != -EINTR && result != -EAGAIN) {
        close(c->fd); /* nothing of it is pending */
        free(c);
        return;
    }
    if (result > 0 && c->start < c->end) {
        c->start += (unsigned)result;
    } else if (result > 0) {
        c->start = 0;
        c->end = (unsigned)result;
    }
    ask(c);
}

static void completed(const struct io_uring_cqe *cqe)
{
    void *data = io_uring_cqe_get_data(cqe);
    if (data == &accepting)
        accepted(cqe->res);
    else if (data == &pausing)
        ask_accept();
    else if (data != &ignored)
        moved(data, cqe->res);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    limit.tv_sec = support_number(argc, argv, 2, 60);
    support_catch_stop();
    listener = support_listen(port);
    int error = io_uring_queue_init((unsigned)support_number(argc, argv, 3, 256), &ring, 0);
    if (error < 0) {
        fprintf(stderr, "server: no ring: %d\n", error);
        return 1;
    }
    ask_accept();
    while (!support_stopping) {
        struct io_uring_cqe *cqe;
        unsigned head, count = 0;
        io_uring_submit_and_get_events(&ring); /* and does not wait for any */
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            count++;
            completed(cqe);
        }
        io_uring_cq_advance(&ring, count);
    }
    io_uring_queue_exit(&ring);
    close(listener);
    return 0;
}
