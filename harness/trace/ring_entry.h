/* Entries of a ring as data: what each operation is called, what its fields mean. */
#ifndef IOLAB_TRACE_RING_ENTRY_H
#define IOLAB_TRACE_RING_ENTRY_H

#include "trace/ring.h"

enum ring_trait {
    RING_FD = 1 << 0,      /* `fd` is a descriptor */
    RING_IN = 1 << 1,      /* completes when input is there */
    RING_OUT = 1 << 2,     /* completes when there is room */
    RING_BUFFER = 1 << 3,  /* moves bytes; addr and len */
    RING_VECTOR = 1 << 4,  /* moves bytes; iovecs and their count */
    RING_MESSAGE = 1 << 5, /* moves bytes; a struct msghdr */
    RING_SOCKET = 1 << 6,  /* msg_flags; ioprio holds flags of sends and receives */
    RING_ACCEPT = 1 << 7,
    RING_CLOSE = 1 << 8,
    RING_MAKES = 1 << 9,  /* its result is a new descriptor */
    RING_TIME = 1 << 10,  /* addr is a timespec */
    RING_WAITS = 1 << 11, /* for something that no descriptor tells */
    RING_POLL = 1 << 12,
    RING_CANCEL = 1 << 13,
    RING_SHUTDOWN = 1 << 14,
    RING_CONNECT = 1 << 15,
    RING_PROVIDE = 1 << 16,
    RING_LISTEN = 1 << 17,
    RING_FILES = 1 << 18,
    RING_EPOLL = 1 << 19,
    RING_SPLICE = 1 << 20,
};
#define RING_MOVES (RING_BUFFER | RING_VECTOR | RING_MESSAGE)

struct ring_operation {
    const char *name; /* the kernel's */
    unsigned traits;
};

/* Never NULL: one that is not known is IORING_OP_UNKNOWN. */
const struct ring_operation *ring_operation(uint8_t opcode);

/* Fills in call, fd, bytes, address, timeout, pair and the words of the detail. */
void ring_entry_decode(struct visit *visit, const struct ring_operation *operation,
                       const struct io_uring_sqe *entry, struct event *event);

/* Fills in ready and queued: what was there when it was handed in. */
void ring_ready(struct visit *visit, const struct io_uring_sqe *entry);

/* The words of a completion: "MORE|BUFFER 3|NOTIF". */
void ring_completion_decode(struct text *detail, uint32_t flags);

#endif
