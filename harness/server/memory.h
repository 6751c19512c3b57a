/* How much memory a branch of processes has: without malloc, as the keeper asks. */
#ifndef IOLAB_MEMORY_H
#define IOLAB_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes that a shared mapping without a file has at most in a box, where the filter sees to it. */
#define MEMORY_PIECE ((int64_t)16 << 20)

/*
 * Do the processes below `root` have more than `most` bytes together? Resident ones: a page that n
 * of them share counts an n-th for each. Shared memory may be resident and in nobody's table, as
 * what waits in sockets is: each shared mapping counts as a MEMORY_PIECE if there is that much on
 * the machine, each unix socket of this network as the most that it can hold.
 */
bool memory_exceeds(pid_t root, int64_t most);

#endif
