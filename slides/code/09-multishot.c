/*
 * One request receives on and on, into buffers that the kernel chooses (Linux 6.0), while there is
 * a buffer. Without one it ends, and says so: IORING_CQE_F_MORE is missing. No byte is lost.
 */
/* needs: uring */
#include <errno.h>
#include <liburing.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

#define BUFFERS 2
#define SIZE    64
#define GROUP   0

static struct io_uring ring;
static struct io_uring_buf_ring *lent;
static char buffers[BUFFERS][SIZE];
static int server, client; /* both ends of a connection */

/* The kernel may fill this buffer. */
static void lend(unsigned short buffer)
{
    io_uring_buf_ring_add(lent, buffers[buffer], SIZE, buffer, io_uring_buf_ring_mask(BUFFERS),
                          0);
    io_uring_buf_ring_advance(lent, 1);
}

static void provide_buffers(void)
{
    struct io_uring_buf_reg registration = {.ring_entries = BUFFERS, .bgid = GROUP};
    lent = mmap(NULL, BUFFERS * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    show(lent != MAP_FAILED, "there is memory");
    registration.ring_addr = (uintptr_t)lent;
    show(io_uring_register_buf_ring(&ring, &registration, 0) == 0, "a ring of buffers");
    io_uring_buf_ring_init(lent);
    for (unsigned short buffer = 0; buffer < BUFFERS; buffer++)
        lend(buffer);
}

/* cut: receive */
static void receive_on_and_on(void)
{
    struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
    io_uring_prep_recv_multishot(sqe, server, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT; /* the kernel chooses one */
    sqe->buf_group = GROUP;
    io_uring_submit(&ring);
}
/* end */

/* The next completion: a copy, as the entry is given back. */
static const struct io_uring_cqe *next(void)
{
    static struct io_uring_cqe cqe;
    struct io_uring_cqe *head;
    show(io_uring_wait_cqe(&ring, &head) == 0, "a completion comes");
    cqe = *head;
    io_uring_cqe_seen(&ring, head);
    return &cqe;
}

/* What comes of a word that the client says. */
static const struct io_uring_cqe *hear(const char *word)
{
    show(write(client, word, strlen(word)) > 0, "the client speaks");
    return next();
}

int main(void)
{
    int ends[2];

    show(io_uring_queue_init(8, &ring, 0) == 0, "there is io_uring (iolab doctor)");
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a connection can be made");
    server = ends[0];
    client = ends[1];
    /* cut: story */
    provide_buffers(); /* two of them */
    receive_on_and_on();
    show(hear("one")->flags & IORING_CQE_F_MORE, "and it goes on");
    show(hear("two")->flags & IORING_CQE_F_MORE, "and it goes on");
    const struct io_uring_cqe *last = hear("three");
    show(last->res == -ENOBUFS, "both buffers are still ours");
    show(!(last->flags & IORING_CQE_F_MORE), "it has ended");

    lend(0); /* "one" has been read */
    receive_on_and_on();
    show(next()->res == 5, "the third word has waited");
    /* end */
    show(memcmp(buffers[0], "three", 5) == 0, "it is in the buffer that was lent again");
    show(memcmp(buffers[1], "two", 3) == 0, "and the other one is still ours");

    io_uring_queue_exit(&ring);
    munmap(lent, BUFFERS * sizeof(struct io_uring_buf));
    return 0;
}
