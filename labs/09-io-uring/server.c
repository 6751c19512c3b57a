/*
 * Echo for many clients with one thread and one place to sleep: io_uring_enter(2), which
 * liburing calls.
 *
 * Nobody is asked what is ready. Requests go into the submission queue, the kernel carries them
 * out, and what became of each comes back in the completion queue, in any order. A request's
 * user_data says what it was for: a kind and a descriptor. As long as the kernel has it, the
 * memory and the descriptor that it names are the kernel's too.
 *
 * One request accepts all clients, and one receives all that a client sends (multishot), into
 * whichever of the provided buffers is free: silent clients occupy none. What came is copied
 * and the buffer given back at once, so that a client that does not read holds none either.
 * It is then not read from (backpressure).
 *
 * Linux 5.19 or later: multishot accept and rings of buffers. Multishot receive is 6.0.
 */
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST_CLIENTS 32768 /* lower descriptors than this are served */
#define BUFFER_SIZE  4096  /* of each provided buffer */
#define BUFFER_GROUP 0     /* the number of their ring: there is one */
#define MOST_PENDING 65536 /* with more to be sent than this, a client is not read from */

enum kind { ACCEPT, ACCEPT_AGAIN, RECEIVE, SEND, STOP, LIMIT, CLOSE };

struct bytes {
    char *at; /* NULL: none */
    size_t start, end;
};

struct client {
    bool open;
    bool receiving, sending;        /* the kernel has such a request */
    int stopping;                   /* so many that end others: cancel, shutdown */
    bool ended;                     /* nothing more will be received */
    bool broken;                    /* and nothing more will be sent */
    bool full;                      /* it has not read: a send has to wait */
    struct bytes output, next;      /* being sent, not to be moved; to be sent after it */
    double last_activity;           /* when bytes last moved, in or out */
    struct __kernel_timespec limit; /* of the receive */
};

static struct client clients[MOST_CLIENTS]; /* by descriptor */
static struct io_uring ring;
/* TODO 8: The ring in which buffers go to the kernel. */
static char *buffers;         /* one behind the other */
static unsigned entries = 64; /* of the submission queue; so many buffers, too */
/* TODO 9: Before Linux 6.0 a receive is for once. */
static struct __kernel_timespec idle_limit = {.tv_sec = 60}, second = {.tv_sec = 1};
static int listener;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* --- requests --- */

/* Makes room for requests that must go to the kernel together. */
static void reserve(unsigned count)
{
    /* TODO 1: io_uring_get_sqe gives NULL when the submission queue is full: submit first
       what is in it. */
    (void)count;
}

static struct io_uring_sqe *new_request(void)
{
    reserve(1);
    return io_uring_get_sqe(&ring);
}

/* The completion will bring this back. */
static void label(struct io_uring_sqe *sqe, enum kind kind, int fd)
{
    io_uring_sqe_set_data64(sqe, (uint64_t)kind << 32 | (uint32_t)fd);
}

/* The request is cancelled when it has not completed after `limit`. Room for two is reserved:
   a submission that came between the two would tear them apart. */
static void limit_request(struct io_uring_sqe *request, struct __kernel_timespec *limit)
{
    /* TODO 6: Link a time-out to the request. The kernel reads the limit when both are
       submitted: it must still be there then. */
    (void)request;
    (void)limit;
}

static void start_accept(void)
{
    /* TODO 2: Ask for one client; with task 7, for all that will ever come. */
    struct io_uring_sqe *sqe = new_request();
    io_uring_prep_nop(sqe);
    label(sqe, ACCEPT, listener);
}

/* In a second: out of descriptors, it is no use to try at once. */
static void accept_later(void)
{
    struct io_uring_sqe *sqe = new_request();
    io_uring_prep_timeout(sqe, &second, 0, 0);
    label(sqe, ACCEPT_AGAIN, listener);
}

static void start_receive(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 3: Ask for bytes: first into memory of the client's own, with task 8 into a
       buffer that the kernel chooses, with task 9 for all that will ever come. With task 6, for
       no longer than the client may be silent: from its last activity, not from now. */
    struct io_uring_sqe *sqe = new_request();
    io_uring_prep_nop(sqe);
    label(sqe, RECEIVE, fd);
    limit_request(sqe, &client->limit);
}

static void cancel_receive(int fd)
{
    /* TODO 9: Take the receive back. What it has received already comes all the same. */
    (void)fd;
}

/* Sends what is to be sent next, unless a send is under way: two would overtake each other. */
static void start_send(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 4: One send at a time. Its bytes stay where they are until it has completed. */
    struct io_uring_sqe *sqe = new_request();
    io_uring_prep_nop(sqe);
    label(sqe, SEND, fd);
    limit_request(sqe, &idle_limit);
    client->sending = true;
}

/* --- buffers --- */

static void give_back(unsigned buffer)
{
    /* TODO 8: The kernel may fill this buffer again. */
    (void)buffer;
}

static bool provide_buffers(void)
{
    /* TODO 8: A ring of buffers that is registered with the kernel, and all buffers in it. */
    return true;
}

/* Adds bytes to those that are to be sent next. */
static bool keep(struct bytes *bytes, const char *from, size_t size)
{
    char *at = realloc(bytes->at, bytes->end + size);
    if (!at)
        return false;
    memcpy(at + bytes->end, from, size);
    bytes->at = at;
    bytes->end += size;
    return true;
}

/* The kernel has chosen a buffer: its bytes go to the client, and it goes back at once. */
static bool take(struct client *client, const struct io_uring_cqe *cqe)
{
    unsigned buffer = cqe->flags >> IORING_CQE_BUFFER_SHIFT;
    const char *bytes = buffers + (size_t)buffer * BUFFER_SIZE;
    bool well = cqe->res <= 0 || keep(&client->next, bytes, (size_t)cqe->res);
    give_back(buffer);
    return well;
}

/* --- clients --- */

static void drop_client(int fd)
{
    struct client *client = &clients[fd];
    /* TODO 5: Close the descriptor, and let nothing stay. The kernel has no request of this
       client any more: it would hold the connection open, and use the memory. */
    client->open = false;
}

/* Nothing more goes in or out. The requests that the kernel still has complete then. */
static void break_off(int fd)
{
    /* TODO 5: close(2) would not do: a request of the kernel's holds the connection. Nor may
       the descriptor be closed, and given out again, while the kernel has this request. */
    clients[fd].ended = clients[fd].broken = true;
}

/* Whatever a completion changed: what is to be asked for next? */
static void go_on(int fd)
{
    struct client *client = &clients[fd];
    start_send(fd);
    size_t pending = client->output.end - client->output.start + client->next.end;
    if (!client->receiving && !client->ended && pending <= MOST_PENDING)
        start_receive(fd);
    else if (client->receiving && !client->stopping && pending > MOST_PENDING)
        cancel_receive(fd);
    else if (client->ended && !client->receiving && !client->sending && !client->stopping)
        drop_client(fd);
}

/* --- completions --- */

static void accepted(const struct io_uring_cqe *cqe)
{
    /* TODO 2: A result below 0 is an error, as errno would say it. And with task 7: will
       this request accept further clients? */
    if (cqe->res < 0)
        accept_later();
}

static void received(int fd, const struct io_uring_cqe *cqe)
{
    struct client *client = &clients[fd];
    bool well = true;
    /* TODO 3: Tell apart bytes, the end, no buffer (ENOBUFS: ask again), a limit that has
       passed (ECANCELED: is the client really idle?) and a broken connection. */
    client->receiving = false;
    if (cqe->flags & IORING_CQE_F_BUFFER)
        well = take(client, cqe);
    client->last_activity = now();
    if (!well && !client->broken)
        break_off(fd);
    go_on(fd);
}

static void sent(int fd, const struct io_uring_cqe *cqe)
{
    struct client *client = &clients[fd];
    /* TODO 4: It may have sent less than all. */
    (void)cqe;
    client->sending = false;
    go_on(fd);
}

static void completed(const struct io_uring_cqe *cqe)
{
    enum kind kind = (enum kind)(cqe->user_data >> 32);
    int fd = (int)(uint32_t)cqe->user_data;
    if (kind == ACCEPT) {
        accepted(cqe);
    } else if (kind == ACCEPT_AGAIN) {
        start_accept();
    } else if (kind == RECEIVE) {
        received(fd, cqe);
    } else if (kind == SEND) {
        sent(fd, cqe);
    } else if (kind == STOP) {
        clients[fd].stopping--;
        go_on(fd);
    }
}

void ring_based_echo_server(int server_fd)
{
    listener = server_fd;
    start_accept();
    while (!support_stopping) {
        /* TODO 1: Submit what was prepared and wait for a completion, in one call; then take
           each completion that is there. The ring's copy may be overwritten once it was said to
           be seen. */
        struct io_uring_cqe cqe = {0};
        completed(&cqe);
        break;
    }
    for (int fd = 0; fd < MOST_CLIENTS; fd++)
        if (clients[fd].open)
            shutdown(fd, SHUT_RDWR);
}

/* Only this thread hands requests in, and it is told of completions when it asks, not at any
   moment: that saves the kernel much. Before Linux 6.1 there is no such ring. */
static int open_ring(void)
{
    int error = io_uring_queue_init(entries, &ring,
                                    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    return error == -EINVAL ? io_uring_queue_init(entries, &ring, 0) : error;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_limit.tv_sec = support_number(argc, argv, 2, (int)idle_limit.tv_sec);
    entries = (unsigned)support_number(argc, argv, 3, (int)entries);
    support_catch_stop();
    int server_fd = support_listen(port);
    int error = open_ring();
    if (error < 0) {
        errno = -error;
        support_complain("io_uring_queue_init");
        return 1;
    }
    entries = ring.sq.ring_entries; /* a power of two */
    if (!provide_buffers()) {
        support_complain("provided buffers");
        return 1;
    }
    ring_based_echo_server(server_fd);
    io_uring_queue_exit(&ring);
    close(server_fd);
    return 0;
}
