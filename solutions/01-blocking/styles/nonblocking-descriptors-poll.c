/* Style: every thread sleeps in poll on its own non-blocking descriptor; ppoll before accept. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

static int idle;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* 1 ready, 0 time-out, -1 error */
static int await(int fd, short events, int seconds)
{
    long long end = now_ms() + seconds * 1000LL;
    for (;;) {
        long long left = end - now_ms();
        struct pollfd one = {fd, events, 0};
        int n = poll(&one, 1, left < 0 ? 0 : (int)left);
        if (n >= 0 || errno != EINTR)
            return n;
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    for (;;) {
        int n = await(sockfd, POLLIN, timeout_sec);
        if (n <= 0) {
            errno = n ? errno : ETIMEDOUT;
            return -1;
        }
        n = (int)recv(sockfd, buffer, len, MSG_DONTWAIT);
        if (n >= 0 || (errno != EAGAIN && errno != EINTR))
            return n;
    }
}

/* All of it, or the time-out. */
int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    size_t sent = 0;
    while (sent < len) {
        int n = await(sockfd, POLLOUT, timeout_sec);
        if (n <= 0) {
            errno = n ? errno : ETIMEDOUT;
            return -1;
        }
        n = (int)send(sockfd, (const char *)buffer + sent, len - sent,
                      MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -1;
        if (n > 0)
            sent += (size_t)n;
    }
    return (int)sent;
}

static void *serve(void *arg)
{
    int fd = *(int *)arg;
    free(arg);
    char buffer[8192];
    int n;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    while ((n = recv_with_timeout(fd, buffer, sizeof buffer, idle)) > 0)
        if (send_with_timeout(fd, buffer, (size_t)n, idle) < 0)
            break;
    close(fd);
    return NULL;
}

static void start(int fd)
{
    int *own = malloc(sizeof *own);
    pthread_attr_t attributes;
    pthread_t thread;
    if (!own) {
        close(fd);
        return;
    }
    *own = fd;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 512 * 1024);
    if (pthread_create(&thread, &attributes, serve, own) == 0) {
        pthread_detach(thread);
    } else {
        close(fd);
        free(own);
    }
    pthread_attr_destroy(&attributes);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigaddset(&term, SIGINT);
    pthread_sigmask(SIG_BLOCK, &term, &before);
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        struct pollfd one = {listener, POLLIN, 0};
        if (ppoll(&one, 1, NULL, &before) <= 0)
            continue;
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            start(fd);
        else if (errno != EINTR && errno != EAGAIN && errno != ECONNABORTED)
            nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    close(listener);
    return 0;
}
