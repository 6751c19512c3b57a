/*
 * A handler breaks in anywhere, also where the program has taken a lock. A lock that checks
 * says who has it: the thread that the handler has interrupted, which goes on only when the
 * handler has returned. A lock that does not check, like that of malloc or of stdio, is waited
 * for without end.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "show.h"

static pthread_mutex_t lock;
static volatile sig_atomic_t noted, answer;

/* cut: lock */
static void on_ready(int signal)
{
    noted = signal;                     /* this it may do */
    answer = pthread_mutex_lock(&lock); /* and this it must not */
}

static void work(void)
{
    pthread_mutex_lock(&lock);
    raise(SIGRTMIN); /* let it come at this very moment */
    show(answer == EDEADLK, "the handler waits for this thread");
    /* end */
    pthread_mutex_unlock(&lock);
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_ready};
    pthread_mutexattr_t checking;
    pthread_mutexattr_init(&checking);
    pthread_mutexattr_settype(&checking, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&lock, &checking);
    show(sigaction(SIGRTMIN, &action, NULL) == 0, "a handler");
    work();
    show(noted == SIGRTMIN, "the handler ran");
    return 0;
}
