/* Fails: 1 2 3 4 5 32 41 43 */
/* Right in what it answers, but with a thread for each client, asleep in recv and send; and for
   two thousand threads there is no room. */
#include <pthread.h>
#include <stdint.h>
#include <sys/time.h>

#include "session.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* EAGAIN is the time-out of a call here: the client is idle if it came late. */
static void *serve(void *argument)
{
    struct session *s = argument;
    double last = seconds();
    while (!s->broken && seconds() - last < idle_seconds * 0.99) {
        bool moved = !session_sends(s) && session_pull(s);
        if (session_push(s) || moved || s->ended)
            last = seconds();
    }
    session_free(s);
    return NULL;
}

void poll_based_server(int server_fd)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    sigset_t every, before; /* signals are for this thread: they interrupt accept */
    sigfillset(&every);
    while (!support_stopping) {
        int fd = accept(server_fd, NULL, NULL);
        if (fd < 0) {
            struct timespec nap = {.tv_nsec = 200000000};
            if (errno == EMFILE)
                nanosleep(&nap, NULL);
            continue;
        }
        struct timeval limit = {.tv_sec = idle_seconds};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        pthread_t thread;
        pthread_sigmask(SIG_BLOCK, &every, &before);
        if (pthread_create(&thread, &attributes, serve, session_new(fd)) != 0)
            close(fd);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
}
