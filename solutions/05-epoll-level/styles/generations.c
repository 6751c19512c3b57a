/*
 * Right, in another style: clients in a table that grows, found by index and generation, so that
 * a stale event finds nobody; readv and writev around a ring; epoll_pwait.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define RING 8192 /* a power of two */

struct slot {
    int fd; /* -1: free */
    uint32_t generation, events;
    uint32_t in, out; /* bytes ever received and sent */
    bool ended;
    uint64_t stamp; /* of the last activity, in order */
    int64_t active; /* ms */
    unsigned char *ring;
};

static struct slot *slots;
static int used, room, alive, capacity, epoll_fd, listening;
static uint64_t stamps;
static int64_t now, pause_until, idle;

static uint64_t token(int index)
{
    return (uint64_t)slots[index].generation << 32 | (uint32_t)(index + 1);
}

static void ask(int operation, int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    epoll_ctl(epoll_fd, operation, fd, &event);
}

static void let_go(int index)
{
    struct slot *slot = &slots[index];
    close(slot->fd);
    free(slot->ring);
    slot->ring = NULL;
    slot->fd = -1;
    slot->generation++;
    alive--;
    pause_until = 0;
}

/* The two pieces of the ring from `from` on, `length` bytes in all. */
static int pieces(struct slot *slot, uint32_t from, uint32_t length, struct iovec iov[2])
{
    uint32_t at = from % RING, first = RING - at < length ? RING - at : length;
    iov[0] = (struct iovec){slot->ring + at, first};
    iov[1] = (struct iovec){slot->ring, length - first};
    return length > first ? 2 : 1;
}

static bool soft(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void moved(struct slot *slot)
{
    slot->stamp = ++stamps;
    slot->active = now;
}

/* Receives only into an empty ring, so that the ring never holds two turns. */
static bool step(int index)
{
    struct slot *slot = &slots[index];
    struct iovec iov[2];
    ssize_t n = 0;
    if (slot->in == slot->out) {
        n = readv(slot->fd, iov, pieces(slot, slot->in, RING, iov));
        if (n < 0)
            return soft(n);
        slot->ended = n == 0;
        slot->in += (uint32_t)n;
    }
    if (slot->in != slot->out) {
        ssize_t m = writev(slot->fd, iov, pieces(slot, slot->out, slot->in - slot->out, iov));
        if (m < 0 && !soft(m))
            return false;
        slot->out += m > 0 ? (uint32_t)m : 0;
        n += m > 0;
    }
    if (n > 0)
        moved(slot);
    uint32_t events = slot->in != slot->out ? EPOLLOUT : EPOLLIN;
    if (events != slot->events)
        ask(EPOLL_CTL_MOD, slot->fd, events, token(index));
    slot->events = events;
    return !slot->ended;
}

static int least_recent(void)
{
    int found = -1;
    for (int i = 0; i < used; i++)
        if (slots[i].fd >= 0 && (found < 0 || slots[i].stamp < slots[found].stamp))
            found = i;
    return found;
}

static int free_slot(void)
{
    for (int i = 0; i < used; i++)
        if (slots[i].fd < 0)
            return i;
    if (used == room) {
        room = room * 2 + 4;
        slots = realloc(slots, (size_t)room * sizeof *slots);
    }
    slots[used] = (struct slot){.fd = -1};
    return used++;
}

static void welcome(int listener)
{
    if (alive == capacity) /* before the accept: the newcomer gets the same descriptor */
        let_go(least_recent());
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        if (errno == EMFILE) {
            ask(EPOLL_CTL_DEL, listener, 0, 0);
            listening = 0;
            pause_until = now + 500;
        }
        return;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    int index = free_slot();
    struct slot fresh = {.fd = fd,
                         .generation = slots[index].generation,
                         .events = EPOLLIN,
                         .ring = malloc(RING)};
    slots[index] = fresh;
    moved(&slots[index]);
    alive++;
    ask(EPOLL_CTL_ADD, fd, EPOLLIN, token(index));
}

static void handle(uint64_t data, int listener)
{
    int index = (int)(uint32_t)data - 1;
    if (index < 0)
        welcome(listener);
    else if (token(index) == data && !step(index))
        let_go(index);
}

static void read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int look_after(int listener)
{
    int first;
    while ((first = least_recent()) >= 0 && now >= slots[first].active + idle)
        let_go(first);
    if (!listening && now >= pause_until) {
        ask(EPOLL_CTL_ADD, listener, EPOLLIN, 0);
        listening = 1;
    }
    int64_t until = first >= 0 ? slots[first].active + idle : INT64_MAX;
    if (!listening && pause_until < until)
        until = pause_until;
    return until == INT64_MAX ? -1 : until - now > INT_MAX ? INT_MAX : (int)(until - now);
}

void epoll_server(int server_fd)
{
    sigset_t stop, before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, &before);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    epoll_fd = epoll_create(1);
    read_clock();
    while (!support_stopping) {
        struct epoll_event events[200];
        int n = epoll_pwait(epoll_fd, events, 200, look_after(server_fd), &before);
        read_clock();
        while (n > 0)
            handle(events[--n].data.u64, server_fd);
    }
    for (int i = 0; i < used; i++)
        if (slots[i].fd >= 0)
            let_go(i);
    free(slots);
    close(epoll_fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    capacity = support_number(argc, argv, 2, 10000);
    idle = support_number(argc, argv, 3, 60) * 1000;
    signal(SIGPIPE, SIG_IGN);
    support_catch_stop();
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
