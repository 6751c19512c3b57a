/* Style: a ring of 64 KiB for each client, received into while it is being sent from; a listener
   that is level-triggered, one client for each event; a spare descriptor to turn clients away
   with; SIGTERM through a signalfd; clients known by slot and generation. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support.h"

#define RING  65536u
#define SLOTS 20000

struct slot {
    int fd;              /* -1: free */
    uint32_t generation; /* how many had this slot before */
    bool input, output, end, active;
    unsigned put, got; /* positions that only grow */
    char *ring;
};

static struct slot slots[SLOTS];
static int used, active[SLOTS], actives; /* active: those who can get on */
static int set, listener, signals, spare;

enum { LISTENER = SLOTS, SIGNALS };

static void add(int fd, uint32_t events, uint64_t data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static void consider(int i)
{
    struct slot *s = &slots[i];
    bool can = (s->output && s->put != s->got) || (s->input && s->put - s->got < RING) ||
               (s->end && s->put == s->got);
    if (can && !s->active)
        active[actives++] = i;
    s->active = s->active || can;
}

static void clear(int i)
{
    munmap(slots[i].ring, RING);
    close(slots[i].fd);
    slots[i].fd = -1;
    slots[i].generation++;
}

static int vector(struct slot *s, struct iovec v[2], unsigned from, unsigned size)
{
    unsigned at = from % RING, first = size < RING - at ? size : RING - at;
    v[0] = (struct iovec){s->ring + at, first};
    v[1] = (struct iovec){s->ring, size - first};
    return size > first ? 2 : 1;
}

/* `flag` is cleared by EAGAIN. False: broken. */
static bool outcome(ssize_t n, bool *flag)
{
    if (n >= 0 || errno == EINTR)
        return true;
    *flag = false;
    return errno == EAGAIN;
}

static bool give(struct slot *s)
{
    struct iovec v[2];
    struct msghdr message = {.msg_iov = v};
    message.msg_iovlen = (size_t)vector(s, v, s->got, s->put - s->got);
    ssize_t n = sendmsg(s->fd, &message, MSG_NOSIGNAL);
    s->got += n > 0 ? (unsigned)n : 0;
    return outcome(n, &s->output);
}

static bool take(struct slot *s)
{
    struct iovec v[2];
    struct msghdr message = {.msg_iov = v};
    message.msg_iovlen = (size_t)vector(s, v, s->put, RING - (s->put - s->got));
    ssize_t n = recvmsg(s->fd, &message, 0);
    s->put += n > 0 ? (unsigned)n : 0;
    if (n == 0) {
        s->end = true;
        s->input = false;
    }
    return outcome(n, &s->input);
}

static void serve(int i)
{
    struct slot *s = &slots[i];
    bool well = true;
    s->active = false;
    for (int turn = 0; well && turn < 3; turn++) {
        if (s->input && s->put - s->got < RING)
            well = take(s);
        if (well && s->output && s->put != s->got)
            well = give(s);
    }
    if (!well || (s->end && s->put == s->got))
        clear(i);
    else
        consider(i);
}

static void welcome(void)
{
    int i, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EMFILE && spare >= 0) {
        close(spare);
        fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            close(fd);
        spare = open("/dev/null", O_RDONLY);
        return;
    }
    if (fd < 0)
        return;
    for (i = 0; i < used && slots[i].fd >= 0;)
        i++;
    if (i == SLOTS) {
        close(fd);
        return;
    }
    used += i == used;
    slots[i] = (struct slot){.fd = fd, .generation = slots[i].generation};
    slots[i].ring =
        mmap(NULL, RING, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    add(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
        (uint64_t)slots[i].generation << 32 | (unsigned)i);
}

/* False: it is over. */
static bool hear(const struct epoll_event *event)
{
    int i = (int)(uint32_t)event->data.u64;
    if (i == LISTENER)
        welcome();
    if (i >= LISTENER)
        return i != SIGNALS;
    struct slot *s = &slots[i];
    if (s->fd < 0 || s->generation != event->data.u64 >> 32)
        return true;
    s->input |= !s->end && (event->events & ~(uint32_t)EPOLLOUT) != 0;
    s->output |= (event->events & ~(uint32_t)(EPOLLIN | EPOLLRDHUP)) != 0;
    consider(i);
    return true;
}

static void serve_active(void)
{
    static int now[SLOTS];
    int count = actives;
    for (int i = 0; i < count; i++)
        now[i] = active[i];
    actives = 0;
    for (int i = count - 1; i >= 0; i--) /* the last one first */
        serve(now[i]);
}

int main(int argc, char **argv)
{
    struct epoll_event events[100];
    bool going = true;
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    listener = support_listen(support_port(argc, argv));
    fcntl(listener, F_SETFL, O_NONBLOCK);
    signals = signalfd(-1, &stop, 0);
    spare = open("/dev/null", O_RDONLY);
    set = epoll_create1(EPOLL_CLOEXEC);
    add(listener, EPOLLIN, LISTENER);
    add(signals, EPOLLIN, SIGNALS);
    while (going) {
        int n = epoll_pwait(set, events, 100, actives ? 0 : -1, NULL);
        for (int i = 0; i < n; i++)
            going = hear(&events[i]) && going;
        serve_active();
    }
    for (int i = 0; i < used; i++)
        if (slots[i].fd >= 0)
            clear(i);
    close(spare);
    close(set);
    close(signals);
    close(listener);
    return 0;
}
