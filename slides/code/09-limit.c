/*
 * A time limit is a request of its own, linked to the one that it limits: two requests, and two
 * completions. One of them is an error in any case, also when all is well.
 */
/* needs: uring */
#include <errno.h>
#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define RECEIVE 0
#define LIMIT   1

static struct io_uring ring;
static int ends[2];
static char bytes[64];

/* Asks for bytes within so many milliseconds. */
static void receive_within(long milliseconds)
{
    /* cut: link */
    struct __kernel_timespec limit = {.tv_nsec = milliseconds * 1000000};
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_recv(sqe, ends[0], bytes, sizeof bytes, 0);
    io_uring_sqe_set_data64(sqe, RECEIVE);
    sqe->flags |= IOSQE_IO_LINK; /* what comes next belongs to it */

    sqe = io_uring_get_sqe(&ring);
    io_uring_prep_link_timeout(sqe, &limit, 0);
    io_uring_sqe_set_data64(sqe, LIMIT);
    show(io_uring_submit(&ring) == 2, "both go in together");
    /* end */
}

static void take_both(int results[2])
{
    struct io_uring_cqe *cqe;
    for (int i = 0; i < 2; i++) {
        show(io_uring_wait_cqe(&ring, &cqe) == 0, "a completion comes");
        results[cqe->user_data] = cqe->res;
        io_uring_cqe_seen(&ring, cqe);
    }
}

int main(void)
{
    int results[2];

    show(io_uring_queue_init(8, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a connection can be made");

    receive_within(20);
    take_both(results);
    show(results[RECEIVE] == -ECANCELED, "the receive of a silent client was cancelled");
    show(results[LIMIT] == -ETIME, "because the time was over");

    show(write(ends[1], "hello", 5) == 5, "a client that speaks in time");
    receive_within(900);
    take_both(results);
    show(results[RECEIVE] == 5, "has its bytes received");
    show(results[LIMIT] == -ECANCELED, "and its limit is what was cancelled");

    io_uring_queue_exit(&ring);
    return 0;
}
