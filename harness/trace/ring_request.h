/* Entries and completions, one by one, and which belongs to which. Private to ring*.c. */
#ifndef IOLAB_TRACE_RING_REQUEST_H
#define IOLAB_TRACE_RING_REQUEST_H

#include "trace/ring_window.h"

/* The entry at `position` goes to the kernel: SUBMIT, and a fault where one was ordered. */
void ring_hand_in(struct visit *visit, struct ring_window *window, uint32_t position);

/* COMPLETE, and what follows of it for descriptors and connections. */
void ring_complete(struct visit *visit, struct ring *ring,
                   const struct io_uring_cqe *completion);

/* Of the entries that close and complete in silence: those whose descriptor is gone by now. */
void ring_closed_in_silence(struct visit *visit, struct ring *ring);

void ring_requests_free(struct ring *ring);

#endif
