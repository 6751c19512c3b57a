/* Sleeps in aio_suspend: a second thread accepts, and hands clients over through a pipe, which is
   read by a request like any other. One state for each client, one switch. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 700
#define SIZE 8192

enum state { FREE, ECHO_IN, ECHO_OUT, NAME_IN, HEAD_OUT, FILE_IN, FILE_OUT, LAST_OUT };

struct slot {
    enum state state;
    int fd, file;
    struct aiocb io;
    unsigned char bytes[SIZE];
    size_t from, to;
    off_t position;
    time_t moved;
};

struct newcomer {
    int fd; /* -1: the end */
    int wants_file;
};

static struct slot slots[MOST];
static int folder = -1, idle = 60, door[2];
static int listeners[2] = {-1, -1};

static time_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void start(struct slot *s, enum state state, int fd, int reading, size_t size)
{
    memset(&s->io, 0, sizeof s->io);
    s->state = state;
    s->io.aio_fildes = fd;
    s->io.aio_buf = s->bytes + s->from;
    s->io.aio_nbytes = size;
    s->io.aio_offset = s->position;
    s->io.aio_sigevent.sigev_notify = SIGEV_NONE;
    if (reading)
        aio_read(&s->io);
    else
        aio_write(&s->io);
}

static void leave(struct slot *s)
{
    if (s->file >= 0)
        close(s->file);
    close(s->fd);
    s->state = FREE;
}

static void say(struct slot *s, enum state state)
{
    start(s, state, s->fd, 0, s->to - s->from);
}

static void look_up(struct slot *s, size_t length)
{
    struct stat about;
    const char *name = (const char *)s->bytes;
    s->from = 0;
    if (length > 0 && strlen(name) == length && *name != '.' && !strchr(name, '/'))
        s->file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (s->file >= 0 && fstat(s->file, &about) == 0 && S_ISREG(about.st_mode)) {
        s->to = (size_t)sprintf((char *)s->bytes, "OK %jd\n", (intmax_t)about.st_size);
        say(s, HEAD_OUT);
        return;
    }
    s->to = (size_t)sprintf((char *)s->bytes, "ERROR not here\n");
    say(s, LAST_OUT);
}

static void name_in(struct slot *s, size_t count)
{
    s->from += count;
    unsigned char *end = memchr(s->bytes, '\n', s->from);
    if (end) {
        *end = 0;
        look_up(s, (size_t)(end - s->bytes));
    } else if (s->from == SIZE)
        look_up(s, 0);
    else
        start(s, NAME_IN, s->fd, 1, SIZE - s->from);
}

static void sent(struct slot *s, size_t count)
{
    s->from += count;
    if (s->from < s->to) {
        say(s, s->state);
        return;
    }
    s->from = 0;
    if (s->state == LAST_OUT)
        leave(s);
    else if (s->state == ECHO_OUT)
        start(s, ECHO_IN, s->fd, 1, SIZE);
    else
        start(s, FILE_IN, s->file, 1, SIZE);
}

static void go_on(struct slot *s)
{
    ssize_t count = aio_return(&s->io);
    s->moved = seconds();
    if (count <= 0) {
        leave(s);
        return;
    }
    switch (s->state) {
    case ECHO_IN:
    case FILE_IN:
        s->to = (size_t)count;
        if (s->state == FILE_IN)
            s->position += count;
        say(s, s->state == FILE_IN ? FILE_OUT : ECHO_OUT);
        break;
    case NAME_IN:
        name_in(s, (size_t)count);
        break;
    default:
        sent(s, (size_t)count);
    }
}

static void welcome(struct newcomer who)
{
    for (int i = 0; i < MOST; i++)
        if (slots[i].state == FREE) {
            slots[i].fd = who.fd;
            slots[i].file = -1;
            slots[i].position = 0;
            slots[i].from = 0;
            slots[i].moved = seconds();
            start(&slots[i], who.wants_file ? NAME_IN : ECHO_IN, who.fd, 1, SIZE);
            return;
        }
    close(who.fd);
}

static void *accept_all(void *nothing)
{
    int pause = 0;
    while (!support_stopping) {
        struct pollfd both[2] = {{.fd = pause ? -1 : listeners[0], .events = POLLIN},
                                 {.fd = pause ? -1 : listeners[1], .events = POLLIN}};
        int ready = poll(both, 2, pause ? 1000 : -1);
        pause = 0;
        for (int i = 0; i < 2 && ready > 0; i++) {
            if (!both[i].revents)
                continue;
            struct newcomer who = {accept4(listeners[i], NULL, NULL, SOCK_CLOEXEC), i};
            pause = who.fd < 0 && (errno == EMFILE || errno == ENFILE);
            if (who.fd >= 0 && write(door[1], &who, sizeof who) < 0)
                close(who.fd);
        }
    }
    struct newcomer end = {-1, 0};
    return write(door[1], &end, sizeof end) < 0 ? nothing : NULL;
}

/* Everything that is in progress, and how long that may stay so. */
static void sleep_until_something(const struct aiocb *at_the_door)
{
    const struct aiocb *list[MOST + 1] = {at_the_door};
    int count = 1;
    time_t next = 0;
    for (int i = 0; i < MOST; i++)
        if (slots[i].state != FREE) {
            list[count++] = &slots[i].io;
            if (!next || slots[i].moved + idle + 1 < next)
                next = slots[i].moved + idle + 1;
        }
    time_t now = seconds();
    struct timespec limit = {.tv_sec = next > now ? next - now : 1};
    aio_suspend(list, count, next ? &limit : NULL);
}

static void end_all(void)
{
    for (int i = 0; i < MOST; i++)
        if (slots[i].state != FREE)
            shutdown(slots[i].fd, SHUT_RDWR);
    for (int i = 0; i < MOST; i++)
        if (slots[i].state != FREE) {
            const struct aiocb *one[] = {&slots[i].io};
            while (aio_error(one[0]) == EINPROGRESS)
                aio_suspend(one, 1, NULL);
            leave(&slots[i]);
        }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    pthread_t accepting;
    struct newcomer who;
    struct aioinit settings = {.aio_threads = MOST, .aio_num = MOST};
    aio_init(&settings);
    idle = support_number(argc, argv, 3, 60);
    support_catch_stop();
    if (argc > 2) {
        folder = open(argv[2], O_PATH | O_DIRECTORY);
        listeners[1] = support_listen(port + 1);
        fcntl(listeners[1], F_SETFL, O_NONBLOCK);
    }
    listeners[0] = support_listen(port);
    fcntl(listeners[0], F_SETFL, O_NONBLOCK);
    if (pipe(door) < 0 || pthread_create(&accepting, NULL, accept_all, NULL) != 0)
        return 1;
    struct aiocb bell = {.aio_fildes = door[0],
                         .aio_buf = &who,
                         .aio_nbytes = sizeof who,
                         .aio_sigevent.sigev_notify = SIGEV_NONE};
    for (aio_read(&bell);;) {
        sleep_until_something(&bell);
        if (aio_error(&bell) != EINPROGRESS) {
            if (aio_return(&bell) != sizeof who || who.fd < 0)
                break;
            welcome(who);
            aio_read(&bell);
        }
        for (int i = 0; i < MOST; i++)
            if (slots[i].state != FREE) {
                if (aio_error(&slots[i].io) != EINPROGRESS)
                    go_on(&slots[i]);
                else if (seconds() - slots[i].moved > idle)
                    shutdown(slots[i].fd, SHUT_RDWR);
            }
    }
    pthread_join(accepting, NULL);
    end_all();
    return 0;
}
