/* Times that a program hands to a call. See duration.h. */
#include "trace/duration.h"

#include <sys/time.h>

#include "base/clock.h"
#include "trace/memory.h"

/* Programs may ask for any time at all; beyond 100 years it is no matter how long. */
static int64_t bounded(int64_t seconds, int64_t nanoseconds)
{
    const int64_t most = INT64_C(3153600000);
    if (seconds > most)
        seconds = most;
    return seconds < 0 ? 0 : seconds * CLOCK_SECOND + nanoseconds;
}

int64_t duration_timespec(pid_t pid, uint64_t address, int64_t otherwise)
{
    struct timespec time;
    if (!memory_read(pid, address, &time, sizeof time))
        return otherwise;
    return bounded(time.tv_sec, time.tv_nsec % CLOCK_SECOND);
}

int64_t duration_timeval(pid_t pid, uint64_t address, int64_t otherwise)
{
    struct timeval time;
    if (!memory_read(pid, address, &time, sizeof time))
        return otherwise;
    return bounded(time.tv_sec, time.tv_usec % 1000000 * CLOCK_MICROSECOND);
}
