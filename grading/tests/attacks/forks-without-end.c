/*
 * Tries: to use up processes, process numbers and the processor: children that have children, as
 * fast as it goes, each with a session of its own.
 * Must come: it meets its limit. Its checks fail; others' marks are as always.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 * heavy: yes
 */
void attack(enum moment moment)
{
    if (moment != LISTENING)
        return;
    while (fork() >= 0 || errno == EAGAIN)
        setsid();
}
