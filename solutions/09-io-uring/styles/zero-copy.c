/* Style: sends with IORING_OP_SEND_ZC (Linux 6.0), whose memory comes free with a notification;
   user data are pointers to requests, each with its own function; a list of clients; linked
   time-outs from the heap; a clean end by a self-pipe. */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define CHUNK   4096
#define CHUNKS  128
#define ALLOWED 32768
#define LOCKED  64 /* notifications to come: beyond them, sends copy */

struct request {
    void (*done)(struct request *, int result, unsigned flags);
    int pending;
};

struct piece {
    struct request send; /* pending: the notifications still to come */
    struct client *client;
    struct piece *next;
    size_t from, size;
    char data[];
};

struct client {
    struct request receive, end;
    struct client *next, **self;
    struct piece *first, **last;
    size_t queued;
    int fd, finished, failed, sending;
    int copies; /* its next send copies, or the one under way */
    int pieces; /* in memory */
    struct timespec stamp;
    struct __kernel_timespec quiet, stuck;
};

static struct io_uring ring;
static struct client *all;
static struct io_uring_buf_ring *chunks;
static char *memory;
static int server, wake[2], leave, idle = 60, locked;
static struct request accepting, retrying, waking, nothing;
static struct __kernel_timespec half = {.tv_nsec = 500000000};

static struct io_uring_sqe *take(unsigned n)
{
    while (io_uring_sq_space_left(&ring) < n)
        if (io_uring_submit(&ring) < 0)
            break;
    return io_uring_get_sqe(&ring);
}

static void watch(struct io_uring_sqe *sqe, struct request *request)
{
    io_uring_sqe_set_data(sqe, request);
    request->pending++;
}

static void with_limit(struct io_uring_sqe *sqe, struct __kernel_timespec *limit)
{
    sqe->flags |= IOSQE_IO_LINK;
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_link_timeout(sqe, limit, 0);
    watch(sqe, &nothing);
}

static double silent_for(const struct client *c)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - c->stamp.tv_sec) + (double)(t.tv_nsec - c->stamp.tv_nsec) / 1e9;
}

static void touch(struct client *c)
{
    clock_gettime(CLOCK_MONOTONIC, &c->stamp);
}

static void receive(struct client *c)
{
    double left = idle - silent_for(c);
    c->quiet.tv_sec = left > 0 ? (long long)left : 0;
    c->quiet.tv_nsec = left > 0 ? (long long)((left - (double)c->quiet.tv_sec) * 1e9) : 0;
    struct io_uring_sqe *sqe = take(2);
    io_uring_prep_recv_multishot(sqe, c->fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 1;
    watch(sqe, &c->receive);
    with_limit(sqe, &c->quiet);
}

static void transmit(struct client *c)
{
    struct piece *p = c->first;
    c->stuck.tv_sec = idle;
    c->copies |= locked >= LOCKED;
    struct io_uring_sqe *sqe = take(2);
    if (c->copies)
        io_uring_prep_send(sqe, c->fd, p->data + p->from, p->size - p->from, MSG_NOSIGNAL);
    else
        io_uring_prep_send_zc(sqe, c->fd, p->data + p->from, p->size - p->from, MSG_NOSIGNAL, 0);
    watch(sqe, &p->send);
    with_limit(sqe, &c->stuck);
    c->sending = 1;
}

static void release(struct piece *p)
{
    p->client->pieces--;
    free(p);
}

/* The connection goes at once, the memory when the last piece is free. */
static void forget(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    for (struct piece *p; (p = c->first);) {
        c->first = p->next;
        if (p->send.pending)
            p->from = p->size;
        else
            release(p);
    }
    if (c->pieces > 0)
        return;
    *c->self = c->next;
    if (c->next)
        c->next->self = c->self;
    free(c);
}

static void fail(struct client *c)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    if (!c->failed && c->pieces) /* disconnected: what is queued gives the memory free */
        connect(c->fd, &nobody, sizeof nobody);
    else if (!c->failed)
        shutdown(c->fd, SHUT_RDWR);
    c->failed = c->finished = 1;
}

static void advance(struct client *c)
{
    if (c->first && !c->sending && !c->failed)
        transmit(c);
    int full = c->queued > ALLOWED;
    if (full && c->receive.pending && !c->end.pending) {
        struct io_uring_sqe *sqe = take(1);
        io_uring_prep_cancel(sqe, &c->receive, 0);
        watch(sqe, &c->end);
    } else if (!full && !c->finished && !c->receive.pending) {
        receive(c);
    } else if (c->finished && !c->receive.pending && !c->sending && !c->end.pending) {
        forget(c);
    }
}

static void refill(unsigned id)
{
    io_uring_buf_ring_add(chunks, memory + id * CHUNK, CHUNK, (unsigned short)id,
                          io_uring_buf_ring_mask(CHUNKS), 0);
    io_uring_buf_ring_advance(chunks, 1);
}

static void on_send(struct request *request, int result, unsigned flags);

static void append(struct client *c, const char *data, size_t size)
{
    struct piece *p = malloc(sizeof *p + size);
    if (!p)
        abort();
    *p = (struct piece){.send.done = on_send, .client = c, .size = size};
    c->pieces++;
    memcpy(p->data, data, size);
    *c->last = p;
    c->last = &p->next;
    c->queued += size;
    touch(c);
}

static void on_receive(struct request *request, int result, unsigned flags)
{
    struct client *c = (struct client *)((char *)request - offsetof(struct client, receive));
    request->pending = (flags & IORING_CQE_F_MORE) != 0;
    if (flags & IORING_CQE_F_BUFFER) {
        unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
        if (result > 0)
            append(c, memory + id * CHUNK, (size_t)result);
        refill(id);
    }
    if (result == 0)
        c->finished = 1;
    else if (result == -ECANCELED && silent_for(c) >= idle)
        fail(c);
    else if (result < 0 && result != -ECANCELED && result != -ENOBUFS)
        fail(c);
    advance(c);
}

static void on_send(struct request *request, int result, unsigned flags)
{
    struct piece *p = (struct piece *)request;
    struct client *c = p->client;
    locked += flags & IORING_CQE_F_NOTIF ? -1 : (flags & IORING_CQE_F_MORE) != 0;
    if (!(flags & IORING_CQE_F_MORE))
        request->pending--; /* with it, the memory is in use until a notification comes */
    if (!(flags & IORING_CQE_F_NOTIF)) {
        c->sending = 0;
        if (result > 0) {
            p->from += (size_t)result;
            c->queued -= (size_t)result;
            c->copies = 0;
            touch(c);
        } else if ((result == -ENOBUFS || result == -ENOMEM) && !c->copies) {
            c->copies = 1; /* all of a user's programs share what may be locked: RLIMIT_MEMLOCK */
        } else {
            fail(c);
        }
        if (p->from == p->size && c->first == p && !(c->first = p->next))
            c->last = &c->first;
    }
    if (p->from == p->size && !request->pending)
        release(p);
    advance(c);
}

static void on_end(struct request *request, int result, unsigned flags)
{
    (void)result, (void)flags;
    request->pending = 0;
    advance((struct client *)((char *)request - offsetof(struct client, end)));
}

static void accept_all(void)
{
    struct io_uring_sqe *sqe = take(1);
    io_uring_prep_multishot_accept(sqe, server, NULL, NULL, SOCK_NONBLOCK);
    watch(sqe, &accepting);
}

static void on_accept(struct request *request, int result, unsigned flags)
{
    request->pending = (flags & IORING_CQE_F_MORE) != 0;
    if (result >= 0) {
        struct client *c = calloc(1, sizeof *c);
        if (!c)
            abort();
        c->fd = result;
        c->receive.done = on_receive;
        c->end.done = on_end;
        c->last = &c->first;
        c->next = all;
        c->self = &all;
        if (all)
            all->self = &c->next;
        all = c;
        touch(c);
        receive(c);
    }
    if (request->pending)
        return;
    if (result >= 0) {
        accept_all();
        return;
    }
    struct io_uring_sqe *sqe = take(1);
    io_uring_prep_timeout(sqe, &half, 0, 0);
    watch(sqe, &retrying);
}

static void on_retry(struct request *request, int result, unsigned flags)
{
    (void)request, (void)result, (void)flags;
    accept_all();
}

static void on_wake(struct request *request, int result, unsigned flags)
{
    (void)request, (void)result, (void)flags;
    leave = 1;
}

static void on_nothing(struct request *request, int result, unsigned flags)
{
    (void)request, (void)result, (void)flags;
}

static void on_signal(int number)
{
    char byte = (char)number;
    if (write(wake[1], &byte, 1) < 0)
        _exit(1);
}

static int prepare(unsigned entries)
{
    accepting.done = on_accept;
    retrying.done = on_retry;
    waking.done = on_wake;
    nothing.done = on_nothing;
    if (pipe2(wake, O_CLOEXEC) < 0 || io_uring_queue_init(entries, &ring, 0) < 0)
        return -1;
    memory = malloc(CHUNK * CHUNKS);
    chunks = aligned_alloc(4096, 4096);
    struct io_uring_buf_reg reg = {
        .ring_addr = (unsigned long)chunks, .ring_entries = CHUNKS, .bgid = 1};
    if (!memory || !chunks || io_uring_register_buf_ring(&ring, &reg, 0) < 0)
        return -1;
    io_uring_buf_ring_init(chunks);
    for (unsigned id = 0; id < CHUNKS; id++)
        refill(id);
    signal(SIGTERM, on_signal);
    struct io_uring_sqe *sqe = take(1);
    io_uring_prep_poll_add(sqe, wake[0], POLL_IN);
    watch(sqe, &waking);
    return 0;
}

int main(int argc, char **argv)
{
    server = support_listen(support_port(argc, argv));
    idle = support_number(argc, argv, 2, idle);
    if (prepare((unsigned)support_number(argc, argv, 3, 512)) < 0) {
        perror("prepare");
        return 1;
    }
    accept_all();
    while (!leave) {
        struct io_uring_cqe *cqe;
        io_uring_submit(&ring);
        if (io_uring_wait_cqe(&ring, &cqe) < 0)
            continue;
        for (int i = 0; i < 64 && io_uring_peek_cqe(&ring, &cqe) == 0; i++) {
            struct request *request = io_uring_cqe_get_data(cqe);
            int result = cqe->res;
            unsigned flags = cqe->flags;
            io_uring_cqe_seen(&ring, cqe);
            request->done(request, result, flags);
        }
    }
    for (struct client *c = all; c; c = c->next)
        shutdown(c->fd, SHUT_RDWR);
    io_uring_queue_exit(&ring);
    return 0;
}
