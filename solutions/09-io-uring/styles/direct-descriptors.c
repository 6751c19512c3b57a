/* Style: direct descriptors. Clients stand in the ring's own table of files, with no number of
   the process: accepted into it, used and closed by slot. Idle clients are found by a look at
   all of them each second. Sends take what the buffers of the ring hold, which go back when all
   has been sent; a receive is taken back when a client has two of them. The SIGTERM handler
   writes to a pipe that the ring reads. */
#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SLOTS  2048
#define PIECE  2048
#define QUEUED 32

enum { ON_ACCEPT, ON_SECOND, ON_PIPE, ON_RECEIVE, ON_SEND, ON_SHUT, ON_OTHER };

struct slot {
    bool used, armed, sending, end, dead, shutting;
    char *text;
    unsigned from, to, room;
    char *flying;
    unsigned flying_size;
    time_t stamp;
};

static struct slot slots[SLOTS];
static struct io_uring ring;
static struct io_uring_buf_ring *pool;
static char (*pieces)[PIECE];
static unsigned piece_count;
static int listener, pipe_ends[2], idle = 60;
static char pipe_byte;
static bool over, accept_armed;
static struct __kernel_timespec each_second = {.tv_sec = 1};

static void on_signal(int number)
{
    ssize_t n = write(pipe_ends[1], "x", number > 0);
    (void)n;
}

static time_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec;
}

static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring)))
        io_uring_submit(&ring);
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

static void tag(struct io_uring_sqe *sqe, int kind, unsigned slot)
{
    sqe->user_data = (uint64_t)slot << 8 | (uint64_t)kind;
}

static void arm_accept(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_multishot_accept_direct(sqe, listener, NULL, NULL, 0);
    tag(sqe, ON_ACCEPT, 0);
    accept_armed = true;
}

static void arm_second(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_timeout(sqe, &each_second, 0, 0);
    tag(sqe, ON_SECOND, 0);
}

static void arm_receive(unsigned i)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_recv_multishot(sqe, (int)i, NULL, 0, 0);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    sqe->buf_group = 7;
    tag(sqe, ON_RECEIVE, i);
    slots[i].armed = true;
}

static void arm_send(unsigned i)
{
    struct slot *s = &slots[i];
    s->flying = s->text;
    s->flying_size = s->to;
    s->text = NULL;
    s->from = s->to = s->room = 0;
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_send(sqe, (int)i, s->flying, s->flying_size, MSG_NOSIGNAL);
    sqe->flags |= IOSQE_FIXED_FILE;
    tag(sqe, ON_SEND, i);
    s->sending = true;
}

static void shut(unsigned i)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_shutdown(sqe, (int)i, SHUT_RDWR);
    sqe->flags |= IOSQE_FIXED_FILE;
    tag(sqe, ON_SHUT, i);
    slots[i].dead = slots[i].end = slots[i].shutting = true;
}

static void stop_receive(unsigned i)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_cancel64(sqe, (uint64_t)i << 8 | ON_RECEIVE, 0);
    tag(sqe, ON_OTHER, i);
}

static void step(unsigned i)
{
    struct slot *s = &slots[i];
    if (!s->sending && s->to > 0 && !s->dead)
        arm_send(i);
    unsigned waiting = s->to + (s->sending ? s->flying_size : 0);
    if (!s->armed && !s->end && waiting < 8 * PIECE) {
        arm_receive(i);
    } else if (s->armed && waiting >= 8 * PIECE) {
        stop_receive(i);
    } else if (s->end && !s->armed && !s->sending && !s->shutting) {
        free(s->text);
        memset(s, 0, sizeof *s);
        struct io_uring_sqe *sqe = entry();
        io_uring_prep_close_direct(sqe, i);
        tag(sqe, ON_OTHER, i);
    }
}

static void provide(unsigned id)
{
    io_uring_buf_ring_add(pool, pieces[id], PIECE, (unsigned short)id,
                          io_uring_buf_ring_mask(piece_count), 0);
    io_uring_buf_ring_advance(pool, 1);
}

static void store(struct slot *s, const char *data, unsigned size)
{
    if (s->to + size > s->room) {
        s->room = (s->to + size) * 2;
        s->text = realloc(s->text, s->room);
        if (!s->text)
            abort();
    }
    memcpy(s->text + s->to, data, size);
    s->to += size;
}

static void on_receive(unsigned i, int result, unsigned flags)
{
    struct slot *s = &slots[i];
    s->armed = flags & IORING_CQE_F_MORE;
    if (flags & IORING_CQE_F_BUFFER) {
        unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
        if (result > 0)
            store(s, pieces[id], (unsigned)result);
        provide(id);
    }
    if (result > 0)
        s->stamp = seconds();
    else if (result == 0)
        s->end = true;
    else if (result != -ENOBUFS && result != -ECANCELED)
        s->dead = s->end = true;
    step(i);
}

static void on_send(unsigned i, int result)
{
    struct slot *s = &slots[i];
    if (result > 0 && (unsigned)result < s->flying_size && !s->dead) {
        s->stamp = seconds();
        s->flying_size -= (unsigned)result;
        memmove(s->flying, s->flying + result, s->flying_size);
        struct io_uring_sqe *sqe = entry();
        io_uring_prep_send(sqe, (int)i, s->flying, s->flying_size, MSG_NOSIGNAL);
        sqe->flags |= IOSQE_FIXED_FILE;
        tag(sqe, ON_SEND, i);
        return;
    }
    free(s->flying);
    s->flying = NULL;
    s->sending = false;
    if (result <= 0 && !s->dead)
        shut(i);
    else
        s->stamp = seconds();
    step(i);
}

static void look_at_all(void)
{
    time_t now = seconds();
    for (unsigned i = 0; i < SLOTS; i++)
        if (slots[i].used && !slots[i].dead && now - slots[i].stamp > idle)
            shut(i);
    if (!accept_armed)
        arm_accept();
    arm_second();
}

static void on_accept(int result, unsigned flags)
{
    if (result >= 0) {
        slots[result] = (struct slot){.used = true, .stamp = seconds()};
        step((unsigned)result);
    }
    accept_armed = flags & IORING_CQE_F_MORE;
    if (!accept_armed && result >= 0)
        arm_accept();
}

static void dispatch(uint64_t data, int result, unsigned flags)
{
    unsigned i = (unsigned)(data >> 8);
    switch (data & 255) {
    case ON_ACCEPT:
        on_accept(result, flags);
        break;
    case ON_SECOND:
        look_at_all();
        break;
    case ON_PIPE:
        over = true;
        break;
    case ON_RECEIVE:
        on_receive(i, result, flags);
        break;
    case ON_SEND:
        on_send(i, result);
        break;
    case ON_SHUT:
        slots[i].shutting = false;
        step(i);
    }
}

static int set_up(unsigned entries)
{
    struct rlimit limit; /* a table may be no larger than this */
    getrlimit(RLIMIT_NOFILE, &limit);
    unsigned slots_here = limit.rlim_cur < SLOTS ? (unsigned)limit.rlim_cur : SLOTS;
    if (io_uring_queue_init(entries, &ring, 0) < 0 ||
        io_uring_register_files_sparse(&ring, slots_here) < 0)
        return -1;
    piece_count = 64;
    struct io_uring_buf_reg reg = {.ring_entries = piece_count, .bgid = 7};
    if (posix_memalign((void **)&pool, 4096, 4096) != 0)
        return -1;
    pieces = calloc(piece_count, PIECE);
    reg.ring_addr = (uint64_t)(uintptr_t)pool;
    if (!pieces || io_uring_register_buf_ring(&ring, &reg, 0) < 0)
        return -1;
    io_uring_buf_ring_init(pool);
    for (unsigned id = 0; id < piece_count; id++)
        provide(id);
    return 0;
}

int main(int argc, char **argv)
{
    listener = support_listen(support_port(argc, argv));
    idle = support_number(argc, argv, 2, 60);
    if (pipe(pipe_ends) < 0 || set_up((unsigned)support_number(argc, argv, 3, 128)) < 0) {
        perror("set up");
        return 1;
    }
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &action, NULL);
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_read(sqe, pipe_ends[0], &pipe_byte, 1, 0);
    tag(sqe, ON_PIPE, 0);
    arm_accept();
    arm_second();
    while (!over) {
        io_uring_submit_and_wait(&ring, 1);
        struct io_uring_cqe *some[16];
        unsigned n = io_uring_peek_batch_cqe(&ring, some, 16);
        for (unsigned k = 0; k < n; k++)
            dispatch(some[k]->user_data, some[k]->res, some[k]->flags);
        io_uring_cq_advance(&ring, n);
    }
    io_uring_queue_exit(&ring);
    return 0;
}
