/* Descriptors that a ring knows by itself (registered, or made by its operations). */
#ifndef IOLAB_TRACE_RING_FILES_H
#define IOLAB_TRACE_RING_FILES_H

#include "trace/ring.h"

/* Behind an io_uring_register that succeeded. */
void ring_registered(struct visit *visit, struct ring *ring);

/* What the program's array of descriptors at `address` holds is put into the ring's table. */
void ring_files_put(struct visit *visit, struct ring *ring, int from, uint64_t address,
                    uint64_t count);

/* An accept has put a connection there: its number. */
int ring_file_accepted(struct visit *visit, struct ring *ring, int index);
void ring_file_closed(struct visit *visit, struct ring *ring, int index);

#endif
