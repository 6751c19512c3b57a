/*
 * io_uring_cqe_seen gives the entry of the completion queue back to the kernel. Who looks at it
 * afterwards reads the completion of another request, when the queue has gone round.
 */
/* needs: uring */
#include <liburing.h>

#include "show.h"

static struct io_uring ring;

/* A request that does nothing but complete. */
static struct io_uring_cqe *complete(unsigned long long data)
{
    struct io_uring_cqe *cqe;
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_nop(sqe);
    io_uring_sqe_set_data64(sqe, data);
    show(io_uring_submit(&ring) == 1 && io_uring_wait_cqe(&ring, &cqe) == 0, "it completes");
    return cqe;
}

int main(void)
{
    show(io_uring_queue_init(1, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    show(ring.cq.ring_entries == 2, "the completion queue is twice as long");
    /* cut: seen */
    struct io_uring_cqe *cqe = complete(1);
    show(cqe->user_data == 1, "the first completion");
    io_uring_cqe_seen(&ring, cqe); /* the entry is the kernel's now */
    io_uring_cqe_seen(&ring, complete(2));
    io_uring_cqe_seen(&ring, complete(3));
    show(cqe->user_data == 3, "and the pointer shows another one");
    /* end */
    io_uring_queue_exit(&ring);
    return 0;
}
