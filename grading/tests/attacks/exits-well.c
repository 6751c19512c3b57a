/*
 * Tries: to end with status 0 before anything can be asked of it, as if all was well.
 * Must come: no points. That it has no error of memory either is no merit of it.
 *
 * lab: 01
 * checks: whole
 */
#include <unistd.h>

__attribute__((constructor)) static void well(void)
{
    _exit(0);
}

int main(void)
{
    return 0;
}
