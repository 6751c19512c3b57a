/*
 * Right, in another style: two descriptors for each client (dup), one to read from and one to write
 * to, registered separately and each with its own handler; what cannot be sent waits in linked
 * chunks; several receives for an event; own listening socket, an eventfd tells of SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define CHUNK    8000
#define HIGH     (8 * CHUNK) /* with so much waiting nothing more is read */
#define RECEIVES 4
#define EVENTS   32

struct chunk {
    STAILQ_ENTRY(chunk) next;
    size_t begin, end;
    char bytes[CHUNK];
};

struct session;

/* What an event leads to. */
struct source {
    void (*ready)(struct session *);
    struct session *session;
};

struct session {
    TAILQ_ENTRY(session) place;
    struct source reader, writer;
    int in, out;
    bool reading, writing, ended, dead;
    size_t waiting;
    STAILQ_HEAD(, chunk) chunks;
    int64_t active;
};

static TAILQ_HEAD(, session) sessions = TAILQ_HEAD_INITIALIZER(sessions);
static TAILQ_HEAD(, session) buried = TAILQ_HEAD_INITIALIZER(buried);
static int set, listener, bell = -1, places = 10000, taken, patience = 60;
static bool stopping, open_door = true;
static int64_t now, door_opens;

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int tell(int operation, int fd, uint32_t events, struct source *source)
{
    return epoll_ctl(set, operation, fd,
                     &(struct epoll_event){.events = events, .data.ptr = source});
}

static void door(bool open)
{
    if (open != open_door)
        tell(EPOLL_CTL_MOD, listener, open ? EPOLLIN : 0, NULL);
    open_door = open;
}

static void moved(struct session *s)
{
    s->active = now;
    TAILQ_REMOVE(&sessions, s, place);
    TAILQ_INSERT_TAIL(&sessions, s, place);
}

/* With two descriptors a close alone takes nothing out of the set. */
static void bury(struct session *s)
{
    if (s->dead)
        return;
    s->dead = true;
    if (s->reading)
        tell(EPOLL_CTL_DEL, s->in, 0, NULL);
    if (s->writing)
        tell(EPOLL_CTL_DEL, s->out, 0, NULL);
    close(s->in);
    close(s->out);
    TAILQ_REMOVE(&sessions, s, place);
    TAILQ_INSERT_TAIL(&buried, s, place);
    taken--;
    door(true);
}

static void free_buried(void)
{
    struct session *s;
    while ((s = TAILQ_FIRST(&buried))) {
        struct chunk *c;
        TAILQ_REMOVE(&buried, s, place);
        while ((c = STAILQ_FIRST(&s->chunks))) {
            STAILQ_REMOVE_HEAD(&s->chunks, next);
            free(c);
        }
        free(s);
    }
}

static void arm(struct session *s)
{
    bool read = !s->ended && s->waiting<HIGH, write = s->waiting> 0;
    if (read != s->reading)
        tell(read ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->in, EPOLLIN, &s->reader);
    if (write != s->writing)
        tell(write ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->out, EPOLLOUT, &s->writer);
    s->reading = read;
    s->writing = write;
    if (s->ended && !write)
        bury(s);
}

static bool flush(struct session *s)
{
    struct iovec parts[8];
    int count = 0;
    struct chunk *c;
    STAILQ_FOREACH(c, &s->chunks, next)
    if (count < 8)
        parts[count++] = (struct iovec){c->bytes + c->begin, c->end - c->begin};
    if (count == 0)
        return true;
    ssize_t n = writev(s->out, parts, count);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    moved(s);
    s->waiting -= (size_t)n;
    while (n > 0) {
        c = STAILQ_FIRST(&s->chunks);
        size_t part = c->end - c->begin < (size_t)n ? c->end - c->begin : (size_t)n;
        c->begin += part;
        n -= (ssize_t)part;
        if (c->begin == c->end) {
            STAILQ_REMOVE_HEAD(&s->chunks, next);
            free(c);
        }
    }
    return true;
}

static void on_room(struct session *s)
{
    if (flush(s))
        arm(s);
    else
        bury(s);
}

static void on_bytes(struct session *s)
{
    for (int i = 0; i < RECEIVES && s->waiting < HIGH; i++) {
        struct chunk *c = malloc(sizeof *c);
        ssize_t n = c ? read(s->in, c->bytes, CHUNK) : -1;
        if (n > 0) {
            c->begin = 0;
            c->end = (size_t)n;
            STAILQ_INSERT_TAIL(&s->chunks, c, next);
            s->waiting += (size_t)n;
            moved(s);
            continue;
        }
        free(c);
        s->ended = n == 0;
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            bury(s);
            return;
        }
        break;
    }
    on_room(s);
}

static void newcomer(void)
{
    int in = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (in < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            door(false);
            door_opens = now + 700;
        }
        return;
    }
    if (taken == places)
        bury(TAILQ_FIRST(&sessions));
    int out = fcntl(in, F_DUPFD_CLOEXEC, 0);
    struct session *s = out < 0 ? NULL : calloc(1, sizeof *s);
    if (!s) {
        close(in);
        if (out >= 0)
            close(out);
        return;
    }
    s->in = in;
    s->out = out;
    s->reader = (struct source){on_bytes, s};
    s->writer = (struct source){on_room, s};
    STAILQ_INIT(&s->chunks);
    s->active = now;
    TAILQ_INSERT_TAIL(&sessions, s, place);
    taken++;
    arm(s);
}

static int pause_length(void)
{
    int64_t until = INT64_MAX;
    if (!TAILQ_EMPTY(&sessions))
        until = TAILQ_FIRST(&sessions)->active + patience * INT64_C(1000);
    if (!open_door && door_opens < until)
        until = door_opens;
    if (until == INT64_MAX)
        return -1;
    return until <= now ? 0 : until - now > INT_MAX ? INT_MAX : (int)(until - now);
}

static void go_on(const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        struct source *source = events[i].data.ptr;
        if (!source)
            newcomer();
        else if (source->session == NULL)
            stopping = true;
        else if (!source->session->dead)
            source->ready(source->session);
    }
    while (!TAILQ_EMPTY(&sessions) &&
           now - TAILQ_FIRST(&sessions)->active >= patience * INT64_C(1000))
        bury(TAILQ_FIRST(&sessions));
    free_buried();
    if (!open_door && now >= door_opens)
        door(true);
}

void epoll_server(int server_fd)
{
    static struct source ringing;
    listener = server_fd;
    set = epoll_create1(EPOLL_CLOEXEC);
    tell(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    tell(EPOLL_CTL_ADD, bell, EPOLLIN, &ringing);
    now = milliseconds();
    while (!stopping) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(set, events, EVENTS, pause_length());
        now = milliseconds();
        go_on(events, count);
    }
    while (!TAILQ_EMPTY(&sessions))
        bury(TAILQ_FIRST(&sessions));
    free_buried();
    close(set);
}

static void ring(int number)
{
    uint64_t one = 1;
    int saved = errno;
    (void)number;
    ssize_t n = write(bell, &one, sizeof one);
    (void)n;
    errno = saved;
}

static int listen_at(int port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 2048) < 0)
        exit(1);
    return fd;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    places = support_number(argc, argv, 2, places);
    patience = support_number(argc, argv, 3, patience);
    bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = ring, .sa_flags = SA_RESTART}, NULL);
    signal(SIGPIPE, SIG_IGN);
    int fd = listen_at(port);
    epoll_server(fd);
    close(fd);
    close(bell);
    return 0;
}
