/* Fails: 49 */
/* Right, but it asks when there are bytes (IORING_OP_POLL_ADD, for once), and then for them
   (IORING_OP_RECV, with a provided buffer): two requests a message. The buffer is the client's
   until all of it has been sent. */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST    2048
#define SIZE    2048
#define BUFFERS 2048 /* one for each client: it holds one at most */

enum { ACCEPT, PAUSE, POLL, RECEIVE, SEND, NOTHING };

static struct client {
    int buffer, from, to;
} clients[MOST];
static struct io_uring ring;
static struct io_uring_buf_ring *pool;
static char (*memory)[SIZE];
static struct __kernel_timespec limit = {.tv_sec = 60}, second = {.tv_sec = 1};
static int listener;

static struct io_uring_sqe *take(int kind, int fd, void (*prepare)(struct io_uring_sqe *, int))
{
    if (io_uring_sq_space_left(&ring) < 2)
        io_uring_submit(&ring);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    prepare(sqe, fd);
    sqe->user_data = (uint64_t)fd * 8 + (uint64_t)kind;
    return sqe;
}

static void limited(struct io_uring_sqe *sqe)
{
    sqe->flags |= IOSQE_IO_LINK;
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_link_timeout(sqe, &limit, 0);
    sqe->user_data = NOTHING;
}

static void to_accept(struct io_uring_sqe *sqe, int fd)
{
    io_uring_prep_multishot_accept(sqe, fd, NULL, NULL, 0);
}

static void to_pause(struct io_uring_sqe *sqe, int fd)
{
    (void)fd;
    io_uring_prep_timeout(sqe, &second, 0, 0);
}

static void to_poll(struct io_uring_sqe *sqe, int fd)
{
    io_uring_prep_poll_add(sqe, fd, POLLIN);
}

static void to_receive(struct io_uring_sqe *sqe, int fd)
{
    io_uring_prep_recv(sqe, fd, NULL, SIZE, MSG_DONTWAIT);
    sqe->flags |= IOSQE_BUFFER_SELECT;
}

static void to_send(struct io_uring_sqe *sqe, int fd)
{
    struct client *c = &clients[fd];
    io_uring_prep_send(sqe, fd, memory[c->buffer] + c->from, (size_t)(c->to - c->from),
                       MSG_NOSIGNAL);
}

static void give_back(int buffer)
{
    io_uring_buf_ring_add(pool, memory[buffer], SIZE, (unsigned short)buffer,
                          io_uring_buf_ring_mask(BUFFERS), 0);
    io_uring_buf_ring_advance(pool, 1);
}

static void received(int fd, int result, unsigned flags)
{
    if (flags & IORING_CQE_F_BUFFER) {
        clients[fd] = (struct client){(int)(flags >> IORING_CQE_BUFFER_SHIFT), 0, result};
        if (result > 0)
            limited(take(SEND, fd, to_send));
        else
            give_back(clients[fd].buffer);
    }
    if (result == -EAGAIN || result == -ENOBUFS)
        limited(take(POLL, fd, to_poll));
    else if (result <= 0)
        close(fd);
}

static void sent(int fd, int result)
{
    struct client *c = &clients[fd];
    c->from += result > 0 ? result : 0;
    if (result > 0 && c->from < c->to) {
        limited(take(SEND, fd, to_send));
        return;
    }
    give_back(c->buffer);
    if (result > 0)
        limited(take(POLL, fd, to_poll));
    else
        close(fd);
}

static void accepted(int result, bool more)
{
    if (result >= MOST)
        close(result);
    else if (result >= 0)
        limited(take(POLL, result, to_poll));
    if (result < 0)
        take(PAUSE, 0, to_pause);
    else if (!more)
        take(ACCEPT, listener, to_accept);
}

static void completed(const struct io_uring_cqe *cqe)
{
    int fd = (int)(cqe->user_data / 8);
    switch (cqe->user_data % 8) {
    case ACCEPT:
        accepted(cqe->res, cqe->flags & IORING_CQE_F_MORE);
        break;
    case PAUSE:
        take(ACCEPT, listener, to_accept);
        break;
    case POLL:
        if (cqe->res > 0)
            take(RECEIVE, fd, to_receive);
        else
            close(fd);
        break;
    case RECEIVE:
        received(fd, cqe->res, cqe->flags);
        break;
    case SEND:
        sent(fd, cqe->res);
    }
}

static bool set_up(unsigned entries)
{
    struct io_uring_buf_reg reg = {.ring_entries = BUFFERS};
    memory = malloc((size_t)BUFFERS * SIZE);
    pool = aligned_alloc(4096, BUFFERS * sizeof(struct io_uring_buf));
    if (!memory || !pool || io_uring_queue_init(entries, &ring, 0) < 0)
        return false;
    reg.ring_addr = (uint64_t)pool;
    if (io_uring_register_buf_ring(&ring, &reg, 0) < 0)
        return false;
    io_uring_buf_ring_init(pool);
    for (int i = 0; i < BUFFERS; i++)
        give_back(i);
    return true;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    limit.tv_sec = support_number(argc, argv, 2, 60);
    support_catch_stop();
    listener = support_listen(port);
    if (!set_up((unsigned)support_number(argc, argv, 3, 256)))
        return 1;
    take(ACCEPT, listener, to_accept);
    while (!support_stopping) {
        struct io_uring_cqe *cqes[32];
        io_uring_submit_and_wait(&ring, 1);
        unsigned n = io_uring_peek_batch_cqe(&ring, cqes, 32);
        for (unsigned i = 0; i < n; i++)
            completed(cqes[i]);
        io_uring_cq_advance(&ring, n);
    }
    io_uring_queue_exit(&ring);
    close(listener);
    return 0;
}
