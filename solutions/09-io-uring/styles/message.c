/* Style: messages. Multishot receives are those of recvmsg, whose buffers begin with a header;
   a client's output is a chain of chunks that one sendmsg gathers. SIGTERM comes through a
   signalfd that the ring polls. Clients stand in a list, the one that was active longest ago
   first. */
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define ROOM   2048 /* of a provided buffer, its header included */
#define GATHER 16   /* chunks that one send takes */
#define HIGH   40000
#define LOW    10000

enum what { CAME, WENT, CANCELLED, KINDS }; /* in the lowest bits of a client's address */

struct chunk {
    STAILQ_ENTRY(chunk) next;
    size_t from, to;
    char data[];
};

struct client {
    TAILQ_ENTRY(client) by_age;
    STAILQ_HEAD(, chunk) output;
    size_t queued;
    struct msghdr send_header;
    struct iovec parts[GATHER];
    int fd;
    unsigned requests; /* that the kernel has */
    bool receiving, sending, cancelling, finished, broken;
    time_t active;
};

static TAILQ_HEAD(, client) clients = TAILQ_HEAD_INITIALIZER(clients);
static struct io_uring ring;
static struct io_uring_buf_ring *pool;
static char *memory;
static unsigned count = 64;
static struct msghdr receive_header; /* no name, no control data: only the header's lengths */
static int listener, idle = 60;
static bool stopping, accepting;
static char accept_tag, signal_tag, tick_tag;
static struct __kernel_timespec second = {.tv_sec = 1};

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static struct io_uring_sqe *entry(void)
{
    struct io_uring_sqe *sqe;
    while (!(sqe = io_uring_get_sqe(&ring)))
        io_uring_submit(&ring);
    return sqe;
}

static void label(struct io_uring_sqe *sqe, struct client *client, enum what what)
{
    io_uring_sqe_set_data64(sqe, (uintptr_t)client | (uintptr_t)what);
    client->requests++;
}

static void ask_accept(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_CLOEXEC);
    io_uring_sqe_set_data(sqe, &accept_tag);
    accepting = true;
}

static void ask_tick(void)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_timeout(sqe, &second, 0, 0);
    io_uring_sqe_set_data(sqe, &tick_tag);
}

static void provide(unsigned id)
{
    io_uring_buf_ring_add(pool, memory + (size_t)id * ROOM, ROOM, (unsigned short)id,
                          io_uring_buf_ring_mask(count), 0);
    io_uring_buf_ring_advance(pool, 1);
}

static void destroy(struct client *client)
{
    struct chunk *chunk;
    while ((chunk = STAILQ_FIRST(&client->output))) {
        STAILQ_REMOVE_HEAD(&client->output, next);
        free(chunk);
    }
    TAILQ_REMOVE(&clients, client, by_age);
    close(client->fd);
    free(client);
}

static void ask_receive(struct client *client)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_recvmsg_multishot(sqe, client->fd, &receive_header, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = 1;
    label(sqe, client, CAME);
    client->receiving = true;
}

static void ask_cancel(struct client *client)
{
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_cancel64(sqe, (uintptr_t)client | CAME, 0);
    label(sqe, client, CANCELLED);
    client->cancelling = true;
}

static void ask_send(struct client *client)
{
    struct chunk *chunk;
    size_t parts = 0;
    STAILQ_FOREACH(chunk, &client->output, next)
    {
        if (parts == GATHER)
            break;
        client->parts[parts++] = (struct iovec){.iov_base = chunk->data + chunk->from,
                                                .iov_len = chunk->to - chunk->from};
    }
    client->send_header = (struct msghdr){.msg_iov = client->parts, .msg_iovlen = parts};
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_sendmsg(sqe, client->fd, &client->send_header, MSG_NOSIGNAL);
    label(sqe, client, WENT);
    client->sending = true;
}

static void moved(struct client *client)
{
    client->active = now();
    TAILQ_REMOVE(&clients, client, by_age);
    TAILQ_INSERT_TAIL(&clients, client, by_age);
}

static void hang_up(struct client *client)
{
    client->finished = client->broken = true;
    shutdown(client->fd, SHUT_RDWR);
}

static void go_on(struct client *client)
{
    if (client->queued && !client->sending && !client->broken)
        ask_send(client);
    if (client->finished && !client->requests) {
        destroy(client);
        return;
    }
    if (client->receiving && client->queued > HIGH && !client->cancelling)
        ask_cancel(client);
    else if (!client->receiving && !client->finished && client->queued < LOW)
        ask_receive(client);
}

static bool store(struct client *client, const char *data, size_t size)
{
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        return false;
    chunk->from = 0;
    chunk->to = size;
    memcpy(chunk->data, data, size);
    STAILQ_INSERT_TAIL(&client->output, chunk, next);
    client->queued += size;
    return true;
}

/* The end shows as a message without bytes: the result counts the header, too. */
static void take(struct client *client, const struct io_uring_cqe *cqe)
{
    unsigned id = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
    char *buffer = memory + (size_t)id * ROOM;
    struct io_uring_recvmsg_out *out =
        io_uring_recvmsg_validate(buffer, cqe->res, &receive_header);
    size_t size = out ? io_uring_recvmsg_payload_length(out, cqe->res, &receive_header) : 0;
    if (!size)
        client->finished = true;
    else if (!store(client, io_uring_recvmsg_payload(out, &receive_header), size))
        hang_up(client);
    moved(client);
    provide(id);
}

static void came(struct client *client, const struct io_uring_cqe *cqe)
{
    client->receiving = cqe->flags & IORING_CQE_F_MORE;
    if (cqe->flags & IORING_CQE_F_BUFFER)
        take(client, cqe);
    else if (cqe->res == 0)
        client->finished = true;
    else if (cqe->res < 0 && cqe->res != -ENOBUFS && cqe->res != -ECANCELED &&
             cqe->res != -EINTR)
        hang_up(client);
}

static void went(struct client *client, int result)
{
    client->sending = false;
    if (result < 0) {
        hang_up(client);
        return;
    }
    moved(client);
    size_t rest = (size_t)result;
    client->queued -= rest;
    while (rest) {
        struct chunk *chunk = STAILQ_FIRST(&client->output);
        size_t part = chunk->to - chunk->from;
        if (part > rest) {
            chunk->from += rest;
            return;
        }
        rest -= part;
        STAILQ_REMOVE_HEAD(&client->output, next);
        free(chunk);
    }
}

static void accepted(const struct io_uring_cqe *cqe)
{
    accepting = cqe->flags & IORING_CQE_F_MORE;
    if (cqe->res < 0)
        return; /* again with the next tick */
    struct client *client = calloc(1, sizeof *client);
    if (client) {
        client->fd = cqe->res;
        client->active = now();
        STAILQ_INIT(&client->output);
        TAILQ_INSERT_TAIL(&clients, client, by_age);
        go_on(client);
    } else {
        close(cqe->res);
    }
    if (!accepting)
        ask_accept();
}

static void tick(void)
{
    time_t limit = now() - idle;
    struct client *client;
    TAILQ_FOREACH(client, &clients, by_age)
    {
        if (client->active >= limit)
            break;
        hang_up(client);
    }
    if (!accepting)
        ask_accept();
    ask_tick();
}

static void completed(const struct io_uring_cqe *cqe)
{
    void *tag = io_uring_cqe_get_data(cqe);
    struct client *client = (void *)((uintptr_t)tag & ~(uintptr_t)KINDS);
    if (tag == &accept_tag) {
        accepted(cqe);
    } else if (tag == &tick_tag) {
        tick();
    } else if (tag == &signal_tag) {
        stopping = true;
    } else {
        client->requests -= !(cqe->flags & IORING_CQE_F_MORE);
        switch ((enum what)((uintptr_t)tag & KINDS)) {
        case CAME:
            came(client, cqe);
            break;
        case WENT:
            went(client, cqe->res);
            break;
        default:
            client->cancelling = false;
        }
        go_on(client);
    }
}

static bool set_up(unsigned entries)
{
    sigset_t end;
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, NULL);
    if (io_uring_queue_init(entries, &ring, 0) < 0)
        return false;
    struct io_uring_sqe *sqe = entry();
    io_uring_prep_poll_add(sqe, signalfd(-1, &end, SFD_CLOEXEC), POLLIN);
    io_uring_sqe_set_data(sqe, &signal_tag);
    memory = malloc((size_t)count * ROOM);
    if (!memory || posix_memalign((void **)&pool, 4096, count * sizeof(struct io_uring_buf)))
        return false;
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)pool, .ring_entries = count, .bgid = 1};
    if (io_uring_register_buf_ring(&ring, &registration, 0) < 0)
        return false;
    io_uring_buf_ring_init(pool);
    for (unsigned id = 0; id < count; id++)
        provide(id);
    return true;
}

int main(int argc, char **argv)
{
    listener = support_listen(support_port(argc, argv));
    idle = support_number(argc, argv, 2, idle);
    if (!set_up((unsigned)support_number(argc, argv, 3, 128))) {
        support_complain("io_uring");
        return 1;
    }
    ask_accept();
    ask_tick();
    while (!stopping) {
        struct io_uring_cqe *cqe;
        io_uring_submit(&ring);
        if (io_uring_wait_cqe(&ring, &cqe) < 0)
            continue;
        unsigned head, seen = 0;
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            completed(cqe);
            seen++;
        }
        io_uring_cq_advance(&ring, seen);
    }
    struct client *client;
    TAILQ_FOREACH(client, &clients, by_age)
    shutdown(client->fd, SHUT_RDWR);
    io_uring_queue_exit(&ring);
    return 0;
}
