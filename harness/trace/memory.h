/* The memory of a watched program. Addresses are those of the program. */
#ifndef IOLAB_TRACE_MEMORY_H
#define IOLAB_TRACE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/* All `size` bytes, or false (no such memory, or the program is gone). */
bool memory_read(pid_t pid, uint64_t address, void *to, size_t size);
bool memory_write(pid_t pid, uint64_t address, const void *from, size_t size);

/* As many bytes as can be had, at most `size`. */
size_t memory_read_some(pid_t pid, uint64_t address, void *to, size_t size);

/* A string, cut at `size` - 1 bytes; "" when it cannot be read. */
void memory_read_string(pid_t pid, uint64_t address, char *to, size_t size);

/* The iovecs that a call was given: the first MEMORY_VECTORS. Returns how many were read. */
#define MEMORY_VECTORS 64
size_t memory_read_vectors(pid_t pid, uint64_t address, uint64_t count,
                           struct iovec vectors[MEMORY_VECTORS]);

/* The first `size` bytes that lie in these iovecs. Returns how many were read. */
size_t memory_gather(pid_t pid, const struct iovec *vectors, size_t count, void *to,
                     size_t size);

#endif
