/* Style: a thread of the kernel takes the submissions (SQPOLL), so that hardly a system call is
   made while there is work. Buffers are provided with IORING_OP_PROVIDE_BUFFERS, as before there
   were rings of them, and user data is a word of bit fields. Sends carry MSG_WAITALL. */
#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define TABLE 4096
#define PIECE 2048
#define STOCK 128
#define LIMIT 65536

union word {
    uint64_t all;
    struct {
        uint32_t fd;
        uint16_t kind, extra;
    };
};
enum { NONE, NEW, AGAIN, IN, OUT, UNDO };

struct peer {
    char *out, *more; /* being sent, to be sent */
    size_t out_size, more_size;
    time_t moved;
    unsigned open : 1, in : 1, undoing : 2, eof : 1, bad : 1;
};

static struct peer peers[TABLE];
static struct io_uring ring;
static char stock[STOCK][PIECE];
static int door, patience = 60;
static struct __kernel_timespec tick = {.tv_sec = 1};
static bool accepting;

static struct io_uring_sqe *next(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring))) {
        io_uring_submit(&ring);
        io_uring_sqring_wait(&ring);
    }
    return sqe;
}

static void name(struct io_uring_sqe *sqe, unsigned kind, int fd)
{
    union word word = {.fd = (uint32_t)fd, .kind = (uint16_t)kind};
    io_uring_sqe_set_data64(sqe, word.all);
}

static time_t clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void provide(unsigned first, int count)
{
    struct io_uring_sqe *sqe = next();
    io_uring_prep_provide_buffers(sqe, stock[first], PIECE, count, 5, (int)first);
    name(sqe, NONE, 0);
}

static void open_door(void)
{
    struct io_uring_sqe *sqe = next();
    io_uring_prep_multishot_accept(sqe, door, NULL, NULL, SOCK_CLOEXEC);
    name(sqe, NEW, door);
    accepting = true;
}

static void set_clock(void)
{
    struct io_uring_sqe *sqe = next();
    io_uring_prep_timeout(sqe, &tick, 0, 0);
    name(sqe, AGAIN, 0);
}

static void listen_to(int fd)
{
    struct io_uring_sqe *sqe = next();
    io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 5;
    name(sqe, IN, fd);
    peers[fd].in = 1;
}

static void talk_to(int fd)
{
    struct peer *p = &peers[fd];
    p->out = p->more;
    p->out_size = p->more_size;
    p->more = NULL;
    p->more_size = 0;
    struct io_uring_sqe *sqe = next();
    io_uring_prep_send(sqe, fd, p->out, p->out_size, MSG_NOSIGNAL | MSG_WAITALL);
    name(sqe, OUT, fd);
}

static void hang_up(int fd)
{
    struct io_uring_sqe *sqe = next();
    io_uring_prep_shutdown(sqe, fd, SHUT_RDWR);
    name(sqe, UNDO, fd);
    peers[fd].bad = peers[fd].eof = 1;
    peers[fd].undoing++;
}

static void settle(int fd)
{
    struct peer *p = &peers[fd];
    if (p->more && !p->out && !p->bad)
        talk_to(fd);
    size_t waiting = p->out_size + p->more_size;
    if (p->in && waiting > LIMIT && !p->undoing) {
        struct io_uring_sqe *sqe = next();
        io_uring_prep_cancel64(sqe, ((union word){.fd = (uint32_t)fd, .kind = IN}).all, 0);
        name(sqe, UNDO, fd);
        p->undoing++;
    } else if (!p->in && !p->eof && waiting <= LIMIT) {
        listen_to(fd);
    } else if (p->eof && !p->in && !p->out && !p->undoing) {
        free(p->more);
        memset(p, 0, sizeof *p);
        close(fd);
    }
}

static void came(int fd, int result, unsigned flags)
{
    struct peer *p = &peers[fd];
    p->in = (flags & IORING_CQE_F_MORE) != 0;
    if (flags & IORING_CQE_F_BUFFER) {
        unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
        if (result > 0) {
            p->more = realloc(p->more, p->more_size + (size_t)result);
            if (!p->more)
                abort();
            memcpy(p->more + p->more_size, stock[id], (size_t)result);
            p->more_size += (size_t)result;
        }
        provide(id, 1);
    }
    if (result > 0)
        p->moved = clock_now();
    else if (result == 0)
        p->eof = 1;
    else if (result != -ENOBUFS && result != -ECANCELED && !p->bad)
        hang_up(fd);
    settle(fd);
}

static void went(int fd, int result)
{
    struct peer *p = &peers[fd];
    if (result > 0 && (size_t)result < p->out_size && !p->bad) {
        p->out_size -= (size_t)result;
        memmove(p->out, p->out + result, p->out_size);
        struct io_uring_sqe *sqe = next();
        io_uring_prep_send(sqe, fd, p->out, p->out_size, MSG_NOSIGNAL | MSG_WAITALL);
        name(sqe, OUT, fd);
        p->moved = clock_now();
        return;
    }
    bool all = result == (int)p->out_size;
    free(p->out);
    p->out = NULL;
    p->out_size = 0;
    if (all)
        p->moved = clock_now();
    else if (!p->bad)
        hang_up(fd);
    settle(fd);
}

static void look_around(void)
{
    time_t now = clock_now();
    for (int fd = 0; fd < TABLE; fd++)
        if (peers[fd].open && !peers[fd].bad && now - peers[fd].moved > patience)
            hang_up(fd);
    if (!accepting)
        open_door();
    set_clock();
}

static void welcome(int fd, unsigned flags)
{
    accepting = flags & IORING_CQE_F_MORE;
    if (fd >= TABLE) {
        close(fd);
    } else if (fd >= 0) {
        peers[fd] = (struct peer){.open = 1, .moved = clock_now()};
        listen_to(fd);
        if (!accepting)
            open_door();
    }
}

static void handle(uint64_t data, int result, unsigned flags)
{
    union word word = {.all = data};
    int fd = (int)word.fd;
    switch (word.kind) {
    case NEW:
        welcome(result, flags);
        break;
    case AGAIN:
        look_around();
        break;
    case IN:
        came(fd, result, flags);
        break;
    case OUT:
        went(fd, result);
        break;
    case UNDO:
        peers[fd].undoing--;
        settle(fd);
    }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    patience = support_number(argc, argv, 2, patience);
    support_catch_stop();
    door = support_listen(port);
    struct io_uring_params params = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 5};
    int error = io_uring_queue_init_params((unsigned)support_number(argc, argv, 3, 256), &ring,
                                           &params);
    if (error < 0) {
        fprintf(stderr, "no ring: %s\n", strerror(-error));
        return 1;
    }
    provide(0, STOCK);
    open_door();
    set_clock();
    while (!support_stopping) {
        struct io_uring_cqe *cqe;
        io_uring_submit(&ring);
        if (io_uring_wait_cqe(&ring, &cqe) < 0)
            continue;
        uint64_t data = cqe->user_data;
        int result = cqe->res;
        unsigned flags = cqe->flags;
        io_uring_cqe_seen(&ring, cqe);
        handle(data, result, flags);
    }
    io_uring_queue_exit(&ring);
    close(door);
    return 0;
}
