/*
 * A limit of a call (SO_RCVTIMEO) begins anew with each call: a server that sends a byte now and
 * then keeps its client for ever. A promise for the whole takes a moment at which it ends.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

#define LIMIT 0.05 /* seconds, of the client */
#define PAUSE 10   /* milliseconds, of the server */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A server that sends a byte, and again a byte, until its client has gone. */
static void *dribble(void *ends)
{
    int fd = ((int *)ends)[1];
    while (send(fd, "x", 1, MSG_NOSIGNAL) == 1)
        poll(NULL, 0, PAUSE);
    return NULL;
}

/* Receives for longer than the limit, and no call finds it exceeded. */
static void limit_each_call(int fd)
{
    char byte;
    /* cut: call */
    struct timeval limit = {.tv_usec = (long)(LIMIT * 1e6)};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);

    double begun = now(), heard = begun;
    while (heard - begun < 3 * LIMIT) { /* for ever, if you like */
        if (recv(fd, &byte, 1, 0) == 1)
            heard = now(); /* the next call begins anew */
        else
            show(now() - heard >= LIMIT, "only silence ends a call");
    }
    /* end */
}

/* The moment stays where it is: each wait is for what is left until then. */
static void limit_the_whole(int fd)
{
    char byte;
    double begun = now(), end = begun + LIMIT, left;
    struct pollfd asked = {.fd = fd, .events = POLLIN};
    while ((left = end - now()) > 0)
        if (poll(&asked, 1, (int)(left * 1e3) + 1) == 1)
            show(recv(fd, &byte, 1, 0) == 1, "a byte");
    show(now() - begun >= LIMIT, "it gives up when it said it would");
}

int main(void)
{
    int ends[2];
    pthread_t server;
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a connection can be made");
    show(pthread_create(&server, NULL, dribble, ends) == 0, "a server");
    limit_each_call(ends[0]);
    limit_the_whole(ends[0]);
    close(ends[0]);
    pthread_join(server, NULL);
    return 0;
}
