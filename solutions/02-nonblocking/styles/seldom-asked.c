/* Style: who has spoken lately is asked in each sweep, the others in turn, eight sweeps apart;
   recvmsg and sendmsg; what was received is sent in the same breath, the rest later. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL, 0);
    if (flags == -1)
        return -1;
    if (flags & O_NONBLOCK)
        return 0;
    return fcntl(sockfd, F_SETFL, flags | O_NONBLOCK);
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    return ioctl(sockfd, FIONBIO, &(int){1});
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length, size_t *count)
{
    for (;;) {
        ssize_t n = recv(sockfd, buffer, length, 0);
        *count = n < 0 ? 0 : (size_t)n;
        if (n > 0)
            return IO_SUCCESS;
        if (n == 0)
            return IO_CONNECTION_CLOSED;
        if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        if (errno != EINTR)
            return IO_ERROR;
    }
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length, size_t *count)
{
    for (*count = 0; *count < length;) {
        ssize_t n = send(sockfd, (const char *)data + *count, length - *count, MSG_NOSIGNAL);
        if (n >= 0)
            *count += (size_t)n;
        else if (errno == EAGAIN)
            return IO_WOULD_BLOCK;
        else if (errno == EPIPE || errno == ECONNRESET)
            return IO_CONNECTION_CLOSED;
        else if (errno != EINTR)
            return IO_ERROR;
    }
    return IO_SUCCESS;
}

#define PLACE  2048
#define QUIET  50 /* sweeps without a byte: then it is asked less often */
#define SELDOM 8

struct client {
    int fd, silent;
    bool ended;
    size_t from, to;
    char data[PLACE];
    struct client *next;
};

static struct client *clients;
static volatile sig_atomic_t over;
static unsigned sweep;

static void on_term(int signal)
{
    (void)signal;
    over = 1;
}

/* Bytes moved; 0: not now; -1: broken, or the end of the input. */
static ssize_t transfer(struct client *client, bool out)
{
    struct iovec part = {client->data + (out ? client->from : 0),
                         out ? client->to - client->from : PLACE};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    for (;;) {
        ssize_t n = out ? sendmsg(client->fd, &message, MSG_NOSIGNAL)
                        : recvmsg(client->fd, &message, 0);
        if (n > 0)
            return n;
        if (n == 0 && !out) {
            client->ended = true;
            return -1;
        }
        if (n == 0 || errno == EAGAIN)
            return 0;
        if (errno != EINTR)
            return -1;
    }
}

/* False: it is to be closed. */
static bool serve(struct client *client, bool *moved)
{
    if (client->from == client->to) {
        ssize_t n = transfer(client, false);
        if (n < 0)
            return false;
        client->from = 0;
        client->to = (size_t)n;
    }
    if (client->from == client->to) {
        client->silent++;
        return true;
    }
    ssize_t n = transfer(client, true);
    if (n < 0)
        return false;
    client->from += (size_t)n;
    if (n > 0) {
        client->silent = 0;
        *moved = true;
    }
    return true;
}

static bool accept_some(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return false;
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return true;
    }
    client->fd = fd;
    client->next = clients;
    clients = client;
    return true;
}

static bool turn(struct client *client, unsigned number)
{
    return client->silent < QUIET || client->from < client->to ||
           (sweep + number) % SELDOM == 0;
}

static bool sweep_all(void)
{
    bool moved = false;
    unsigned number = 0;
    sweep++;
    for (struct client **at = &clients; *at; number++) {
        struct client *client = *at;
        if (!turn(client, number) || serve(client, &moved)) {
            at = &client->next;
            continue;
        }
        *at = client->next;
        close(client->fd);
        free(client);
        moved = true;
    }
    return moved;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    struct sigaction action = {.sa_handler = on_term};
    sigaction(SIGTERM, &action, NULL);
    int listener = support_listen(port);
    make_socket_non_blocking_ioctl(listener);
    while (!over) {
        bool moved = accept_some(listener);
        moved |= sweep_all();
        if (!moved)
            nanosleep(&(struct timespec){.tv_nsec = 1500000}, NULL);
    }
    for (struct client *client = clients; client; client = client->next)
        close(client->fd);
    close(listener);
    return 0;
}
