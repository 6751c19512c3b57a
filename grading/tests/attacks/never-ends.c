/*
 * Tries: to take all the time there is: accepts no one, ignores every signal, blocks what can be
 * blocked, and has children that do the same.
 * Must come: its checks fail in their time; nothing is left.
 *
 * lab: 01
 * checks: 11,21,37
 * base: echo.c
 */
void attack(enum moment moment)
{
    sigset_t all;
    if (moment != LISTENING)
        return;
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    fork();
    for (;;)
        pause();
}
