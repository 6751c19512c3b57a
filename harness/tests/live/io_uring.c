/* Completion, one client after another: what is wanted is handed in, and slept for in one call. */
#include <liburing.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

/* Hands in the one entry, and sleeps until it has been completed: its result, or below 0. */
static int complete(struct io_uring *ring)
{
    struct io_uring_cqe *completion;
    io_uring_submit(ring);
    int error = io_uring_wait_cqe(ring, &completion);
    if (error < 0)
        return error;
    int result = completion->res;
    io_uring_cqe_seen(ring, completion);
    return result;
}

int main(int argc, char **argv)
{
    static char buffer[4096];
    struct io_uring ring;
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv)), size;
    if (io_uring_queue_init(8, &ring, 0) < 0)
        return 1;
    while (!support_stopping) {
        io_uring_prep_accept(io_uring_get_sqe(&ring), listener, NULL, NULL, 0);
        int client = complete(&ring);
        do {
            io_uring_prep_recv(io_uring_get_sqe(&ring), client, buffer, sizeof buffer, 0);
            size = complete(&ring);
            if (size > 0) {
                io_uring_prep_send(io_uring_get_sqe(&ring), client, buffer, (size_t)size,
                                   MSG_NOSIGNAL);
                size = complete(&ring);
            }
        } while (size > 0);
        if (client >= 0)
            close(client);
    }
    io_uring_queue_exit(&ring);
    return 0;
}
