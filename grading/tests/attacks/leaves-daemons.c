/*
 * Tries: to stay: children of children in sessions of their own, that have no parent, ignore all
 * signals, wear another name, hold the port, or are another program of the system.
 * Must come: the server is graded as any; none of them is there afterwards.
 *
 * lab: 01
 * checks: 11,31
 * base: echo.c
 */
#include <sys/prctl.h>

static void stay(int which)
{
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    prctl(PR_SET_NAME, "kworker/0:1");
    prctl(PR_SET_PDEATHSIG, 0);
    if (chdir("/") < 0 || which == 1)
        execl("/bin/sleep", "@MARK@", "1000", NULL);
    if (which == 2)
        execl("/bin/sh", "@MARK@", "-c", "trap '' TERM HUP; sleep 1000", "@MARK@", NULL);
    for (;;)
        if (which == 3)
            usleep(1000);
        else
            pause();
}

void attack(enum moment moment)
{
    if (moment != LISTENING)
        return;
    for (int which = 0; which < 5; which++)
        if (fork() == 0) {
            setsid();
            if (fork() > 0)
                _exit(0);
            setsid();
            if (fork() > 0)
                _exit(0);
            stay(which);
        }
    while (waitpid(-1, NULL, WNOHANG) >= 0)
        usleep(1000);
}
