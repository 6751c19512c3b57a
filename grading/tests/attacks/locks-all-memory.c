/*
 * Tries: to spoil what others hand in: locks all the memory that the programs of a user may lock
 * together, and keeps it, so that no ring is left for theirs.
 * Must come: others get what they get without it.
 *
 * lab: 09
 * checks: 11,21,22,31
 * base: echo.c
 * neighbour: 09
 */
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* True when a ring of its own holds so much. */
static int lock_some(size_t size)
{
    struct io_uring_params params = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct iovec buffer = {.iov_base = memory, .iov_len = size};
    return ring >= 0 && memory != MAP_FAILED &&
           syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1) == 0;
}

void attack(enum moment moment)
{
    if (moment != BEFORE_LISTENING)
        return;
    for (size_t size = 4 << 20; size >= 4096; size /= 2)
        for (int tries = 0; tries < 4 && lock_some(size); tries++)
            ;
    sleep(8);
}
