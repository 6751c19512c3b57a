/* The memory that a ring shares with the kernel, during one stop. Private to ring*.c. */
#ifndef IOLAB_TRACE_RING_WINDOW_H
#define IOLAB_TRACE_RING_WINDOW_H

#include "trace/ring.h"

struct ring_window {
    struct ring *ring;
    struct thread *thread;
    struct {
        char *start;
        size_t size;
    } copy[2]; /* of the rings, of the entries: mappings of a copy of the descriptor */
};

/* Heads, tails and flags, as they are now. */
struct ring_state {
    uint32_t submit_head, submit_tail, submit_flags, submit_dropped;
    uint32_t complete_head, complete_tail, complete_overflow;
};

/* Positions of entries from `begin` up to `end`. */
struct ring_range {
    uint32_t begin, end;
};

/* What a call that hands in `most` entries hands in; none with SQPOLL. As the kernel: not more
   than the ring holds. What was told before, and the kernel did not take, is left out. */
struct ring_range ring_range(const struct ring *ring, const struct ring_state *state,
                             uint32_t most);

/* False: nothing of it can be read. Must be closed in either case. */
bool ring_window_open(struct ring_window *window, struct ring *ring, struct thread *thread,
                      struct ring_state *state);
/* Where it cannot be opened: because the program has just closed the ring? */
bool ring_window_closed(const struct ring_window *window);
void ring_window_close(struct ring_window *window);

/* The entry at this position of the submission ring. False: there is none that can be read. */
bool ring_window_entry(struct ring_window *window, uint32_t position,
                       struct io_uring_sqe *entry);
/* Where that entry lies in the program's memory; 0: not known. */
uint64_t ring_window_address(struct ring_window *window, uint32_t position);
/* The completion at this position. */
bool ring_window_completion(struct ring_window *window, uint32_t position,
                            struct io_uring_cqe *completion);

#endif
