/*
 * Look, then sleep: a signal fits between the two. pause() knows nothing of a handler that has
 * come back already, and sleeps until the next signal, here a timer's. sigsuspend() opens the
 * mask and falls asleep in one step, so that a signal that came before ends it.
 */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "show.h"

static volatile sig_atomic_t noted, alarms;

static void on_ready(int signal)
{
    (void)signal;
    noted = 1;
}

static void on_alarm(int signal)
{
    (void)signal;
    alarms = alarms + 1;
}

static void every_ten_ms(int on)
{
    const struct timeval ten = {.tv_usec = on ? 10000 : 0};
    show(setitimer(ITIMER_REAL, &(struct itimerval){ten, ten}, NULL) == 0, "a timer");
}

static void begin_again(const sigset_t *ours)
{
    every_ten_ms(0);
    sigprocmask(SIG_BLOCK, ours, NULL);
    noted = alarms = 0;
}

static void comes_now(void)
{
    raise(SIGRTMIN);
}

int main(void)
{
    sigset_t ours, open;
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &ours, &open);
    sigaction(SIGRTMIN, &(struct sigaction){.sa_handler = on_ready}, NULL);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    every_ten_ms(1); /* who sleeps too long is woken by it, again and again */
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
    /* cut: sleep */
    if (!noted) {    /* signals are let in */
        comes_now(); /* the handler runs, and is back */
        pause();     /* nothing will end this */
    }
    show(noted && alarms > 0, "a timer had to end the sleep");

    begin_again(&ours); /* the signal is blocked */
    if (!noted) {
        comes_now();       /* stays pending */
        sigsuspend(&open); /* lets it in, asleep */
    }
    show(noted && alarms == 0, "the signal itself ended it");
    /* end */
    return 0;
}
