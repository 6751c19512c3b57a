/*
 * poll says that a socket is writable when there is room for some bytes. A blocking send of
 * more than these sleeps for the rest, until the peer reads or a limit (SO_SNDTIMEO) is over.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

static char megabytes[4 << 20];

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(void)
{
    int end[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a pair of sockets");
    int fd = end[0]; /* of the other end nobody reads */
    struct timeval tenth = {.tv_usec = 100 * 1000};
    show(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tenth, sizeof tenth) == 0,
         "a limit for send");

    /* cut: room */
    struct pollfd writable = {.fd = fd, .events = POLLOUT};
    show(poll(&writable, 1, 0) == 1, "there is room, says the kernel");

    double begin = seconds();
    ssize_t n = send(fd, megabytes, sizeof megabytes, 0);
    double asleep = seconds() - begin;

    show(n > 0, "some bytes found room");
    show(n < (ssize_t)sizeof megabytes, "the others did not");
    show(asleep > 0.09, "send slept for them, up to its limit");
    /* end */

    n = send(fd, megabytes, sizeof megabytes, 0);
    show(n == -1 && errno == EAGAIN, "no room at all: the limit is told as EAGAIN");
    close(end[0]);
    close(end[1]);
    return 0;
}
