/*
 * Tries: to fill the disk by what is compiled: an array of a gibibyte that is not all zero, the
 * assembler's repetitions, a file without end that is taken in.
 * Must come: it does not compile, in time, and nothing is left.
 *
 * lab: 01
 * checks: 11
 * compiles: no
 */
char huge[1l << 30] = {1};
char enormous[1l << 36] = {1};
__asm__(".data\n.rept 1000000000\n.quad 1\n.endr\n.fill 100000000, 8, 1\n"
        ".incbin \"/dev/zero\"\n.text\n");
int main(void)
{
    return huge[1] + enormous[1];
}
