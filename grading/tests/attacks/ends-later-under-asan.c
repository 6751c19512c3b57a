/*
 * Tries: the same, but it listens, and ends when the error is about to happen.
 * Must come: no points for memory.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 */
void before_the_error(void)
{
    if (getenv("ASAN_OPTIONS"))
        _exit(0);
}
