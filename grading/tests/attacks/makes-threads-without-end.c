/*
 * Tries: to use up threads, and the processor with them.
 * Must come: it meets its limit. Others' marks are as always.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 * heavy: yes
 */
static void *turn(void *unused)
{
    for (volatile unsigned long turns = 0;; turns++)
        ;
    return unused;
}

void attack(enum moment moment)
{
    pthread_attr_t small;
    pthread_t thread;
    if (moment != LISTENING)
        return;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 16384);
    for (int i = 0; i < 100000; i++)
        if (pthread_create(&thread, &small, turn, NULL) != 0)
            usleep(1000);
}
