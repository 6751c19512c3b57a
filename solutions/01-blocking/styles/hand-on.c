/* Style: who has accepted makes the next one to accept, and then serves its client; C11 threads;
   a time-out of a fifth of a second that is added up; SIGTERM by sigtimedwait in main. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define TICK_MS 200

static int idle, listener;

static int accept_and_serve(void *unused);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int ready_within(int fd, bool writing, int seconds)
{
    double end = now() + seconds;
    if (fd < 0 || fd >= FD_SETSIZE) {
        errno = EBADF;
        return -1;
    }
    for (;;) {
        double left = end - now();
        if (left < 0)
            left = 0;
        struct timespec time = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
        fd_set set;
        FD_ZERO(&set);
        FD_SET(fd, &set);
        int n =
            pselect(fd + 1, writing ? NULL : &set, writing ? &set : NULL, NULL, &time, NULL);
        if (n > 0)
            return 0;
        if (n == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (errno != EINTR)
            return -1;
    }
}

int recv_with_timeout(int fd, void *buffer, size_t len, int seconds)
{
    if (ready_within(fd, false, seconds) < 0)
        return -1;
    ssize_t n = read(fd, buffer, len);
    return (int)n;
}

int send_with_timeout(int fd, const void *buffer, size_t len, int seconds)
{
    for (;;) {
        if (ready_within(fd, true, seconds) < 0)
            return -1;
        ssize_t n = send(fd, buffer, len > 512 ? 512 : len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0 || errno != EAGAIN)
            return (int)n;
    }
}

static void serve(int fd)
{
    char *buffer = malloc(65536);
    int silent = 0;
    struct timeval tick = {.tv_usec = TICK_MS * 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tick, sizeof tick);
    size_t from = 0, to = 0;
    while (buffer && silent < idle * 1000 / TICK_MS + 1) {
        ssize_t n = from < to ? send(fd, buffer + from, to - from, MSG_NOSIGNAL)
                              : recv(fd, buffer, 65536, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            silent++;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n <= 0) {
            break;
        } else if (from < to) {
            from += (size_t)n;
            silent = 0;
        } else {
            from = 0;
            to = (size_t)n;
            silent = 0;
        }
    }
    free(buffer);
    close(fd);
}

/* False: nobody could be made. */
static bool make_acceptor(void)
{
    thrd_t thread;
    if (thrd_create(&thread, accept_and_serve, NULL) != thrd_success)
        return false;
    thrd_detach(thread);
    return true;
}

static int accept_and_serve(void *unused)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
                thrd_sleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
            continue;
        }
        if (make_acceptor()) {
            serve(fd);
            return 0;
        }
        close(fd);
    }
    return unused != NULL;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1024 * 1024);
    pthread_setattr_default_np(&attributes);
    listener = support_listen(port);
    if (!make_acceptor())
        return 1;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    while (sigtimedwait(&set, NULL, &(struct timespec){.tv_sec = 60}) != SIGTERM)
        ;
    return 0;
}
