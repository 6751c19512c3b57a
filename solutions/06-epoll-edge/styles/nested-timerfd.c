/* Style: two epoll descriptors. The outer one has the listener, a timer and a signalfd, level-
   triggered, and the inner one, which has all clients. A table by descriptor, a mirrored ring in
   two vectors for each client (readv, writev); a timerfd brings back those who could not be
   accepted. Serves a client until EAGAIN or eight receives, then puts it into a bitmap. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support.h"

#define MOST 8192
#define RING 16384

struct ring {
    uint64_t head, tail; /* received and sent so far */
    bool ended, more;
    char bytes[RING];
};

static struct ring *rings[MOST];
static int outer, inner, listener, timer, signals, pending_count;
static bool listening = true;

static int spans(struct ring *ring, struct iovec v[2], uint64_t from, uint64_t to)
{
    size_t at = from % RING, length = (size_t)(to - from);
    size_t first = length < RING - at ? length : RING - at;
    v[0] = (struct iovec){ring->bytes + at, first};
    v[1] = (struct iovec){ring->bytes, length - first};
    return length == first ? 1 : 2;
}

static void set_listening(bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.fd = listener};
    struct itimerspec again = {.it_value.tv_nsec = on ? 0 : 200000000};
    if (listening == on)
        return;
    listening = on;
    epoll_ctl(outer, EPOLL_CTL_MOD, listener, &event);
    timerfd_settime(timer, 0, &again, NULL);
}

static void forget(int fd)
{
    pending_count -= rings[fd]->more;
    free(rings[fd]);
    rings[fd] = NULL;
    epoll_ctl(inner, EPOLL_CTL_DEL, fd, NULL);
    close(fd);
    set_listening(true);
}

static void admit(void)
{
    int on = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            set_listening(false);
        return;
    }
    if (fd >= MOST || !(rings[fd] = calloc(1, sizeof *rings[fd]))) {
        close(fd);
        return;
    }
    ioctl(fd, FIONBIO, &on);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET,
                                .data.fd = fd};
    epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event);
}

enum result { DONE, EMPTY, BROKEN };

static enum result result_of(ssize_t n)
{
    return n >= 0 || errno == EINTR ? DONE : errno == EAGAIN ? EMPTY : BROKEN;
}

static enum result give_back(int fd, struct ring *ring)
{
    struct iovec v[2];
    enum result result = DONE;
    while (ring->tail < ring->head && result == DONE) {
        ssize_t n = writev(fd, v, spans(ring, v, ring->tail, ring->head));
        ring->tail += n > 0 ? (uint64_t)n : 0;
        result = result_of(n);
    }
    return result;
}

static void serve(int fd)
{
    struct ring *ring = rings[fd];
    struct iovec v[2];
    enum result in = DONE, out = DONE;
    pending_count -= ring->more;
    ring->more = false;
    out = give_back(fd, ring);
    for (int i = 0;
         i < 8 && in == DONE && !ring->ended && ring->head < ring->tail + RING && out != BROKEN;
         i++) {
        ssize_t n = readv(fd, v, spans(ring, v, ring->head, ring->tail + RING));
        ring->ended = n == 0;
        ring->head += n > 0 ? (uint64_t)n : 0;
        in = result_of(n);
        out = give_back(fd, ring);
    }
    bool rest = ring->tail < ring->head;
    if (in == BROKEN || out == BROKEN || (ring->ended && !rest))
        forget(fd);
    else if (in == DONE && !ring->ended && ring->head < ring->tail + RING) {
        ring->more = true;
        pending_count++;
    }
}

static void serve_inner(void)
{
    struct epoll_event events[100];
    int n = epoll_wait(inner, events, 100, 0);
    for (int i = 0; i < n; i++)
        if (rings[events[i].data.fd] && !rings[events[i].data.fd]->more) {
            rings[events[i].data.fd]->more = true;
            pending_count++;
        }
    for (int fd = 0; fd < MOST && pending_count; fd++)
        if (rings[fd] && rings[fd]->more)
            serve(fd);
}

static void add(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(outer, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    sigset_t stop;
    bool going = true;
    int port = support_port(argc, argv);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals = signalfd(-1, &stop, SFD_NONBLOCK);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    outer = epoll_create1(0);
    inner = epoll_create1(0);
    listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    add(signals);
    add(timer);
    add(inner);
    add(listener);
    while (going) {
        struct epoll_event events[4];
        int n = epoll_wait(outer, events, 4, pending_count ? 0 : -1);
        for (int i = 0; i < n; i++) {
            uint64_t times;
            if (events[i].data.fd == signals)
                going = false;
            else if (events[i].data.fd == listener)
                admit();
            else if (events[i].data.fd == timer && read(timer, &times, sizeof times) > 0)
                set_listening(true);
        }
        serve_inner();
    }
    for (int fd = 0; fd < MOST; fd++)
        if (rings[fd])
            forget(fd);
    close(listener);
    close(inner);
    close(outer);
    close(timer);
    close(signals);
    return 0;
}
