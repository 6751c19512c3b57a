/*
 * Tries: to keep the compiler busy for ever, and to fill its memory: includes itself, files that
 * never end, macros that double.
 * Must come: it does not compile, in time; the message is short.
 *
 * lab: 01
 * checks: 11
 * compiles: no
 */
#include __FILE__
#include "/dev/full"
#include "/dev/stdin"
#include "/dev/urandom"
#include "/dev/zero"
int main(void)
{
    return 0;
}
