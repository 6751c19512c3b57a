/*
 * Tries: to end the grader, and others' servers: SIGKILL, SIGTERM and SIGHUP to all processes at
 * once, to its parent, to its group, to each number that a process may have.
 * Must come: it reaches processes of its own alone. Others' marks are as always, and what it
 * breaks for itself it has broken: its checks fail.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
void attack(enum moment moment)
{
    static const int signals[] = {SIGHUP, SIGTERM, SIGKILL, SIGUSR1, SIGINT};
    if (moment != LISTENING)
        return;
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        kill(-1, signals[i]);
        kill(getppid(), signals[i]);
        for (int pid = 1; pid < 40000; pid++)
            if (pid != getpid())
                kill(pid, signals[i]);
    }
}
