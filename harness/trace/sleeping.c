/* Family of calls: sleeping by choice. */
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "trace/call.h"
#include "trace/duration.h"

static enum call_plan nanosleep_enter(struct visit *visit)
{
    visit->event.timeout =
        duration_timespec(visit->thread->tid, visit->arguments[0], EVENT_NONE);
    return CALL_WRITE;
}

/* An absolute time counts from that clock's now. */
static enum call_plan clock_nanosleep_enter(struct visit *visit)
{
    struct timespec now;
    int64_t time = duration_timespec(visit->thread->tid, visit->arguments[2], EVENT_NONE);
    if ((visit->arguments[1] & TIMER_ABSTIME) &&
        clock_gettime((clockid_t)visit->arguments[0], &now) == 0) {
        time -= now.tv_sec * CLOCK_SECOND + now.tv_nsec;
        time = time < 0 ? 0 : time;
    }
    visit->event.timeout = time;
    return CALL_WRITE;
}

/* A sleep that was broken off goes on by restart_syscall, which nobody calls by name: it is
   here so that the filter knows it. */
static enum call_plan restart_enter(struct visit *visit)
{
    (void)visit;
    return CALL_LEAVE;
}

/* clang-format off */
const struct call calls_sleeping[] = {
    CALL(nanosleep, "nanosleep", 0, 0, nanosleep_enter, NULL),
    CALL(clock_nanosleep, "clock_nanosleep", 0, 0, clock_nanosleep_enter, NULL),
    CALL(sched_yield, "sched_yield", 0, 0, NULL, NULL),
    CALL(restart_syscall, "restart_syscall", 0, 0, restart_enter, NULL),
    CALLS_END,
};
