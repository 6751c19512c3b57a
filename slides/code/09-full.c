/*
 * The submission queue is a way in, not a place to wait: when it is full io_uring_get_sqe gives
 * NULL, and after a submission there is room. More requests may be pending than it has entries.
 */
/* needs: uring */
#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define CLIENTS 20

static int ends[CLIENTS][2];
static char bytes[CLIENTS];

/* Prepares receives from these clients, as long as there is an entry; how many were there? */
/* cut: prepare */
static int prepare(struct io_uring *ring, int from)
{
    int i = from;
    struct io_uring_sqe *sqe;
    while (i < CLIENTS && (sqe = io_uring_get_sqe(ring))) {
        io_uring_prep_recv(sqe, ends[i][0], &bytes[i], 1, 0);
        i++;
    }
    return i - from; /* NULL: the queue is full */
}
/* end */

int main(void)
{
    struct io_uring ring;
    struct io_uring_cqe *cqe;

    show(io_uring_queue_init(8, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    for (int i = 0; i < CLIENTS; i++)
        show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]) == 0, "a connection can be made");
    /* cut: full */
    show(prepare(&ring, 0) == 8, "the ninth client has no entry");
    show(io_uring_submit(&ring) == 8, "the kernel takes the eight");
    show(prepare(&ring, 8) == 8, "so that there is room for more");
    io_uring_submit(&ring);
    show(prepare(&ring, 16) == 4, "and for the rest");
    io_uring_submit(&ring); /* now twenty requests are pending */
    /* end */
    for (int i = 0; i < CLIENTS; i++)
        show(write(ends[i][1], "x", 1) == 1, "each client speaks");
    for (int i = 0; i < CLIENTS; i++) {
        show(io_uring_wait_cqe(&ring, &cqe) == 0 && cqe->res == 1, "each receive completes");
        io_uring_cqe_seen(&ring, cqe);
    }
    io_uring_queue_exit(&ring);
    return 0;
}
