/* Which processor the tracer runs on. See placement.h. */
#include "trace/placement.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { LOOK_EVERY = 64 };
/* Stops come fast when LOOK_EVERY of them take no longer than this. Slower ones show that
   nothing is to be won, or that the processor has other work and must be left alone. */
#define FAST (LOOK_EVERY * 100 * CLOCK_MICROSECOND)

void placement_begin(struct placement *placement)
{
    CPU_ZERO(&placement->allowed);
    sched_getaffinity(0, sizeof placement->allowed, &placement->allowed);
    placement->stops = 0;
    placement->looked = clock_now();
    placement->processor = -1;
}

/* Field 39 of /proc/TID/stat (proc(5)); the second one may contain anything but ends with ')'. */
static int processor_of(pid_t tid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    if (size <= 0)
        return -1;
    text[size] = '\0';
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < 39; field++)
        at = strchr(at + 1, ' ');
    return at ? atoi(at) : -1;
}

static void keep_to(struct placement *placement, int processor)
{
    cpu_set_t set = placement->allowed;
    if (processor >= 0) {
        if (processor >= CPU_SETSIZE || !CPU_ISSET((size_t)processor, &placement->allowed))
            return;
        CPU_ZERO(&set);
        CPU_SET((size_t)processor, &set);
    }
    if (sched_setaffinity(0, sizeof set, &set) == 0)
        placement->processor = processor;
}

void placement_follow(struct placement *placement, pid_t tid)
{
    if (++placement->stops < LOOK_EVERY)
        return;
    int64_t now = clock_now();
    int wanted = now - placement->looked < FAST ? processor_of(tid) : -1;
    if (wanted != placement->processor)
        keep_to(placement, wanted);
    placement->stops = 0;
    placement->looked = now;
}
