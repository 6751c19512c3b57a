/*
 * A limit on the sleep of recv (SO_RCVTIMEO): when it is over the error is EAGAIN, which is
 * not the end of the stream. It limits one direction. And it brings EINTR back: a handler that
 * was installed with SA_RESTART lets a plain recv go on, but not one that has a limit.
 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "show.h"

static int end[2];
static volatile sig_atomic_t signals;

/* The third signal brings what recv waits for, if it still waits. */
static void tick(int unused)
{
    (void)unused;
    if (++signals == 3 && write(end[1], "x", 1) != 1)
        _exit(2);
}

static void set_limit(int fd, int milliseconds)
{
    struct timeval limit = {.tv_sec = milliseconds / 1000,
                            .tv_usec = milliseconds % 1000 * 1000};
    show(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0, "a limit is set");
}

/* A signal every ten milliseconds, or none (0). */
static void ticks(int milliseconds)
{
    struct timeval each = {.tv_usec = milliseconds * 1000};
    struct itimerval timer = {.it_interval = each, .it_value = each};
    show(setitimer(ITIMER_REAL, &timer, NULL) == 0, "the timer is set");
}

int main(void)
{
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a pair of sockets");
    int fd = end[0], peer = end[1];
    struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
    show(sigaction(SIGALRM, &action, NULL) == 0, "a handler that restarts calls");
    char buffer[64];

    ticks(10);
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 1, "without a limit recv outlives all signals");
    set_limit(fd, 5000);
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == -1 && errno == EINTR, "with a limit a signal ends it");
    ticks(0);

    /* cut: limit */
    set_limit(fd, 20); /* milliseconds, by SO_RCVTIMEO */
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == -1 && errno == EAGAIN, "the limit is told as EAGAIN");

    send(peer, "late", 4, 0);
    n = recv(fd, buffer, sizeof buffer, 0);
    show(n == 4, "the connection is as good as before");

    struct timeval other;
    socklen_t size = sizeof other;
    getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &other, &size);
    show(other.tv_sec == 0 && other.tv_usec == 0, "send has no limit");
    /* end */

    close(fd);
    close(peer);
    return 0;
}
