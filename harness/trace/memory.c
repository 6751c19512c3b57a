/* The memory of a watched program. See memory.h. */
#include "trace/memory.h"

#include <string.h>

size_t memory_read_some(pid_t pid, uint64_t address, void *to, size_t size)
{
    struct iovec local = {to, size}, remote = {(void *)(uintptr_t)address, size};
    ssize_t got = size ? process_vm_readv(pid, &local, 1, &remote, 1, 0) : 0;
    return got < 0 ? 0 : (size_t)got;
}

bool memory_read(pid_t pid, uint64_t address, void *to, size_t size)
{
    return address && memory_read_some(pid, address, to, size) == size;
}

bool memory_write(pid_t pid, uint64_t address, const void *from, size_t size)
{
    struct iovec local = {(void *)(uintptr_t)from, size};
    struct iovec remote = {(void *)(uintptr_t)address, size};
    return process_vm_writev(pid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* A string may end right before memory that cannot be read: page by page. */
void memory_read_string(pid_t pid, uint64_t address, char *to, size_t size)
{
    const size_t page = 4096;
    size_t used = 0;
    while (used + 1 < size) {
        size_t piece = page - (size_t)((address + used) % page);
        if (piece > size - 1 - used)
            piece = size - 1 - used;
        size_t got = memory_read_some(pid, address + used, to + used, piece);
        char *end = memchr(to + used, '\0', got);
        used = end ? (size_t)(end - to) : used + got;
        if (end || got < piece)
            break;
    }
    to[used] = '\0';
}

size_t memory_read_vectors(pid_t pid, uint64_t address, uint64_t count,
                           struct iovec vectors[MEMORY_VECTORS])
{
    if (count > MEMORY_VECTORS)
        count = MEMORY_VECTORS;
    size_t size = (size_t)count * sizeof *vectors;
    return memory_read(pid, address, vectors, size) ? (size_t)count : 0;
}

size_t memory_gather(pid_t pid, const struct iovec *vectors, size_t count, void *to,
                     size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < count && used < size; i++) {
        size_t piece = vectors[i].iov_len < size - used ? vectors[i].iov_len : size - used;
        used += memory_read_some(pid, (uintptr_t)vectors[i].iov_base, (char *)to + used, piece);
    }
    return used;
}
