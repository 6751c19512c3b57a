/* Times that a program hands to a call. */
#ifndef IOLAB_TRACE_DURATION_H
#define IOLAB_TRACE_DURATION_H

#include <stdint.h>
#include <sys/types.h>

/* ns of the struct timespec or timeval at `address`; `otherwise` when it is NULL. */
int64_t duration_timespec(pid_t pid, uint64_t address, int64_t otherwise);
int64_t duration_timeval(pid_t pid, uint64_t address, int64_t otherwise);

#endif
