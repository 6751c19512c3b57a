/*
 * Tries: to use up the machine's memory: allocates and touches without end, in many processes.
 * Must come: it is ended at its limit. Others' marks are as always.
 *
 * lab: 01
 * checks: 11
 * base: echo.c
 * heavy: yes
 */
#include <sys/mman.h>

void attack(enum moment moment)
{
    const size_t most = (size_t)3 << 30, step = 1 << 20; /* enough to be seen, on any machine */
    if (moment != LISTENING)
        return;
    fork();
    size_t used = 0;
    for (char *block; used < most && (block = malloc(step)); used += step) {
        mlock(block, step);
        memset(block, 1, step);
    }
    if (used >= most)
        tell("3 GiB of memory");
}
