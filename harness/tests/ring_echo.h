/*
 * An echo server on liburing that writes down each operation itself, for comparison with what
 * the tracer says of it. One receive or send a connection at a time.
 */
#ifndef IOLAB_TESTS_RING_ECHO_H
#define IOLAB_TESTS_RING_ECHO_H

#include <liburing.h>

enum { RING_ECHO_SIZE = 512, RING_ECHO_MOST = 20000 };

/* One line of the log: an operation handed in, or (`done`) completed. */
struct ring_line {
    bool done;
    uint8_t opcode;
    int fd, result;
    uint64_t user_data;
};

struct ring_echo {
    int listener;
    int connections; /* ends after so many were closed */
    unsigned entries, flags;
    struct ring_line *log; /* shared with the test */
    int *logged;
    char buffers[1024][RING_ECHO_SIZE];
};

static void ring_log(struct ring_echo *echo, struct ring_line line)
{
    if (*echo->logged < RING_ECHO_MOST * 4)
        echo->log[(*echo->logged)++] = line;
}

/* The log is written before the entry is handed in: it tells in which order they go. */
static void ring_ask(struct io_uring *ring, struct ring_echo *echo, uint8_t opcode, int fd,
                     unsigned size)
{
    struct io_uring_sqe *entry;
    while (!(entry = io_uring_get_sqe(ring)))
        io_uring_submit(ring);
    void *buffer = opcode == IORING_OP_ACCEPT ? NULL : echo->buffers[fd];
    io_uring_prep_rw(opcode, entry, fd, opcode == IORING_OP_CLOSE ? NULL : buffer, size, 0);
    entry->user_data = (uint64_t)opcode << 56 | (unsigned)fd;
    ring_log(echo, (struct ring_line){false, opcode, fd, 0, entry->user_data});
}

static int ring_answer(struct io_uring *ring, struct ring_echo *echo, int opcode, int fd,
                       int result)
{
    switch (opcode) {
    case IORING_OP_ACCEPT:
        ring_ask(ring, echo, IORING_OP_ACCEPT, fd, 0);
        ring_ask(ring, echo, IORING_OP_RECV, result, RING_ECHO_SIZE);
        return 0;
    case IORING_OP_RECV:
        if (result > 0)
            ring_ask(ring, echo, IORING_OP_SEND, fd, (unsigned)result);
        else
            ring_ask(ring, echo, IORING_OP_CLOSE, fd, 0);
        return 0;
    case IORING_OP_SEND:
        ring_ask(ring, echo, IORING_OP_RECV, fd, RING_ECHO_SIZE);
        return 0;
    default:
        return 1;
    }
}

static int ring_echo_run(void *context)
{
    struct ring_echo *echo = context;
    struct io_uring ring;
    struct io_uring_cqe *completion;
    int closed = 0;
    if (io_uring_queue_init(echo->entries, &ring, echo->flags) < 0)
        return 1;
    ring_ask(&ring, echo, IORING_OP_ACCEPT, echo->listener, 0);
    while (closed < echo->connections) {
        unsigned head, count = 0;
        if (io_uring_submit_and_wait(&ring, 1) < 0)
            return 2;
        io_uring_for_each_cqe(&ring, head, completion)
        {
            int opcode = (int)(completion->user_data >> 56), fd = (int)completion->user_data;
            ring_log(echo, (struct ring_line){true, (uint8_t)opcode, fd, completion->res,
                                              completion->user_data});
            closed += ring_answer(&ring, echo, opcode, fd, completion->res);
            count++;
        }
        io_uring_cq_advance(&ring, count);
    }
    io_uring_queue_exit(&ring);
    return 0;
}

#endif
