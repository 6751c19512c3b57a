/* Style: without liburing. The rings are mapped and moved here; io_uring_setup, io_uring_enter
   and io_uring_register are called by number. Buffers are given back in batches. A client's
   output stands in a ring of its own. Idle clients: a time-out each second looks at all. */
#include <errno.h>
#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST    4096
#define SIZE    1024 /* of a buffer */
#define BUFFERS 256
#define STORE   (512 * 1024) /* more than all buffers hold, and what may wait */
#define PAUSE   (32 * 1024)

enum { ACCEPT = 1, TICK, RECV, SEND, CANCEL, NOTHING };

struct client {
    char *store; /* a ring of bytes: from `first`, `count` of them */
    size_t first, count;
    bool used, receiving, sending, cancelling, ended, dead;
    time_t active;
};

static struct {
    int fd;
    unsigned sq_entries, to_submit;
    _Atomic unsigned *sq_head, *sq_tail, *cq_head, *cq_tail;
    unsigned *sq_mask, *cq_mask, *array;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
} ring;

static struct client clients[MOST];
static struct io_uring_buf_ring *pool;
static uint16_t pool_tail;
static char memory[BUFFERS][SIZE];
static int listener, idle = 60;
static bool accepting;
static struct __kernel_timespec second = {.tv_sec = 1};

static int enter(unsigned wait)
{
    unsigned flags = wait ? IORING_ENTER_GETEVENTS : 0;
    long n = syscall(SYS_io_uring_enter, ring.fd, ring.to_submit, wait, flags, NULL, 0);
    if (n > 0)
        ring.to_submit -= (unsigned)n;
    return (int)n;
}

static struct io_uring_sqe *entry(int opcode, int fd, int kind, int client)
{
    unsigned tail = atomic_load_explicit(ring.sq_tail, memory_order_relaxed);
    while (tail - atomic_load_explicit(ring.sq_head, memory_order_acquire) == ring.sq_entries)
        enter(0);
    unsigned place = tail & *ring.sq_mask;
    struct io_uring_sqe *sqe = &ring.sqes[place];
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = (uint8_t)opcode;
    sqe->fd = fd;
    sqe->user_data = (uint64_t)kind | (uint64_t)client << 16;
    ring.array[place] = place;
    return sqe;
}

/* Only now may the kernel look at it. */
static void hand_over(void)
{
    unsigned tail = atomic_load_explicit(ring.sq_tail, memory_order_relaxed);
    atomic_store_explicit(ring.sq_tail, tail + 1, memory_order_release);
    ring.to_submit++;
}

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void ask_accept(void)
{
    entry(IORING_OP_ACCEPT, listener, ACCEPT, 0)->ioprio = IORING_ACCEPT_MULTISHOT;
    hand_over();
    accepting = true;
}

static void ask_tick(void)
{
    struct io_uring_sqe *sqe = entry(IORING_OP_TIMEOUT, -1, TICK, 0);
    sqe->addr = (uint64_t)(uintptr_t)&second;
    sqe->len = 1;
    hand_over();
}

static void ask_receive(int fd)
{
    struct io_uring_sqe *sqe = entry(IORING_OP_RECV, fd, RECV, fd);
    sqe->ioprio = IORING_RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
    sqe->buf_group = 3;
    hand_over();
    clients[fd].receiving = true;
}

static void ask_send(int fd)
{
    struct client *c = &clients[fd];
    struct io_uring_sqe *sqe = entry(IORING_OP_SEND, fd, SEND, fd);
    size_t straight = STORE - c->first; /* up to where the store ends */
    sqe->addr = (uint64_t)(uintptr_t)(c->store + c->first);
    sqe->len = (uint32_t)(c->count < straight ? c->count : straight);
    sqe->msg_flags = MSG_NOSIGNAL;
    hand_over();
    c->sending = true;
}

static void give_back(unsigned id)
{
    struct io_uring_buf *buf = &pool->bufs[pool_tail++ & (BUFFERS - 1)];
    buf->addr = (uint64_t)(uintptr_t)memory[id];
    buf->len = SIZE;
    buf->bid = (uint16_t)id;
}

static void publish_buffers(void)
{
    __atomic_store_n(&pool->tail, pool_tail, __ATOMIC_RELEASE);
}

static void store(struct client *c, const char *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        size_t at = (c->first + c->count) % STORE, room = STORE - at;
        size_t part = size - done < room ? size - done : room;
        memcpy(c->store + at, data + done, part);
        c->count += part;
        done += part;
    }
}

static void finish(int fd)
{
    free(clients[fd].store);
    clients[fd] = (struct client){0};
    close(fd);
}

static void go_on(int fd)
{
    struct client *c = &clients[fd];
    if (c->count && !c->sending && !c->dead)
        ask_send(fd);
    if (c->ended && !c->receiving && !c->sending && !c->cancelling) {
        finish(fd);
    } else if (!c->ended && !c->receiving && c->count < PAUSE) {
        ask_receive(fd);
    } else if (c->receiving && !c->cancelling && c->count >= PAUSE) {
        struct io_uring_sqe *sqe = entry(IORING_OP_ASYNC_CANCEL, -1, CANCEL, fd);
        sqe->addr = RECV | (uint64_t)fd << 16;
        hand_over();
        c->cancelling = true;
    }
}

static void give_up(int fd)
{
    clients[fd].ended = clients[fd].dead = true;
    shutdown(fd, SHUT_RDWR);
}

static void on_accept(int fd, bool more)
{
    accepting = more;
    if (fd >= MOST) {
        close(fd);
    } else if (fd >= 0) {
        clients[fd].used = true;
        clients[fd].active = now();
        if ((clients[fd].store = malloc(STORE)))
            go_on(fd);
        else
            finish(fd);
    }
    if (!accepting && fd >= 0)
        ask_accept(); /* else with the next tick */
}

static void on_receive(int fd, const struct io_uring_cqe *cqe)
{
    struct client *c = &clients[fd];
    c->receiving = cqe->flags & IORING_CQE_F_MORE;
    if (cqe->flags & IORING_CQE_F_BUFFER) {
        unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
        if (cqe->res > 0)
            store(c, memory[id], (size_t)cqe->res);
        give_back(id);
        publish_buffers();
    }
    if (cqe->res > 0)
        c->active = now();
    else if (cqe->res == 0)
        c->ended = true;
    else if (cqe->res != -ENOBUFS && cqe->res != -ECANCELED)
        give_up(fd);
    go_on(fd);
}

static void on_send(int fd, int result)
{
    struct client *c = &clients[fd];
    c->sending = false;
    if (result > 0) {
        c->first = (c->first + (size_t)result) % STORE;
        c->count -= (size_t)result;
        c->active = now();
    } else if (result != -EAGAIN && result != -EINTR) {
        give_up(fd);
    }
    go_on(fd);
}

static void on_tick(void)
{
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd].used && !clients[fd].dead && now() - clients[fd].active > idle)
            give_up(fd);
    if (!accepting)
        ask_accept();
    ask_tick();
}

static void handle(const struct io_uring_cqe *cqe)
{
    int fd = (int)(cqe->user_data >> 16);
    int kind = cqe->user_data & 0xffff;
    if (kind == ACCEPT)
        on_accept(cqe->res, cqe->flags & IORING_CQE_F_MORE);
    else if (kind == TICK)
        on_tick();
    else if (kind == RECV)
        on_receive(fd, cqe);
    else if (kind == SEND)
        on_send(fd, cqe->res);
    else if (kind == CANCEL) {
        clients[fd].cancelling = false;
        go_on(fd);
    }
}

static void *map(size_t size, off_t what)
{
    void *at =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, what);
    return at == MAP_FAILED ? NULL : at;
}

static bool set_up(unsigned entries)
{
    struct io_uring_params p = {.flags = IORING_SETUP_CLAMP};
    ring.fd = (int)syscall(SYS_io_uring_setup, entries, &p);
    if (ring.fd < 0)
        return false;
    char *sq = map(p.sq_off.array + p.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
    char *cq =
        map(p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
    ring.sqes = map(p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    if (!sq || !cq || !ring.sqes)
        return false;
    ring.sq_entries = p.sq_entries;
    ring.sq_head = (void *)(sq + p.sq_off.head);
    ring.sq_tail = (void *)(sq + p.sq_off.tail);
    ring.sq_mask = (void *)(sq + p.sq_off.ring_mask);
    ring.array = (void *)(sq + p.sq_off.array);
    ring.cq_head = (void *)(cq + p.cq_off.head);
    ring.cq_tail = (void *)(cq + p.cq_off.tail);
    ring.cq_mask = (void *)(cq + p.cq_off.ring_mask);
    ring.cqes = (void *)(cq + p.cq_off.cqes);
    pool = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct io_uring_buf_reg reg = {
        .ring_addr = (uint64_t)(uintptr_t)pool, .ring_entries = BUFFERS, .bgid = 3};
    if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PBUF_RING, &reg, 1) < 0)
        return false;
    for (unsigned id = 0; id < BUFFERS; id++)
        give_back(id);
    publish_buffers();
    return true;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, idle);
    support_catch_stop();
    listener = support_listen(port);
    if (!set_up((unsigned)support_number(argc, argv, 3, 64))) {
        perror("io_uring");
        return 1;
    }
    ask_accept();
    ask_tick();
    while (!support_stopping) {
        enter(1);
        unsigned head = atomic_load_explicit(ring.cq_head, memory_order_relaxed);
        unsigned tail = atomic_load_explicit(ring.cq_tail, memory_order_acquire);
        while (head != tail) {
            struct io_uring_cqe cqe = ring.cqes[head & *ring.cq_mask];
            atomic_store_explicit(ring.cq_head, ++head, memory_order_release);
            handle(&cqe);
        }
    }
    for (int fd = 0; fd < MOST; fd++)
        if (clients[fd].used)
            shutdown(fd, SHUT_RDWR);
    close(ring.fd);
    close(listener);
    return 0;
}
