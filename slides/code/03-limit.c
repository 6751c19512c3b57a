/*
 * An fd_set has FD_SETSIZE bits, and FD_SET does not look whether a number is below that: it
 * computes a place in memory and sets a bit there. The compiler's checks, which would end the
 * program, are turned off here, as they are where nobody has turned them on.
 */
#undef _FORTIFY_SOURCE
#define _FORTIFY_SOURCE 0
#include <sys/select.h>

#include "show.h"

static int bits_in(const fd_set *set)
{
    int bits = 0;
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        bits += FD_ISSET(fd, set) ? 1 : 0;
    return bits;
}

static void put(int fd, fd_set *set)
{
    FD_SET(fd, set);
}

int main(void)
{
    /* By a pointer that the compiler does not see through: it may take for granted that nobody
       writes behind an array, and then the proof would be at its mercy. */
    void (*volatile put_into)(int, fd_set *) = put;

    /* cut: behind */
    struct {
        fd_set clients;
        fd_set somebody_elses;
    } memory = {0}; /* both are empty */

    put_into(FD_SETSIZE - 1, &memory.clients); /* FD_SET */
    show(bits_in(&memory.clients) == 1, "the last that fits");

    put_into(FD_SETSIZE, &memory.clients); /* one more */
    show(bits_in(&memory.clients) == 1, "no bit of the set");
    show(bits_in(&memory.somebody_elses) == 1, "but one behind it");
    /* end */
    return 0;
}
