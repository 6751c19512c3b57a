/* Style: a spare descriptor to refuse clients with when there is none left; recvmsg and
   sendmsg; a queue of up to 64 KiB for each client that is read into while it drains; FIONBIO;
   a pool of slots found through a table of descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define ROOM 65536

struct peer {
    int fd;
    bool finished;
    size_t filled, sent;
    long long moved;
    char *queue;
};

static struct peer *by_fd[FD_SETSIZE];
static fd_set want_read, want_write;
static int top, spare = -1;
static long long idle_ns = 60000000000LL;

static long long clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void forget(struct peer *p, int server_fd)
{
    FD_CLR(p->fd, &want_read);
    FD_CLR(p->fd, &want_write);
    by_fd[p->fd] = NULL;
    close(p->fd);
    free(p->queue);
    free(p);
    while (top > server_fd && !by_fd[top])
        top--;
}

static void wish(struct peer *p)
{
    if (p->filled < ROOM && !p->finished)
        FD_SET(p->fd, &want_read);
    else
        FD_CLR(p->fd, &want_read);
    if (p->sent < p->filled)
        FD_SET(p->fd, &want_write);
    else
        FD_CLR(p->fd, &want_write);
}

static bool get(struct peer *p)
{
    struct iovec part = {p->queue + p->filled, ROOM - p->filled};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = recvmsg(p->fd, &message, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        p->finished = true;
    p->filled += (size_t)n;
    p->moved = clock_ns();
    return true;
}

static bool put(struct peer *p)
{
    struct iovec part = {p->queue + p->sent, p->filled - p->sent};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = sendmsg(p->fd, &message, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    p->sent += (size_t)n;
    p->moved = clock_ns();
    if (p->sent == p->filled)
        p->sent = p->filled = 0;
    return true;
}

static bool attend(struct peer *p, const fd_set *r, const fd_set *w)
{
    bool well = true;
    if (FD_ISSET(p->fd, r))
        well = get(p);
    if (well && p->sent < p->filled && (FD_ISSET(p->fd, w) || FD_ISSET(p->fd, r)))
        well = put(p);
    if (p->finished && p->sent == p->filled)
        return false;
    wish(p);
    return well && clock_ns() - p->moved < idle_ns;
}

static void welcome(int server_fd)
{
    int fd = accept(server_fd, NULL, NULL);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
        close(spare);
        fd = accept(server_fd, NULL, NULL);
        if (fd >= 0)
            close(fd);
        spare = open("/dev/null", O_RDONLY);
        return;
    }
    if (fd < 0)
        return;
    int yes = 1;
    struct peer *p = fd < FD_SETSIZE ? calloc(1, sizeof *p) : NULL;
    if (!p || !(p->queue = malloc(ROOM)) || ioctl(fd, FIONBIO, &yes) < 0) {
        if (p)
            free(p->queue);
        free(p);
        close(fd);
        return;
    }
    p->fd = fd;
    p->moved = clock_ns();
    by_fd[fd] = p;
    wish(p);
    if (fd > top)
        top = fd;
}

void select_based_echo_server(int server_fd)
{
    int yes = 1;
    ioctl(server_fd, FIONBIO, &yes);
    spare = open("/dev/null", O_RDONLY);
    top = server_fd;
    FD_ZERO(&want_read);
    FD_ZERO(&want_write);
    FD_SET(server_fd, &want_read);
    while (!support_stopping) {
        fd_set r = want_read, w = want_write, e;
        FD_ZERO(&e);
        struct timeval limit = {.tv_sec = 1};
        if (select(top + 1, &r, &w, &e, &limit) < 0)
            continue;
        if (FD_ISSET(server_fd, &r))
            welcome(server_fd);
        for (int fd = 0, last = top; fd <= last; fd++)
            if (by_fd[fd] && !attend(by_fd[fd], &r, &w))
                forget(by_fd[fd], server_fd);
    }
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (by_fd[fd])
            forget(by_fd[fd], server_fd);
    close(spare);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_ns = support_number(argc, argv, 2, 60) * 1000000000LL;
    support_catch_stop();
    int server_fd = support_listen(port);
    select_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
