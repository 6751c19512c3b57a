/*
 * Tries: to fill the compiler's memory and to use up its time: two to the power of forty words
 * from a few lines, expressions that are nested a million deep.
 * Must come: it does not compile, in time.
 *
 * lab: 01
 * checks: 11
 * compiles: no
 */
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(x))
#define D(x) C(C(x))
static int numbers[] = {D(1 +) 0};
int main(void)
{
    return numbers[0];
}
