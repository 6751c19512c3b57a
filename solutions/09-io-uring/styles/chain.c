/* Style: chains. What waits for a client goes out as a chain of linked sends, each of which must
   take all that it has (MSG_WAITALL): a chain is over with its last completion. A client is broken
   off by a cancel of all that it has and a shutdown behind it, linked. User data are objects with
   a function; the clock is a request that reads a timerfd. Sockets do not block. */
#include <errno.h>
#include <liburing.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define PIECE 4000
#define LINKS 4
#define MOST  12 /* pieces that may wait before a client is not read from */

struct request {
    void (*done)(void *owner, int result, unsigned flags);
    void *owner;
};

struct piece {
    struct piece *next;
    size_t size;
    char data[];
};

struct client {
    struct client *next, **place;
    struct request received, sent, other;
    struct piece *first, **last;
    int fd, waiting, chained, requests;
    bool receiving, finished, ending;
    time_t active;
};

static struct client *clients;
static struct io_uring ring;
static struct io_uring_buf_ring *pool;
static char (*pieces)[PIECE];
static unsigned piece_count;
static int listener, idle = 60, clock_fd;
static uint64_t ticks;
static bool accepting;
static struct request accepted, ticked, nothing;

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

/* For so many that must go in together. */
static void room_for(unsigned count)
{
    while (io_uring_sq_space_left(&ring) < count)
        io_uring_submit(&ring);
}

static void of_client(struct client *client, struct io_uring_sqe *sqe, struct request *request)
{
    io_uring_sqe_set_data(sqe, request);
    client->requests++;
}

static void ask_accept(void)
{
    room_for(1);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_multishot_accept(sqe, listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    io_uring_sqe_set_data(sqe, &accepted);
    accepting = true;
}

static void ask_tick(void)
{
    room_for(1);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_read(sqe, clock_fd, &ticks, sizeof ticks, 0);
    io_uring_sqe_set_data(sqe, &ticked);
}

static void ask_receive(struct client *client)
{
    room_for(1);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_recv_multishot(sqe, client->fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    of_client(client, sqe, &client->received);
    client->receiving = true;
}

static void take_back(struct client *client)
{
    room_for(1);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_cancel(sqe, &client->received, 0);
    of_client(client, sqe, &client->other);
}

static void ask_sends(struct client *client)
{
    room_for(LINKS);
    struct io_uring_sqe *sqe = NULL;
    struct piece *piece = client->first;
    for (; piece && client->chained < LINKS; piece = piece->next) {
        sqe = io_uring_get_sqe(&ring);
        io_uring_prep_send(sqe, client->fd, piece->data, piece->size,
                           MSG_NOSIGNAL | MSG_WAITALL);
        sqe->flags |= IOSQE_IO_LINK;
        of_client(client, sqe, &client->sent);
        client->chained++;
    }
    sqe->flags &= (unsigned char)~IOSQE_IO_LINK;
}

static void end(struct client *client)
{
    room_for(2);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_cancel_fd(sqe, client->fd, IORING_ASYNC_CANCEL_ALL);
    sqe->flags |= IOSQE_IO_HARDLINK;
    of_client(client, sqe, &client->other);
    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_shutdown(sqe, client->fd, SHUT_RDWR);
    of_client(client, sqe, &client->other);
    client->ending = client->finished = true;
}

static void forget(struct client *client)
{
    if ((*client->place = client->next))
        client->next->place = client->place;
    while (client->first) {
        struct piece *piece = client->first;
        client->first = piece->next;
        free(piece);
    }
    room_for(1);
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_close(sqe, client->fd);
    io_uring_sqe_set_data(sqe, &nothing);
    free(client);
}

static void go_on(struct client *client)
{
    if (client->first && !client->chained && !client->ending)
        ask_sends(client);
    if (client->finished && !client->requests)
        forget(client);
    else if (client->receiving && client->waiting > MOST)
        take_back(client);
    else if (!client->receiving && !client->finished && client->waiting < MOST / 2)
        ask_receive(client);
}

static bool keep(struct client *client, const char *data, size_t size)
{
    struct piece *piece = malloc(sizeof *piece + size);
    if (!piece)
        return false;
    *piece = (struct piece){.size = size};
    memcpy(piece->data, data, size);
    *client->last = piece;
    client->last = &piece->next;
    client->waiting++;
    return true;
}

static void give_back(unsigned id)
{
    io_uring_buf_ring_add(pool, pieces[id], PIECE, (unsigned short)id,
                          io_uring_buf_ring_mask(piece_count), 0);
    io_uring_buf_ring_advance(pool, 1);
}

static void on_received(void *owner, int result, unsigned flags)
{
    struct client *client = owner;
    bool well = result > 0 || result == -ENOBUFS || result == -ECANCELED;
    if (!(flags & IORING_CQE_F_MORE)) {
        client->receiving = false;
        client->requests--;
    }
    if (flags & IORING_CQE_F_BUFFER) {
        unsigned id = flags >> IORING_CQE_BUFFER_SHIFT;
        well = result <= 0 || keep(client, pieces[id], (size_t)result);
        give_back(id);
    }
    if (result == 0)
        client->finished = true;
    else if (!well && !client->ending)
        end(client);
    else if (result > 0)
        client->active = now();
    go_on(client);
}

/* The completions of a chain come in its order. */
static void on_sent(void *owner, int result, unsigned flags)
{
    struct client *client = owner;
    struct piece *piece = client->first;
    (void)flags;
    client->requests--;
    client->chained--;
    if (result == (int)piece->size) {
        client->active = now();
        client->waiting--;
        if (!(client->first = piece->next))
            client->last = &client->first;
        free(piece);
    } else if (!client->ending) {
        end(client);
    }
    go_on(client);
}

static void on_other(void *owner, int result, unsigned flags)
{
    struct client *client = owner;
    (void)result;
    (void)flags;
    client->requests--;
    go_on(client);
}

static void welcome(int fd)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->fd = fd;
    client->active = now();
    client->last = &client->first;
    client->received = (struct request){on_received, client};
    client->sent = (struct request){on_sent, client};
    client->other = (struct request){on_other, client};
    client->place = &clients;
    if ((client->next = clients))
        clients->place = &client->next;
    clients = client;
    go_on(client);
}

static void on_accepted(void *owner, int result, unsigned flags)
{
    (void)owner;
    accepting = flags & IORING_CQE_F_MORE;
    if (result >= 0)
        welcome(result);
    if (result >= 0 && !accepting)
        ask_accept();
}

static void on_ticked(void *owner, int result, unsigned flags)
{
    (void)owner;
    (void)result;
    (void)flags;
    for (struct client *client = clients, *next; client; client = next) {
        next = client->next;
        if (!client->ending && now() - client->active > idle)
            end(client);
    }
    if (!accepting)
        ask_accept();
    ask_tick();
}

static void on_nothing(void *owner, int result, unsigned flags)
{
    (void)owner;
    (void)result;
    (void)flags;
}

static bool set_up(unsigned entries)
{
    const struct itimerspec each_second = {{1, 0}, {1, 0}};
    accepted.done = on_accepted;
    ticked.done = on_ticked;
    nothing.done = on_nothing;
    clock_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    timerfd_settime(clock_fd, 0, &each_second, NULL);
    if (io_uring_queue_init(entries, &ring, IORING_SETUP_COOP_TASKRUN) < 0)
        return false;
    piece_count = ring.sq.ring_entries;
    pieces = malloc(piece_count * sizeof *pieces);
    if (!pieces ||
        posix_memalign((void **)&pool, 4096, piece_count * sizeof(struct io_uring_buf)))
        return false;
    struct io_uring_buf_reg registration = {.ring_addr = (uintptr_t)pool,
                                            .ring_entries = piece_count};
    if (io_uring_register_buf_ring(&ring, &registration, 0) < 0)
        return false;
    io_uring_buf_ring_init(pool);
    for (unsigned id = 0; id < piece_count; id++)
        give_back(id);
    return true;
}

int main(int argc, char **argv)
{
    listener = support_listen(support_port(argc, argv));
    idle = support_number(argc, argv, 2, idle);
    support_catch_stop();
    if (!set_up((unsigned)support_number(argc, argv, 3, 256))) {
        support_complain("io_uring");
        return 1;
    }
    ask_accept();
    ask_tick();
    while (!support_stopping) {
        struct io_uring_cqe *cqe;
        io_uring_submit_and_wait(&ring, 1);
        while (io_uring_peek_cqe(&ring, &cqe) == 0) {
            struct request *request = io_uring_cqe_get_data(cqe);
            int result = cqe->res;
            unsigned flags = cqe->flags;
            io_uring_cqe_seen(&ring, cqe);
            request->done(request->owner, result, flags);
        }
    }
    for (struct client *client = clients; client; client = client->next)
        shutdown(client->fd, SHUT_RDWR);
    io_uring_queue_exit(&ring);
    close(listener);
    return 0;
}
