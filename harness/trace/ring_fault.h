/* Faults of operations: entries that are changed right before the kernel takes them. */
#ifndef IOLAB_TRACE_RING_FAULT_H
#define IOLAB_TRACE_RING_FAULT_H

#include "trace/ring_window.h"

/*
 * Does to the entry at `position`, whose SUBMIT is visit->event, what was ordered: it moves fewer
 * bytes, or (Linux 6.10) fails without being made. Writes FAULT.
 */
void ring_fault(struct visit *visit, struct ring_window *window, uint32_t position,
                struct io_uring_sqe *entry);

/* Behind io_uring_enter: puts the entries back, which the program may use again. */
void ring_fault_undo(struct thread *thread);

#endif
