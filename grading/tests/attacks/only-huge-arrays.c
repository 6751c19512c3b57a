/*
 * Tries: the same with the array alone, which a compiler has few words for.
 * Must come: it does not compile, in time, and nothing is left.
 *
 * lab: 01
 * checks: 11
 * compiles: no
 */
char huge[1l << 30] = {1};
int main(void)
{
    return huge[1];
}
