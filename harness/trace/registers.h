/* What differs between processors: the registers that hold a call and its arguments. */
#ifndef IOLAB_TRACE_REGISTERS_H
#define IOLAB_TRACE_REGISTERS_H

#include <stdint.h>
#include <sys/types.h>

/* At the stop before or after a call: replaces argument `index` (from 0). 0 or -1 and errno. */
int registers_argument(pid_t thread, int index, uint64_t value);

/* At the stop before a call: it is not made, and fails with `error`. 0 or -1 and errno. */
int registers_skip(pid_t thread, int error);

#endif
