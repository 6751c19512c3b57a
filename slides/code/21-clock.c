/*
 * Three clocks, and a wait: the time of day can be set, a clock of processor time stands still
 * while the program sleeps, and CLOCK_MONOTONIC goes on, whatever anybody does.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "show.h"

static double read_clock(clockid_t clock)
{
    struct timespec time;
    show(clock_gettime(clock, &time) == 0, "the clock can be read");
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(void)
{
    /* cut: clocks */
    double begun = read_clock(CLOCK_MONOTONIC);
    double worked = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    poll(NULL, 0, 50); /* a wait, as for an answer */
    double waited = read_clock(CLOCK_MONOTONIC) - begun;
    worked = read_clock(CLOCK_PROCESS_CPUTIME_ID) - worked;

    show(waited >= 0.05, "this clock has seen the wait");
    show(worked < waited / 2, "this one stood still meanwhile");
    struct timespec noon = {.tv_sec = 12L * 3600};
    show(clock_settime(CLOCK_MONOTONIC, &noon) == -1, "nobody sets it");
    /* end */
    show(errno == EINVAL, "and that is no matter of privileges");
    return 0;
}
