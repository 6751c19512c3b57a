/* How much memory a branch of processes has: without malloc, as the keeper asks. */
#ifndef IOLAB_MEMORY_H
#define IOLAB_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Do the processes below `root` have more than `most` resident bytes together? A page that n of
   them share counts an n-th for each. */
bool memory_exceeds(pid_t root, int64_t most);

#endif
