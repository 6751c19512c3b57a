/*
 * Memory that io_uring locks: rings, buffers that are registered, what zero-copy sends have under
 * way. It counts for all programs of a user together (RLIMIT_MEMLOCK, 8 MiB as a rule), and so a
 * server of one check may leave nothing to that of another. Servers run side by side all the same,
 * in turns; whoever was refused runs once more, alone.
 */
#ifndef IOLAB_LOCKED_MEMORY_H
#define IOLAB_LOCKED_MEMORY_H

#include <stdbool.h>

/* Do servers here share the limit? Not where root starts them: each becomes a user of its own. */
bool locked_memory_is_shared(void);

/*
 * Waits for a turn among all of this user's programs that ask for one: beside others, or alone,
 * with what others have locked given back (5 s at most: some may have nothing to do with us).
 * The descriptor that holds the turn until it is closed; -1: the file of turns cannot be had, and
 * nobody waits.
 */
int locked_memory_turn(bool alone);

#endif
