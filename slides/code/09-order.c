/*
 * Two receives go in with one call; the one that was asked for last completes first. What tells
 * completions apart is user_data, which the kernel hands back unread, and not their order.
 */
/* needs: uring */
#include <liburing.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define SIZE 64

struct client {
    int server, client; /* both ends of a connection */
    char bytes[SIZE];
};

static void connect_pair(struct client *client)
{
    int ends[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a connection can be made");
    client->server = ends[0];
    client->client = ends[1];
}

/* cut: ask */
static void ask(struct io_uring *ring, struct client *client)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
    io_uring_prep_recv(sqe, client->server, client->bytes, SIZE, 0);
    io_uring_sqe_set_data(sqe, client); /* comes back unread */
}
/* end */

/* The next completion: whose is it, and what is its result? */
/* cut: take */
static struct client *take(struct io_uring *ring, int *result)
{
    struct io_uring_cqe *cqe;
    show(io_uring_submit_and_wait(ring, 1) >= 0, "it can wait");
    show(io_uring_peek_cqe(ring, &cqe) == 0, "a completion is there");
    struct client *client = io_uring_cqe_get_data(cqe);
    *result = cqe->res;           /* bytes, 0 at the end, or -errno */
    io_uring_cqe_seen(ring, cqe); /* the entry is free again */
    return client;
}
/* end */

int main(void)
{
    struct io_uring ring;
    struct client first = {0}, second = {0};
    int result;

    show(io_uring_queue_init(8, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    connect_pair(&first);
    connect_pair(&second);

    ask(&ring, &first);
    ask(&ring, &second);
    show(io_uring_sq_ready(&ring) == 2, "two entries wait in the queue, and no call was made");
    show(io_uring_submit(&ring) == 2, "one call takes both");

    show(write(second.client, "second", 6) == 6, "the second client speaks");
    show(take(&ring, &result) == &second && result == 6, "the second receive completes");
    show(io_uring_cq_ready(&ring) == 0, "and the first one does not");
    show(memcmp(second.bytes, "second", 6) == 0, "its bytes are in the buffer already");

    show(write(first.client, "at last", 7) == 7, "the first client speaks");
    show(take(&ring, &result) == &first && result == 7, "the first receive completes, later");

    io_uring_queue_exit(&ring);
    return 0;
}
