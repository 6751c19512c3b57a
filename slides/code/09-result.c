/*
 * A completion's res is what the system call would have returned to the C library: a count, 0 at
 * the end, or an error with a minus before it. errno is nobody's: who tests for -1 finds EPERM.
 */
/* needs: uring */
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

/* A connection over loopback, as only there is a reset. */
static void connect_pair(int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    show(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 1) == 0,
         "a listener can be made");
    getsockname(listener, (struct sockaddr *)&address, &size);
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    show(connect(ends[1], (struct sockaddr *)&address, size) == 0, "a client connects");
    ends[0] = accept(listener, NULL, NULL);
    show(ends[0] >= 0, "and is accepted");
    close(listener);
}

/* The end of a connection: with a reset, or in order. */
static void leave(int fd, int reset)
{
    struct linger linger = {.l_onoff = reset};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

/* What a receive completes with that is pending while the client leaves so. */
static int result_of(struct io_uring *ring, int reset)
{
    int ends[2];
    char bytes[64];
    struct io_uring_cqe *cqe;

    connect_pair(ends);
    io_uring_prep_recv(io_uring_get_sqe(ring), ends[0], bytes, sizeof bytes, 0);
    show(io_uring_submit(ring) == 1, "the receive is submitted");
    leave(ends[1], reset);
    /* cut: result */
    errno = 0;
    show(io_uring_wait_cqe(ring, &cqe) == 0, "the wait itself goes well");
    int result = cqe->res;
    show(errno == 0, "errno says nothing of a request");
    /* end */
    io_uring_cqe_seen(ring, cqe);
    close(ends[0]);
    return result;
}

int main(void)
{
    struct io_uring ring;

    show(io_uring_queue_init(8, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    /* cut: outcomes */
    show(result_of(&ring, 0) == 0, "an end in order: 0");
    show(result_of(&ring, 1) == -ECONNRESET, "a reset: errno with a minus");
    /* end */
    io_uring_queue_exit(&ring);
    return 0;
}
