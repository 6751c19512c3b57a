/* Fails: 3 4 5 */
/* Model: blocking descriptors with time-outs of a few microseconds (SO_RCVTIMEO, SO_SNDTIMEO).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
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

#define MOST 1000
#define SIZE 4096

struct client {
    int fd;
    bool finished;
    size_t length, position;
    char buffer[SIZE];
};

static struct client *clients[MOST];
static size_t count;

static bool alive(struct client *client)
{
    if (client->position == client->length && !client->finished) {
        io_result_t result =
            non_blocking_recv_some(client->fd, client->buffer, SIZE, &client->length);
        client->position = 0;
        client->finished = result == IO_CONNECTION_CLOSED;
        if (result == IO_ERROR)
            return false;
    }
    if (client->position == client->length)
        return !client->finished;
    size_t sent;
    io_result_t result = non_blocking_send_all(client->fd, client->buffer + client->position,
                                               client->length - client->position, &sent);
    client->position += sent;
    return result == IO_SUCCESS || result == IO_WOULD_BLOCK;
}

static void drop(size_t i)
{
    close(clients[i]->fd);
    free(clients[i]);
    clients[i] = clients[--count];
}

static void limit_waiting(int fd)
{
    struct timeval limit = {.tv_usec = 1};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

static bool admit(int listener)
{
    int fd = count < MOST ? accept(listener, NULL, NULL) : -1;
    if (fd < 0)
        return false;
    clients[count] = calloc(1, sizeof **clients);
    clients[count++]->fd = fd;
    limit_waiting(fd);
    return true;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    limit_waiting(listener);
    while (!support_stopping) {
        while (admit(listener))
            ;
        for (size_t i = 0; i < count;)
            if (alive(clients[i]))
                i++;
            else
                drop(i);
    }
    while (count > 0)
        drop(0);
    close(listener);
    return 0;
}
