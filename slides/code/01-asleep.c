/*
 * A thread that is blocked in recv uses no processor time: its own clock, which counts nothing
 * else, stands still for as long as it is asleep.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "show.h"

static int end[2];

static void *receive_one(void *unused)
{
    char byte = 0;
    show(recv(end[0], &byte, 1, 0) == 1 && byte == 'x', "the byte has come");
    return unused;
}

/* Nanoseconds of processor time that a thread has used up to now. */
static long long used(clockid_t clock)
{
    struct timespec now;
    show(clock_gettime(clock, &now) == 0, "a thread has a clock");
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(void)
{
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a pair of sockets");
    struct timespec look = {.tv_nsec = 20 * 1000 * 1000};
    pthread_t thread;
    clockid_t clock;
    long long before, after;

    /* cut: clock */
    pthread_create(&thread, NULL, receive_one, NULL);
    pthread_getcpuclockid(thread, &clock);
    do { /* it may still be on its way to recv */
        before = used(clock);
        nanosleep(&look, NULL);
        after = used(clock);
    } while (after != before);

    nanosleep(&look, NULL); /* and it stays asleep */
    show(used(clock) == before, "its clock stands still");
    send(end[1], "x", 1, 0); /* what it has waited for */
    /* end */

    show(pthread_join(thread, NULL) == 0, "the thread woke up and returned");
    close(end[0]);
    close(end[1]);
    return 0;
}
