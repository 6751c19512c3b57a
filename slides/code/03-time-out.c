/*
 * On Linux select writes into its time-out how much of it was left: a little less after an event,
 * nothing after a time-out. Whoever passes the structure again passes {0, 0}, which means: look,
 * and come back at once.
 */
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The answer to the question whether `fd` is readable. */
static int ask(int fd, struct timeval *limit)
{
    fd_set readfds;
    FD_ZERO(&readfds);
    FD_SET(fd, &readfds);
    return select(fd + 1, &readfds, NULL, NULL, limit);
}

int main(void)
{
    int ends[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    int silent = ends[0];
    double begun = now();

    /* cut: used-up */
    struct timeval limit = {.tv_usec = 20000}; /* set once for all */
    show(ask(silent, &limit) == 0, "it sleeps until the time-out");
    show(limit.tv_sec == 0 && limit.tv_usec == 0, "nothing of it is left");

    for (int round = 0; round < 100; round++)
        show(ask(silent, &limit) == 0, "and from now on it only looks");
    /* end */

    show(now() - begun >= 0.02, "the first call did sleep");
    show(now() - begun < 2, "the hundred others did not, or they had taken two seconds");

    /* After an event it holds what is left. */
    show(send(ends[1], "!", 1, 0) == 1, "the client speaks");
    limit = (struct timeval){.tv_sec = 10};
    show(ask(silent, &limit) == 1, "somebody is ready");
    show(limit.tv_sec < 10, "and the limit has become shorter");

    close(ends[0]);
    close(ends[1]);
    return 0;
}
