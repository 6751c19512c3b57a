/*
 * Honest and wrong work on the functions of lab 01: they ask select(2) and do not wait.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

static int ask(int sockfd, int to_send)
{
    struct timeval none = {0};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(sockfd, &set);
    int ready = select(sockfd + 1, to_send ? NULL : &set, to_send ? &set : NULL, NULL, &none);
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 ? 0 : -1;
}

__attribute__((weak)) void waited(int seconds);

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    for (int i = 0; i < 300; i++) { /* a moment, for what is under way */
        if (ask(sockfd, 0) == 0)
            return (int)recv(sockfd, buffer, len, 0);
        usleep(1000);
    }
    if (waited)
        waited(timeout_sec);
    errno = ETIMEDOUT;
    return -1;
}

int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    if (ask(sockfd, 1) == 0)
        return (int)send(sockfd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (waited)
        waited(timeout_sec);
    errno = ETIMEDOUT;
    return -1;
}

int main(int argc, char **argv)
{
    return support_port(argc, argv) == 0;
}
