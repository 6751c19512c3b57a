/* Fails: 2 3; perhaps 44 */
/* A process for each connection. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

static int ready(int fd, short events, int seconds)
{
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    for (;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        long left = (end.tv_sec - now.tv_sec) * 1000 + (end.tv_nsec - now.tv_nsec) / 1000000;
        struct pollfd one = {fd, events, 0};
        int n = poll(&one, 1, left > 0 ? (int)left : 0);
        if (n == 0)
            errno = ETIMEDOUT;
        if (n >= 0 || errno != EINTR)
            return n;
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    return ready(sockfd, POLLIN, timeout_sec) > 0 ? (int)recv(sockfd, buffer, len, 0) : -1;
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    return ready(sockfd, POLLOUT, timeout_sec) > 0
               ? (int)send(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL)
               : -1;
}

static void serve(int fd, int idle)
{
    struct timeval limit = {.tv_sec = idle};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    char buffer[4096];
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (ssize_t sent = 0; sent < n;) {
            ssize_t m = send(fd, buffer + sent, (size_t)(n - sent), MSG_NOSIGNAL);
            if (m < 0 && errno != EINTR)
                return;
            sent += m > 0 ? m : 0;
        }
    }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    int idle = support_number(argc, argv, 2, 30);
    support_catch_stop();
    signal(SIGCHLD, SIG_IGN);
    int listener = support_listen(port);
    while (!support_stopping) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE)
                poll(NULL, 0, 20);
            continue;
        }
        pid_t pid = fork();
        if (pid == 0) {
            signal(SIGTERM, SIG_DFL);
            close(listener);
            serve(fd, idle);
            _exit(0);
        }
        close(fd);
    }
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    return 0;
}
