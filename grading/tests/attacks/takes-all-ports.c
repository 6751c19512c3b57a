/*
 * Tries: to make its checks impossible, so that the machine is blamed and it is graded for ever:
 * takes all ports that a client could have on all addresses, by several processes.
 * Must come: a check that fails, in a result that stands.
 *
 * lab: 01
 * checks: 11,13,21
 * base: echo.c
 */
#include <netinet/in.h>
#include <sys/resource.h>

static void take_ports(int from, int to)
{
    for (int port = from; port < to; port++) {
        struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bind(fd, (struct sockaddr *)&any, sizeof any);
    }
}

void attack(enum moment moment)
{
    int done[2];
    char byte;
    if (moment != BEFORE_LISTENING || pipe(done) < 0)
        return;
    for (int from = 32768; from < 61000; from += 3000)
        if (fork() == 0) {
            take_ports(from, from + 3000);
            close(done[1]);
            sleep(1000);
        }
    close(done[1]);
    while (read(done[0], &byte, 1) > 0)
        ;
}
