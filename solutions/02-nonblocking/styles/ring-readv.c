/* Style: a ring of 64 KiB for each client, readv and writev around its end, ioctl everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define RING 65536u

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

struct ring {
    bool open, ended;
    unsigned head, tail; /* free-running */
    char *data;
};
static struct ring rings[4096]; /* by descriptor */
static int highest;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL);
    return flags == -1 ? -1 : fcntl(sockfd, F_SETFL, flags | O_NONBLOCK);
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    return ioctl(sockfd, FIONBIO, &(int){1});
}

static io_result_t result_of(ssize_t n, size_t *count)
{
    *count = n > 0 ? (size_t)n : 0;
    if (n > 0)
        return IO_SUCCESS;
    if (n == 0)
        return IO_CONNECTION_CLOSED;
    if (errno == EWOULDBLOCK || errno == EINTR)
        return IO_WOULD_BLOCK;
    return errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    struct iovec part = {buffer, length};
    return result_of(readv(sockfd, &part, 1), bytes_received);
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    size_t done = 0, n;
    io_result_t r = IO_SUCCESS;
    while (done < length && r == IO_SUCCESS) {
        struct iovec part = {(char *)data + done, length - done};
        r = result_of(writev(sockfd, &part, 1), &n);
        done += n;
    }
    *bytes_sent = done;
    return r;
}

static int parts(struct ring *r, struct iovec part[2], unsigned from, unsigned size)
{
    unsigned first = RING - from % RING;
    if (first > size)
        first = size;
    part[0] = (struct iovec){r->data + from % RING, first};
    part[1] = (struct iovec){r->data, size - first};
    return size > first ? 2 : 1;
}

static void leave(int fd)
{
    free(rings[fd].data);
    rings[fd] = (struct ring){0};
    close(fd);
}

static bool serve(int fd)
{
    struct ring *r = &rings[fd];
    struct iovec part[2];
    size_t n;
    bool moved = false;
    unsigned used = r->head - r->tail;
    if (used) {
        int count = parts(r, part, r->tail, used);
        io_result_t result = result_of(writev(fd, part, count), &n);
        r->tail += n;
        moved = n > 0;
        if (result == IO_ERROR || result == IO_CONNECTION_CLOSED) {
            leave(fd);
            return true;
        }
    }
    used = r->head - r->tail;
    if (r->ended && !used) {
        leave(fd);
        return true;
    }
    if (!r->ended && used < RING) {
        int count = parts(r, part, r->head, RING - used);
        io_result_t result = result_of(readv(fd, part, count), &n);
        r->head += n;
        moved |= result != IO_WOULD_BLOCK;
        if (result == IO_CONNECTION_CLOSED)
            r->ended = true; /* after a reset too: the next writev says so */
        else if (result == IO_ERROR)
            leave(fd);
    }
    return moved;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking_ioctl(listener);
    while (!support_stopping) {
        bool moved = false;
        int fd;
        while ((fd = accept(listener, NULL, NULL)) >= 0) {
            moved = true;
            if (fd >= 4096 || make_socket_non_blocking_ioctl(fd) ||
                !(rings[fd].data = malloc(RING))) {
                close(fd);
                continue;
            }
            rings[fd].open = true;
            if (fd > highest)
                highest = fd;
        }
        for (fd = 0; fd <= highest; fd++)
            if (rings[fd].open)
                moved |= serve(fd);
        if (!moved)
            clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){0, 1000000}, NULL);
    }
    for (int fd = 0; fd <= highest; fd++)
        if (rings[fd].open)
            leave(fd);
    close(listener);
}
