/*
 * Tries: to end the process that looks after it by the one signal that this takes as an order.
 * As the same user it may send it.
 * Must come: a check that fails, in a result that stands; nothing survives.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
void attack(enum moment moment)
{
    if (moment != LISTENING)
        return;
    for (int i = 0; i < 100; i++)
        kill(1, SIGHUP);
}
