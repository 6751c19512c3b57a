/* Style: readv and writev, SIGPIPE handled, SIGTERM by sigwait, a helper thread that accepts. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

static int idle, listener, spare = -1;

static void nothing(int signal)
{
    (void)signal;
}

static int ready(fd_set *readable, fd_set *writable, int fd, int seconds)
{
    struct timespec begin, now, left = {.tv_sec = seconds};
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (;;) {
        fd_set *set = readable ? readable : writable;
        FD_ZERO(set);
        FD_SET(fd, set);
        int n = pselect(fd + 1, readable, writable, NULL, &left, NULL);
        if (n == 0)
            errno = ETIMEDOUT;
        if (n >= 0 || errno != EINTR)
            return n > 0 ? 0 : -1;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t rest =
            (int64_t)seconds * 1000000000 -
            ((int64_t)(now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec);
        rest = rest < 0 ? 0 : rest;
        left = (struct timespec){.tv_sec = rest / 1000000000, .tv_nsec = rest % 1000000000};
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    fd_set set;
    if (sockfd >= FD_SETSIZE) {
        errno = EBADF;
        return -1;
    }
    if (ready(&set, NULL, sockfd, timeout_sec) < 0)
        return -1;
    return (int)recv(sockfd, buffer, len, 0);
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    fd_set set;
    if (sockfd >= FD_SETSIZE) {
        errno = EBADF;
        return -1;
    }
    if (ready(NULL, &set, sockfd, timeout_sec) < 0)
        return -1;
    return (int)send(sockfd, buffer, len, MSG_DONTWAIT);
}

static int write_all(int fd, struct iovec *parts, int count)
{
    while (count > 0) {
        if (parts->iov_len == 0) {
            parts++;
            count--;
            continue;
        }
        ssize_t n = writev(fd, parts, count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        for (int i = 0; i < count && n > 0; i++) {
            size_t part = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
            parts[i].iov_base = (char *)parts[i].iov_base + part;
            parts[i].iov_len -= part;
            n -= (ssize_t)part;
        }
    }
    return 0;
}

static void *client(void *arg)
{
    int fd = (int)(intptr_t)arg;
    struct timeval limit = {.tv_sec = idle};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    char first[100], second[5000];
    for (;;) {
        struct iovec in[2] = {{first, sizeof first}, {second, sizeof second}};
        ssize_t n = readv(fd, in, 2);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size_t head = (size_t)n < sizeof first ? (size_t)n : sizeof first;
        struct iovec out[2] = {{first, head}, {second, (size_t)n - head}};
        if (write_all(fd, out, 2) < 0)
            break;
    }
    close(fd);
    return NULL;
}

/* Without a free descriptor: the spare one takes the client from the queue, to turn it away. */
static void turn_away(void)
{
    close(spare);
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0)
        close(fd);
    spare = dup(listener);
}

static void *accept_all(void *unused)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;
        if (fd >= 0) {
            if (pthread_create(&thread, &attributes, client, (void *)(intptr_t)fd) != 0)
                close(fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            turn_away();
        }
    }
    return unused;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    signal(SIGPIPE, nothing);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    listener = support_listen(port);
    spare = dup(listener);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    pthread_t acceptor;
    if (pthread_create(&acceptor, &attributes, accept_all, NULL) != 0)
        return 1;
    int got;
    while (sigwait(&set, &got) != 0)
        ;
    return 0;
}
