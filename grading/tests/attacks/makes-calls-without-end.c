/*
 * Tries: to fill the recording, so that what it does behind its end is not seen, and the grader,
 * which reads it, runs out of memory: eight threads make calls that are watched, without a pause.
 * Must come: no more points, in a result that stands.
 *
 * lab: 01
 * checks: 1,2,3,11,21
 * base: echo.c
 * heavy: yes
 */
static void *call(void *unused)
{
    for (;;)
        syscall(SYS_sched_yield);
    return unused;
}

void attack(enum moment moment)
{
    pthread_attr_t small;
    pthread_t thread;
    if (moment != LISTENING)
        return;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (int i = 0; i < 8; i++)
        pthread_create(&thread, &small, call, NULL);
}
