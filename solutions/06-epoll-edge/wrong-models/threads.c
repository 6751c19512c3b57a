/* Fails: 1 2 3 4 43 */
/* Right in all that it answers, but with a thread for each client, asleep in recv and send. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 8192

static int send_all(int fd, const char *data, ssize_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, (size_t)size, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -1;
        data += n > 0 ? n : 0;
        size -= n > 0 ? n : 0;
    }
    return 0;
}

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char buffer[SIZE];
    ssize_t n;
    do
        n = recv(fd, buffer, sizeof buffer, 0);
    while ((n > 0 && send_all(fd, buffer, n) == 0) || (n < 0 && errno == EINTR));
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    const struct timespec nap = {.tv_nsec = 100000000};
    pthread_attr_t attributes;
    sigset_t all, before;
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    sigfillset(&all);
    while (!support_stopping) {
        pthread_t thread;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE)
                nanosleep(&nap, NULL);
            continue;
        }
        pthread_sigmask(SIG_BLOCK, &all, &before); /* signals are for this thread */
        if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
            close(fd);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    close(listener);
    return 0;
}
