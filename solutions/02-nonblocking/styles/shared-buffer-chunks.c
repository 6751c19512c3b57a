/* Style: a shared buffer of 64 KiB for all receives; only what could not be sent is kept, in linked
   chunks, up to a high-water mark, and receiving goes on meanwhile below it; clients by
   descriptor; a pause by the clock, at full milliseconds. */
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

#define SHARED 65536
#define HIGH   (4 * SHARED)
#define PLACES 4096

struct chunk {
    struct chunk *next;
    size_t from, to;
    char data[];
};

struct client {
    bool open, ended;
    struct chunk *first, **last;
    size_t queued;
};

static struct client clients[PLACES];
static int highest = -1;
static char shared[SHARED];

static void drop(int fd)
{
    struct client *client = &clients[fd];
    while (client->first) {
        struct chunk *next = client->first->next;
        free(client->first);
        client->first = next;
    }
    *client = (struct client){0};
    close(fd);
    while (highest >= 0 && !clients[highest].open)
        highest--;
}

static bool keep(struct client *client, const char *data, size_t size)
{
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        return false;
    chunk->next = NULL;
    chunk->from = 0;
    chunk->to = size;
    memcpy(chunk->data, data, size);
    if (!client->first)
        client->last = &client->first;
    *client->last = chunk;
    client->last = &chunk->next;
    client->queued += size;
    return true;
}

static bool flush_queue(int fd, bool *moved)
{
    struct client *client = &clients[fd];
    while (client->first) {
        struct chunk *chunk = client->first;
        size_t sent;
        io_result_t result = non_blocking_send_all(fd, chunk->data + chunk->from,
                                                   chunk->to - chunk->from, &sent);
        *moved |= sent > 0;
        chunk->from += sent;
        client->queued -= sent;
        if (result == IO_WOULD_BLOCK)
            return true;
        if (result != IO_SUCCESS)
            return false;
        client->first = chunk->next;
        free(chunk);
    }
    return true;
}

static bool take(int fd, bool *moved)
{
    struct client *client = &clients[fd];
    if (client->ended || client->queued + SHARED > HIGH)
        return true;
    size_t received, sent = 0;
    io_result_t result = non_blocking_recv_some(fd, shared, sizeof shared, &received);
    if (result == IO_WOULD_BLOCK)
        return true;
    if (result == IO_ERROR)
        return false;
    *moved = true;
    client->ended = result == IO_CONNECTION_CLOSED;
    if (!client->first) {
        io_result_t sending = non_blocking_send_all(fd, shared, received, &sent);
        if (sending == IO_ERROR || sending == IO_CONNECTION_CLOSED)
            return false;
    }
    return sent == received || keep(client, shared + sent, received - sent);
}

static bool accept_all(int listener)
{
    bool moved = false;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 && errno == EINTR && !support_stopping)
            continue;
        if (fd < 0)
            return moved;
        moved = true;
        if (fd >= PLACES || make_socket_non_blocking(fd) < 0) {
            close(fd);
            continue;
        }
        clients[fd].open = true;
        if (fd > highest)
            highest = fd;
    }
}

/* Until the next full millisecond. */
static void pause_on_the_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec = (time.tv_nsec / 1000000 + 1) * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    support_catch_stop();
    int listener = support_listen(port);
    make_socket_non_blocking(listener);
    while (!support_stopping) {
        bool moved = accept_all(listener);
        for (int fd = 0; fd <= highest; fd++) {
            struct client *client = &clients[fd];
            if (!client->open)
                continue;
            if (!flush_queue(fd, &moved) || !take(fd, &moved) ||
                (client->ended && !client->first)) {
                drop(fd);
                moved = true;
            }
        }
        if (!moved)
            pause_on_the_clock();
    }
    for (int fd = highest; fd >= 0; fd--)
        if (clients[fd].open)
            drop(fd);
    close(listener);
    return 0;
}
