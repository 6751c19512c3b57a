/* Style: slots. Clients stand in the ring's own table of files (direct descriptors), the ring
   itself is registered with its thread, and completions are posted only when they are asked for
   (DEFER_TASKRUN). Buffers are provided by requests (IORING_OP_PROVIDE_BUFFERS). A client's output
   is a ring of bytes, written by one writev of two parts. The wait has a time-out of its own. */
#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST  1500
#define STORE (1u << 18) /* of a client's output: a power of two */
#define FULL  (STORE / 8)
#define SIZE  1500 /* of a provided buffer */
#define GROUP 9

enum operation { ACCEPT, RECEIVE, CANCEL, SEND, PROVIDE, OTHER };

struct slot {
    char *store;
    unsigned put, got; /* counts of bytes, that only grow */
    struct iovec parts[2];
    unsigned requests;
    bool used, receiving, cancelling, sending, ended, dead;
    long long moved;
};

static struct slot slots[MOST];
static unsigned slot_count = MOST, buffer_count = 128;
static struct io_uring ring;
static char *buffers;
static int listener, idle = 60;
static bool accepting;
static long long accept_after;

static long long milliseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    while (!sqe) {
        io_uring_submit(&ring);
        sqe = io_uring_get_sqe(&ring);
    }
    return sqe;
}

static void tag(struct io_uring_sqe *sqe, enum operation operation, unsigned number)
{
    io_uring_sqe_set_data64(sqe, (uint64_t)number * 8 + operation);
}

static void of_client(struct io_uring_sqe *sqe, enum operation operation, unsigned number)
{
    sqe->flags |= IOSQE_FIXED_FILE;
    tag(sqe, operation, number);
    slots[number].requests++;
}

static void ask_accept(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_multishot_accept_direct(sqe, listener, NULL, NULL, 0);
    tag(sqe, ACCEPT, 0);
    accepting = true;
}

static void provide(unsigned first, unsigned count)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_provide_buffers(sqe, buffers + (size_t)first * SIZE, SIZE, (int)count, GROUP,
                                  (int)first);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    tag(sqe, PROVIDE, first);
}

static void receive(unsigned number)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_recv_multishot(sqe, (int)number, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = GROUP;
    of_client(sqe, RECEIVE, number);
    slots[number].receiving = true;
}

static void stop_receiving(unsigned number)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_cancel64(sqe, (uint64_t)number * 8 + RECEIVE, 0);
    tag(sqe, CANCEL, number);
    slots[number].requests++;
    slots[number].cancelling = true;
}

static void send_some(unsigned number)
{
    struct slot *slot = &slots[number];
    unsigned at = slot->got % STORE, size = slot->put - slot->got;
    unsigned first = size < STORE - at ? size : STORE - at;
    slot->parts[0] = (struct iovec){slot->store + at, first};
    slot->parts[1] = (struct iovec){slot->store, size - first};
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_writev(sqe, (int)number, slot->parts, size > first ? 2 : 1, 0);
    of_client(sqe, SEND, number);
    slot->sending = true;
}

static void break_off(unsigned number)
{
    if (slots[number].dead)
        return;
    slots[number].dead = slots[number].ended = true;
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_shutdown(sqe, (int)number, SHUT_RDWR);
    of_client(sqe, OTHER, number);
}

static void leave(unsigned number)
{
    free(slots[number].store);
    slots[number] = (struct slot){0};
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_close_direct(sqe, number);
    tag(sqe, PROVIDE, 0); /* of no interest */
    accept_after = 0;
}

static void go_on(unsigned number)
{
    struct slot *slot = &slots[number];
    unsigned waiting = slot->put - slot->got;
    if (waiting && !slot->sending && !slot->dead)
        send_some(number);
    if (slot->ended && !slot->requests)
        leave(number);
    else if (!slot->ended && !slot->receiving && waiting < FULL)
        receive(number);
    else if (slot->receiving && !slot->cancelling && waiting >= FULL)
        stop_receiving(number);
}

/* All buffers together, and what may wait before, find room. */
static void store(struct slot *slot, const char *from, unsigned size)
{
    unsigned at = slot->put % STORE, first = size < STORE - at ? size : STORE - at;
    memcpy(slot->store + at, from, first);
    memcpy(slot->store, from + first, size - first);
    slot->put += size;
}

static void on_accept(int result, bool more)
{
    accepting = more;
    if (result < 0) {
        accept_after = milliseconds() + 700;
        return;
    }
    slots[result] =
        (struct slot){.used = true, .moved = milliseconds(), .store = malloc(STORE)};
    if (!slots[result].store)
        break_off((unsigned)result);
    go_on((unsigned)result);
}

static void on_receive(unsigned number, const struct io_uring_cqe *cqe)
{
    struct slot *slot = &slots[number];
    slot->receiving = cqe->flags & IORING_CQE_F_MORE;
    if (cqe->flags & IORING_CQE_F_BUFFER) {
        unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
        if (cqe->res > 0)
            store(slot, buffers + (size_t)id * SIZE, (unsigned)cqe->res);
        provide(id, 1);
    }
    if (cqe->res > 0)
        slot->moved = milliseconds();
    else if (cqe->res == 0)
        slot->ended = true;
    else if (cqe->res != -ENOBUFS && cqe->res != -ECANCELED)
        break_off(number);
}

static void on_send(unsigned number, int result)
{
    slots[number].sending = false;
    if (result <= 0) {
        break_off(number);
        return;
    }
    slots[number].got += (unsigned)result;
    slots[number].moved = milliseconds();
}

static void handle(const struct io_uring_cqe *cqe)
{
    unsigned number = (unsigned)(cqe->user_data / 8);
    enum operation operation = (enum operation)(cqe->user_data % 8);
    bool more = cqe->flags & IORING_CQE_F_MORE;
    if (operation == ACCEPT)
        on_accept(cqe->res, more);
    if (operation == ACCEPT || operation == PROVIDE)
        return;
    slots[number].requests -= !more;
    if (operation == RECEIVE)
        on_receive(number, cqe);
    else if (operation == SEND)
        on_send(number, cqe->res);
    else if (operation == CANCEL)
        slots[number].cancelling = false;
    go_on(number);
}

static void look_around(void)
{
    static long long last;
    long long now = milliseconds();
    if (!accepting && now >= accept_after)
        ask_accept();
    if (now - last < 900)
        return;
    last = now;
    for (unsigned number = 0; number < slot_count; number++)
        if (slots[number].used && now - slots[number].moved > idle * 1000LL)
            break_off(number);
}

static bool set_up(unsigned entries)
{
    struct rlimit limit; /* a table may be no larger than this */
    getrlimit(RLIMIT_NOFILE, &limit);
    slot_count = limit.rlim_cur < MOST ? (unsigned)limit.rlim_cur : MOST;
    buffers = malloc((size_t)buffer_count * SIZE);
    struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER |
                                              IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
                                     .cq_entries = entries * 4};
    if (!buffers || io_uring_queue_init_params(entries, &ring, &params) < 0)
        return false;
    io_uring_register_ring_fd(&ring);
    return io_uring_register_files_sparse(&ring, slot_count) == 0;
}

int main(int argc, char **argv)
{
    listener = support_listen(support_port(argc, argv));
    idle = support_number(argc, argv, 2, idle);
    support_catch_stop();
    signal(SIGPIPE, SIG_IGN); /* a write to a socket has no MSG_NOSIGNAL */
    if (!set_up((unsigned)support_number(argc, argv, 3, 128))) {
        support_complain("io_uring");
        return 1;
    }
    provide(0, buffer_count);
    while (!support_stopping) {
        look_around();
        struct __kernel_timespec limit = {.tv_nsec = 900000000};
        struct io_uring_cqe *some[32];
        io_uring_submit_and_wait_timeout(&ring, some, 1, &limit, NULL);
        unsigned count = io_uring_peek_batch_cqe(&ring, some, 32);
        for (unsigned i = 0; i < count; i++) {
            struct io_uring_cqe cqe = *some[i];
            handle(&cqe);
        }
        io_uring_cq_advance(&ring, count);
    }
    io_uring_queue_exit(&ring); /* the table goes with it, and closes all clients */
    return 0;
}
