/* Style: stack size as a default of the process, a signal handler that ends it, read and write. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support.h"

struct connection {
    int fd;
    size_t length;
    char data[3000];
};

static int idle;

static void leave(int signal)
{
    (void)signal;
    _exit(0);
}

static int set_timeout(int fd, int option, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    return setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit);
}

static int limited_select(int fd, fd_set *in, fd_set *out, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    fd_set kept;
    int n;
    FD_ZERO(&kept);
    FD_SET(fd, &kept);
    while (*(in ? in : out) = kept,
           (n = select(fd + 1, in, out, NULL, &limit)) < 0 && errno == EINTR)
        continue;
    if (n == 0)
        errno = ETIMEDOUT;
    return n > 0 ? 0 : -1;
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    fd_set set;
    if (sockfd < FD_SETSIZE)
        return limited_select(sockfd, &set, NULL, timeout_sec)
                   ? -1
                   : (int)recv(sockfd, buffer, len, 0);
    errno = EOVERFLOW;
    return -1;
}

/* Blocking sends with a time limit of their own. */
int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    fd_set set;
    if (limited_select(sockfd, NULL, &set, timeout_sec))
        return -1;
    set_timeout(sockfd, SO_SNDTIMEO, timeout_sec);
    ssize_t n = send(sockfd, buffer, len, MSG_NOSIGNAL);
    set_timeout(sockfd, SO_SNDTIMEO, 0);
    if (n < 0 && errno == EAGAIN)
        errno = ETIMEDOUT;
    return (int)n;
}

static int flush(struct connection *connection)
{
    while (connection->length) {
        ssize_t n = write(connection->fd, connection->data, connection->length);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0) {
            connection->length -= (size_t)n;
            memmove(connection->data, connection->data + n, connection->length);
        }
    }
    return 0;
}

static void *run(void *arg)
{
    struct connection *connection = arg;
    int on = 1;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    set_timeout(connection->fd, SO_RCVTIMEO, idle);
    set_timeout(connection->fd, SO_SNDTIMEO, idle);
    for (;;) {
        ssize_t n = read(connection->fd, connection->data, sizeof connection->data);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        connection->length = n > 0 ? (size_t)n : 0;
        if (flush(connection))
            break;
    }
    shutdown(connection->fd, SHUT_WR);
    close(connection->fd);
    free(connection);
    pthread_exit(NULL);
}

static void begin(int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);
    pthread_t thread;
    int error = ENOMEM;
    if (connection) {
        connection->fd = fd;
        error = pthread_create(&thread, NULL, run, connection);
    }
    if (!error) {
        pthread_detach(thread);
        return;
    }
    free(connection);
    close(fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 30);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, leave);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    pthread_setattr_default_np(&small);
    int listener = support_listen(port);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            begin(fd);
        else if (errno != EINTR && errno != ECONNABORTED)
            usleep(5000);
    }
}
