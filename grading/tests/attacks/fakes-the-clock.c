/*
 * Tries: to have the driver of a check measure what it wants to: the driver is linked with the
 * server and asks clock_gettime(3), of which it brings one of its own, that runs ahead.
 * Must come: a function that does not wait gets no points for waiting.
 *
 * lab: 01
 * checks: 27,28,29
 * base: impatient.c
 */
static long ahead;

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    time->tv_sec += ahead;
    return result;
}

void waited(int seconds)
{
    ahead += seconds;
}
