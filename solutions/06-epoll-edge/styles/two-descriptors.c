/* Style: each client has two descriptors, one registered for what comes in, the other, a dup(2) of
   it, for room. Linked chunks from malloc, received into while they are sent from, up to a high
   water mark. Own listening code, SO_REUSEPORT; epoll_pwait lets the signals in. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 4096, CHUNKS_MOST = 8, RECEIVES = 6 };

struct chunk {
    size_t from, to;
    STAILQ_ENTRY(chunk) next;
    char bytes[CHUNK];
};

struct talker {
    int in, out;
    bool may_read, may_write, ended, queued;
    unsigned chunks;
    STAILQ_HEAD(, chunk) pending;
    TAILQ_ENTRY(talker) all, busy;
};

TAILQ_HEAD(talkers, talker);
static struct talkers everybody = TAILQ_HEAD_INITIALIZER(everybody);
static struct talkers busy = TAILQ_HEAD_INITIALIZER(busy);
static int epoll, listener;
static bool callers, no_room;
static volatile sig_atomic_t stop;

static void on_stop(int number)
{
    stop = number;
}

static void hang_up(struct talker *t)
{
    struct chunk *c;
    while ((c = STAILQ_FIRST(&t->pending))) {
        STAILQ_REMOVE_HEAD(&t->pending, next);
        free(c);
    }
    if (t->queued)
        TAILQ_REMOVE(&busy, t, busy);
    TAILQ_REMOVE(&everybody, t, all);
    close(t->out);
    close(t->in);
    free(t);
    no_room = false;
}

static void pick_up(int fd)
{
    int copy = dup(fd);
    struct talker *t = calloc(1, sizeof *t);
    if (copy < 0 || !t) {
        close(copy);
        close(fd);
        free(t);
        return;
    }
    *t = (struct talker){.in = fd, .out = copy};
    STAILQ_INIT(&t->pending);
    TAILQ_INSERT_TAIL(&everybody, t, all);
    struct epoll_event in = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = t};
    struct epoll_event out = {.events = EPOLLOUT | EPOLLET,
                              .data.u64 = (uintptr_t)t | 1}; /* the lowest bit: room */
    epoll_ctl(epoll, EPOLL_CTL_ADD, t->in, &in);
    epoll_ctl(epoll, EPOLL_CTL_ADD, t->out, &out);
}

static void answer_callers(void)
{
    for (int i = 0; i < 32; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            pick_up(fd);
        } else if (errno == EAGAIN) {
            callers = false;
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            no_room = true;
            return;
        }
    }
}

static bool can_read(const struct talker *t)
{
    return t->may_read && !t->ended && t->chunks < CHUNKS_MOST;
}

static void put_in_line(struct talker *t)
{
    if (!t->queued && (can_read(t) || (t->may_write && t->chunks))) {
        t->queued = true;
        TAILQ_INSERT_TAIL(&busy, t, busy);
    }
}

/* False: broken. */
static bool read_some(struct talker *t)
{
    for (int i = 0; i < RECEIVES && can_read(t); i++) {
        struct chunk *c = malloc(sizeof *c);
        ssize_t n = c ? read(t->in, c->bytes, CHUNK) : -1;
        if (n > 0) {
            c->from = 0;
            c->to = (size_t)n;
            STAILQ_INSERT_TAIL(&t->pending, c, next);
            t->chunks++;
            continue;
        }
        free(c);
        if (n == 0)
            t->ended = true;
        else if (errno == EAGAIN)
            t->may_read = false;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

static bool write_some(struct talker *t)
{
    struct chunk *c;
    while (t->may_write && (c = STAILQ_FIRST(&t->pending))) {
        ssize_t n = write(t->out, c->bytes + c->from, c->to - c->from);
        if (n < 0 && errno == EAGAIN)
            t->may_write = false;
        else if (n < 0 && errno != EINTR)
            return false;
        c->from += n > 0 ? (size_t)n : 0;
        if (c->from == c->to) {
            STAILQ_REMOVE_HEAD(&t->pending, next);
            free(c);
            t->chunks--;
        }
    }
    return true;
}

static void one_round(void)
{
    struct talker *last = TAILQ_LAST(&busy, talkers), *t = NULL;
    while (last && t != last) {
        t = TAILQ_FIRST(&busy);
        TAILQ_REMOVE(&busy, t, busy);
        t->queued = false;
        bool at_last = t == last;
        if (!read_some(t) || !write_some(t) || (t->ended && !t->chunks))
            hang_up(t);
        else
            put_in_line(t);
        if (at_last)
            return;
    }
}

static void hear(const struct epoll_event *event)
{
    if (!event->data.ptr) {
        callers = true;
        return;
    }
    struct talker *t = (struct talker *)(uintptr_t)(event->data.u64 & ~(uint64_t)1);
    if (event->data.u64 & 1)
        t->may_write = true;
    else
        t->may_read = true;
    put_in_line(t);
}

static int listen_on(int port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    return bind(fd, (void *)&here, sizeof here) < 0 || listen(fd, 2000) < 0 ? -1 : fd;
}

int main(int argc, char **argv)
{
    struct epoll_event events[64], knock = {.events = EPOLLIN | EPOLLET};
    struct sigaction action = {.sa_handler = on_stop};
    sigset_t blocked, open;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &open);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2 || (listener = listen_on(atoi(argv[1]))) < 0)
        return 1;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &knock);
    while (!stop) {
        bool work = !TAILQ_EMPTY(&busy) || (callers && !no_room);
        int n = epoll_pwait(epoll, events, 64, work ? 0 : callers ? 250 : -1, &open);
        for (int i = 0; i < n; i++)
            hear(&events[i]);
        one_round();
        if (callers)
            answer_callers();
        if (work) { /* a wait of 0 delivers no signal */
            sigset_t pending;
            sigpending(&pending);
            stop = stop || sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT);
        }
    }
    while (!TAILQ_EMPTY(&everybody))
        hang_up(TAILQ_FIRST(&everybody));
    close(listener);
    close(epoll);
    return 0;
}
