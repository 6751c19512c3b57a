/* Writes through a null pointer before it listens. */
#include <stddef.h>
int main(void)
{
    volatile int *nowhere = NULL;
    *nowhere = 1;
}
