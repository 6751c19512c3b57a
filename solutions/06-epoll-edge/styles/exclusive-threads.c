/* Style: EPOLLEXCLUSIVE. Four threads, each with an epoll descriptor, clients and a list of its
   own; the listener stands in all four, and a new client wakes not all of them. All is opened
   before the first thread begins: who has been answered has seen the last of it. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define THREADS 4
#define SIZE    20000

struct guest {
    int fd;
    bool in, out, busy;
    size_t start, end;
    char bytes[SIZE];
    STAILQ_ENTRY(guest) later;
    LIST_ENTRY(guest) all;
};

struct house {
    int epoll;
    bool knocked, full;
    STAILQ_HEAD(, guest) later;
    LIST_HEAD(, guest) all;
};

static struct house houses[THREADS]; /* the first one is for the first thread */
static int server_fd, over;

static void leave(struct house *house, struct guest *guest)
{
    LIST_REMOVE(guest, all);
    close(guest->fd);
    free(guest);
    house->full = false;
}

static void enter(struct house *house, int fd)
{
    struct guest *guest = calloc(1, sizeof *guest);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = guest};
    guest->fd = fd;
    LIST_INSERT_HEAD(&house->all, guest, all);
    epoll_ctl(house->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* One, then the guests again: the other threads want some too. */
static void open_door(struct house *house)
{
    int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
        enter(house, fd);
    else if (errno == EAGAIN)
        house->knocked = false;
    else
        house->full = errno != EINTR && errno != ECONNABORTED;
}

static bool try_again(ssize_t n, bool *flag)
{
    if (n >= 0 || errno == EINTR)
        return true;
    *flag = false;
    return errno == EAGAIN;
}

static bool serve(struct guest *guest)
{
    ssize_t n;
    if (guest->in && guest->start == guest->end) {
        n = recvfrom(guest->fd, guest->bytes, SIZE, 0, NULL, NULL);
        if (n == 0 || !try_again(n, &guest->in))
            return false;
        guest->start = 0;
        guest->end = n > 0 ? (size_t)n : 0;
    }
    if (guest->out && guest->start < guest->end) {
        n = sendto(guest->fd, guest->bytes + guest->start, guest->end - guest->start,
                   MSG_NOSIGNAL, NULL, 0);
        if (!try_again(n, &guest->out))
            return false;
        guest->start += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void later(struct house *house, struct guest *guest)
{
    if (guest->busy || !(guest->start < guest->end ? guest->out : guest->in))
        return;
    guest->busy = true;
    STAILQ_INSERT_TAIL(&house->later, guest, later);
}

static void round_of(struct house *house)
{
    STAILQ_HEAD(, guest) now = STAILQ_HEAD_INITIALIZER(now);
    STAILQ_CONCAT(&now, &house->later);
    while (!STAILQ_EMPTY(&now)) {
        struct guest *guest = STAILQ_FIRST(&now);
        STAILQ_REMOVE_HEAD(&now, later);
        guest->busy = false;
        if (serve(guest))
            later(house, guest);
        else
            leave(house, guest);
    }
}

static void hear(struct house *house, const struct epoll_event *event)
{
    struct guest *guest = event->data.ptr;
    if (!guest) {
        house->knocked = true;
        return;
    }
    guest->in = guest->in || (event->events & ~(uint32_t)EPOLLOUT);
    guest->out = guest->out || (event->events & ~(uint32_t)EPOLLIN);
    later(house, guest);
}

static void build(struct house *house)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET | EPOLLEXCLUSIVE};
    house->epoll = epoll_create1(EPOLL_CLOEXEC);
    STAILQ_INIT(&house->later);
    epoll_ctl(house->epoll, EPOLL_CTL_ADD, server_fd, &event);
    event = (struct epoll_event){.events = EPOLLIN, .data.ptr = &over};
    epoll_ctl(house->epoll, EPOLL_CTL_ADD, over, &event);
}

static void *live(void *one)
{
    struct house *house = one;
    struct epoll_event events[32];
    bool going = true;
    while (going && !support_stopping) {
        bool work = !STAILQ_EMPTY(&house->later) || (house->knocked && !house->full);
        int sleep = work ? 0 : house->knocked ? 250 : house == houses ? 500 : -1;
        int n = epoll_wait(house->epoll, events, 32, sleep);
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr == &over)
                going = false;
            else
                hear(house, &events[i]);
        round_of(house);
        if (house->knocked)
            open_door(house);
    }
    while (!LIST_EMPTY(&house->all))
        leave(house, LIST_FIRST(&house->all));
    close(house->epoll);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS - 1];
    sigset_t stop, before;
    int port = support_port(argc, argv);
    support_catch_stop();
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    server_fd = support_listen(port);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    over = eventfd(0, EFD_CLOEXEC);
    for (int i = 0; i < THREADS; i++)
        build(&houses[i]);
    for (int i = 0; i < THREADS - 1; i++)
        pthread_create(&threads[i], NULL, live, &houses[i + 1]);
    pthread_sigmask(SIG_SETMASK, &before, NULL); /* signals are for this thread */
    live(houses);
    eventfd_write(over, 1);
    for (int i = 0; i < THREADS - 1; i++)
        pthread_join(threads[i], NULL);
    close(over);
    close(server_fd);
    return 0;
}
