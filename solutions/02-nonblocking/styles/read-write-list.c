/* Style: read and write, no SIGPIPE, accept4, a linked list, 1 KiB buffers, usleep. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef enum { IO_SUCCESS, IO_WOULD_BLOCK, IO_ERROR, IO_CONNECTION_CLOSED } io_result_t;

struct peer {
    struct peer *next;
    int fd, ended;
    size_t from, to;
    char buf[1024];
};

static volatile sig_atomic_t quit;
static void on_term(int n)
{
    (void)n;
    quit = 1;
}

int make_socket_non_blocking(int sockfd)
{
    int fl = fcntl(sockfd, F_GETFL, 0);
    if (fl == -1)
        return -1;
    if (fl & O_NONBLOCK)
        return 0;
    return fcntl(sockfd, F_SETFL, fl | O_NONBLOCK) == -1 ? -1 : 0;
}

int make_socket_non_blocking_ioctl(int sockfd)
{
    int yes = 1;
    return ioctl(sockfd, FIONBIO, &yes);
}

io_result_t non_blocking_recv_some(int sockfd, void *buffer, size_t length,
                                   size_t *bytes_received)
{
    *bytes_received = 0;
    ssize_t n = read(sockfd, buffer, length);
    if (n == 0)
        return IO_CONNECTION_CLOSED;
    if (n > 0) {
        *bytes_received = n;
        return IO_SUCCESS;
    }
    if (errno == EAGAIN || errno == EINTR)
        return IO_WOULD_BLOCK;
    perror("read");
    return IO_ERROR;
}

io_result_t non_blocking_send_all(int sockfd, const void *data, size_t length,
                                  size_t *bytes_sent)
{
    size_t total = 0;
    io_result_t r = IO_SUCCESS;
    while (total < length) {
        ssize_t n = write(sockfd, (const char *)data + total, length - total);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            r = errno == EAGAIN                         ? IO_WOULD_BLOCK
                : errno == EPIPE || errno == ECONNRESET ? IO_CONNECTION_CLOSED
                                                        : IO_ERROR;
            break;
        }
        total += n;
    }
    *bytes_sent = total;
    return r;
}

/* 0: gone */
static int serve(struct peer *p)
{
    if (p->from == p->to) {
        p->from = p->to = 0;
        if (p->ended)
            return 0;
        switch (non_blocking_recv_some(p->fd, p->buf, sizeof p->buf, &p->to)) {
        case IO_CONNECTION_CLOSED:
            p->ended = 1;
            return 0;
        case IO_ERROR:
            return 0;
        case IO_WOULD_BLOCK:
            return 1;
        case IO_SUCCESS:
            break;
        }
    }
    size_t n = 0;
    io_result_t r = non_blocking_send_all(p->fd, p->buf + p->from, p->to - p->from, &n);
    p->from += n;
    return r == IO_SUCCESS || r == IO_WOULD_BLOCK;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    struct sigaction sa = {.sa_handler = on_term};
    sigaction(SIGTERM, &sa, NULL);
    int one = 1, lfd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(lfd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in sin = {.sin_family = AF_INET,
                              .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    inet_pton(AF_INET, "127.0.0.1", &sin.sin_addr);
    if (bind(lfd, (struct sockaddr *)&sin, sizeof sin) || listen(lfd, 512)) {
        perror("listen");
        return 1;
    }
    struct peer *head = NULL;
    while (!quit) {
        int fd;
        struct sockaddr_in who;
        socklen_t len = sizeof who;
        if ((fd = accept4(lfd, (struct sockaddr *)&who, &len, SOCK_NONBLOCK)) >= 0) {
            struct peer *p = malloc(sizeof *p);
            if (!p) {
                close(fd);
            } else {
                p->fd = fd;
                p->from = p->to = p->ended = 0;
                p->next = head;
                head = p;
            }
        }
        for (struct peer **at = &head; *at;) {
            struct peer *p = *at;
            if (serve(p)) {
                at = &p->next;
            } else {
                *at = p->next;
                close(p->fd);
                free(p);
            }
        }
        usleep(1000);
    }
    for (struct peer *p = head, *next; p; p = next) {
        next = p->next;
        close(p->fd);
        free(p);
    }
    close(lfd);
    return 0;
}
