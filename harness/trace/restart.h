/*
 * Calls that a signal broke off. The kernel makes them again without the program's knowing when
 * no handler ran (a stop, say), or when its handler was installed with SA_RESTART; else they
 * fail with EINTR (signal(7)). A tracer sees the call come back with an errno of the kernel's
 * own (512 to 516), then enter again.
 */
#ifndef IOLAB_TRACE_RESTART_H
#define IOLAB_TRACE_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/tracee.h"

/* Is this result one of those that no program sees? */
bool restart_result(int64_t result);

/* Is the call that is entered the one that was broken off? */
bool restart_is(const struct thread *thread, uint64_t number, const uint64_t *arguments);

/* Will it be made again after the handler of `signal` has run? */
bool restart_after(const struct thread *thread, int signal);

#endif
