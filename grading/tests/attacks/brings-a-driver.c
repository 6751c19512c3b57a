/*
 * Tries: to define what the driver and the lab library define: main twice, lab_main, the
 * library's functions, the driver's.
 * Must come: it does not compile.
 *
 * lab: 01
 * checks: 11,27,28,29
 * compiles: no
 */
#include <stdlib.h>

int support_listen(int port);
int support_listen(int port)
{
    return port;
}
int lab_main(void);
int lab_main(void)
{
    exit(0);
}
int main(void)
{
    exit(0);
}
