/* What differs between processors: the registers that hold a call and its arguments, and where
   a thread is. */
#ifndef IOLAB_TRACE_REGISTERS_H
#define IOLAB_TRACE_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* At the stop before or after a call: replaces argument `index` (from 0). 0 or -1 and errno. */
int registers_argument(pid_t thread, int index, uint64_t value);

/* At the stop before a call: it is not made, and fails with `error`. 0 or -1 and errno. */
int registers_skip(pid_t thread, int error);

/* Where a thread is. */
struct position {
    uint64_t instruction, stack;
    uint64_t third;  /* argument of a function, at its first instruction */
    uint64_t linked; /* aarch64: where a function goes back to, at its first instruction */
};
bool registers_position(pid_t thread, struct position *position);

/* At the first instruction of a function: the address that it goes back to; 0: not known. */
uint64_t registers_return(pid_t thread, const struct position *position);
/* At the stop before call `number`: it is not made, and the thread comes to it once more, after
   the handlers of signals that are pending. 0 or -1 and errno. */
int registers_again(pid_t thread, uint64_t number);

#endif
