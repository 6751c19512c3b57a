/* Fails: 1 3 4 5 */
/* Model: a process for each connection, asleep in recv and send. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
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

static void serve(int fd)
{
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
    _exit(0);
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    signal(SIGCHLD, SIG_IGN);
    while (!support_stopping) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 && errno == EMFILE)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        if (fd < 0)
            continue;
        if (fork() == 0) {
            signal(SIGTERM, SIG_DFL);
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            close(listener);
            serve(fd);
        }
        close(fd);
    }
    exit(0);
}
