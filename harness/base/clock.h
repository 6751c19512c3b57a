/* Times. All are int64_t nanoseconds of CLOCK_MONOTONIC; a recording counts from its start. */
#ifndef IOLAB_CLOCK_H
#define IOLAB_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_SECOND      INT64_C(1000000000)
#define CLOCK_MILLISECOND INT64_C(1000000)
#define CLOCK_MICROSECOND INT64_C(1000)

static inline int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

#endif
