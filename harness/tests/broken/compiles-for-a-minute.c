/* Each line doubles: the compiler reads two to the power of 34 numbers. */
#define A(x) x, x
#define B(x) A(A(A(A(x))))
#define C(x) B(B(B(B(x))))
#define D(x) C(C(x))
int numbers[] = {D(B(1))};
int main(void)
{
    return numbers[0];
}
