/* Style: echoes at once, keeps what did not fit, turns away with a reserve descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

struct client {
    int fd;
    char *rest; /* what send did not take; NULL */
    size_t len, pos;
};

static struct client *table;
static size_t count, capacity;
static int reserve;

int make_socket_non_blocking(int sockfd)
{
    int flags = fcntl(sockfd, F_GETFL);
    if (flags == -1)
        return -1;
    return fcntl(sockfd, F_SETFL, flags | O_NONBLOCK);
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    int on = 1;
    return ioctl(sockfd, FIONBIO, &on);
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    ssize_t n = recvfrom(sockfd, buffer, length, 0, NULL, NULL);
    *bytes_received = n < 0 ? 0 : n;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? IO_WOULD_BLOCK : IO_ERROR;
    return n ? IO_SUCCESS : IO_CONNECTION_CLOSED;
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    const char *p = data, *end = p + length;
    io_result_t result = IO_SUCCESS;
    while (p < end && result == IO_SUCCESS) {
        ssize_t n = sendto(sockfd, p, end - p, MSG_NOSIGNAL, NULL, 0);
        if (n >= 0)
            p += n;
        else if (errno == EAGAIN)
            result = IO_WOULD_BLOCK;
        else if (errno != EINTR)
            result = errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED : IO_ERROR;
    }
    *bytes_sent = p - (const char *)data;
    return result;
}

static void take(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && reserve >= 0) {
        close(reserve);
        fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            close(fd);
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return;
    }
    if (fd < 0)
        return;
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 8;
        table = realloc(table, capacity * sizeof *table);
    }
    table[count++] = (struct client){.fd = fd};
}

static int flush(struct client *c)
{
    size_t n;
    io_result_t r = non_blocking_send_all(c->fd, c->rest + c->pos, c->len - c->pos, &n);
    c->pos += n;
    if (r == IO_ERROR || r == IO_CONNECTION_CLOSED)
        return 0;
    if (c->pos == c->len) {
        free(c->rest);
        c->rest = NULL;
    }
    return 1;
}

static int serve(struct client *c)
{
    static char buffer[32768];
    if (c->rest && !flush(c))
        return 0;
    for (int i = 0; i < 8 && !c->rest; i++) {
        size_t got, sent;
        io_result_t r = non_blocking_recv_some(c->fd, buffer, sizeof buffer, &got);
        if (r == IO_WOULD_BLOCK)
            return 1;
        if (r != IO_SUCCESS)
            return 0;
        r = non_blocking_send_all(c->fd, buffer, got, &sent);
        if (r == IO_WOULD_BLOCK) {
            c->len = got - sent;
            c->pos = 0;
            c->rest = malloc(c->len);
            memcpy(c->rest, buffer + sent, c->len);
        } else if (r != IO_SUCCESS) {
            return 0;
        }
    }
    return 1;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    make_socket_non_blocking(listener);
    reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (!support_stopping) {
        take(listener);
        for (size_t i = 0; i < count; i++)
            if (!serve(&table[i])) {
                close(table[i].fd);
                free(table[i].rest);
                table[i--] = table[--count];
            }
        usleep(1000);
    }
    for (size_t i = 0; i < count; i++) {
        close(table[i].fd);
        free(table[i].rest);
    }
    free(table);
    close(reserve);
    close(listener);
    return 0;
}
