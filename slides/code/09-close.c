/*
 * A request of the kernel's holds the connection: close takes the number away and ends nothing,
 * so that the client waits. When the request has been taken back the connection ends.
 */
/* needs: uring */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define RECEIVE 1
#define CANCEL  2

static struct io_uring ring;

static void receive(int fd)
{
    static char bytes[64]; /* the kernel's, until the receive completes */
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_recv(sqe, fd, bytes, sizeof bytes, 0);
    io_uring_sqe_set_data64(sqe, RECEIVE);
    io_uring_submit(&ring);
}

static void take_back(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_cancel64(sqe, RECEIVE, 0);
    io_uring_sqe_set_data64(sqe, CANCEL);
    io_uring_submit(&ring);
}

/* The results of two completions, by what they were for. */
static void take_both(int results[3])
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
    int ends[2], results[3] = {0};
    char end;

    show(io_uring_queue_init(8, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a connection can be made");
    int server = ends[0], client = ends[1];
    /* cut: close */
    receive(server); /* the kernel has it, and waits for bytes */
    close(server);
    show(fcntl(server, F_GETFD) == -1, "the number is free");
    show(recv(client, &end, 1, MSG_DONTWAIT) == -1, "and no end came");

    take_back(); /* io_uring_prep_cancel64 */
    take_both(results);
    show(results[CANCEL] == 0, "the cancel found its request");
    show(results[RECEIVE] == -ECANCELED, "which completes too");
    show(recv(client, &end, 1, 0) == 0, "now the connection has ended");
    /* end */
    io_uring_queue_exit(&ring);
    return 0;
}
