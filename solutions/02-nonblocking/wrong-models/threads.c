/* Fails: 1 3 4 */
/* Model: a thread for each connection, asleep in recv and send. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL);
    return flags < 0 ? -1 : fcntl(sockfd, F_SETFL, flags | O_NONBLOCK);
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    int on = 1;
    return ioctl(sockfd, FIONBIO, &on);
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    ssize_t n;
    do
        n = recv(sockfd, buffer, length, 0);
    while (n < 0 && errno == EINTR);
    *bytes_received = n > 0 ? (size_t)n : 0;
    if (n >= 0)
        return n ? IO_SUCCESS : IO_CONNECTION_CLOSED;
    return errno == EAGAIN ? IO_WOULD_BLOCK : IO_ERROR;
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    *bytes_sent = 0;
    while (*bytes_sent < length) {
        ssize_t n =
            send(sockfd, (const char *)data + *bytes_sent, length - *bytes_sent, MSG_NOSIGNAL);
        if (n >= 0)
            *bytes_sent += (size_t)n;
        else if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        else if (errno != EINTR)
            return errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
    }
    return IO_SUCCESS;
}

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char buffer[4096];
    size_t received, sent, more;
    io_result_t result;
    do {
        result = non_blocking_recv_some(fd, buffer, sizeof buffer, &received);
        for (sent = 0; sent < received; sent += more) {
            result = non_blocking_send_all(fd, buffer + sent, received - sent, &more);
            if (result != IO_SUCCESS && result != IO_WOULD_BLOCK)
                break;
        }
    } while (result == IO_SUCCESS || result == IO_WOULD_BLOCK);
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    while (!support_stopping) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;
        if (fd < 0 && errno == EMFILE)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        else if (fd >= 0 &&
                 pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
            close(fd);
    }
    exit(0);
}
