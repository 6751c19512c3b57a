/* Told by a real-time signal that says whose request it was, taken from a signalfd in an epoll set.
   (When no more signals may be queued, glibc makes an error of it: such a request has failed.) */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST 4096
#define DONE (SIGRTMIN + 2)

struct conn;
struct service { /* what a service does with what has come, and when all has been sent */
    void (*arrived)(struct conn *conn, size_t count);
    void (*sent)(struct conn *conn);
};

struct conn {
    const struct service *service;
    struct aiocb in, out; /* in from the socket or the file, out to the socket */
    struct aiocb *active;
    int fd, file;
    size_t used, start, stop;
    long position;
    double since;
    char data[6000];
};

static struct conn *all[MOST]; /* by descriptor */
static int directory = -1, idle = 60, waiter;
static double blocked_until;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void drop(int fd)
{
    struct conn *conn = all[fd];
    all[fd] = NULL;
    if (conn->file >= 0)
        close(conn->file);
    close(fd);
    free(conn);
}

/* The signal carries the descriptor: it may come late, and is then about nothing. */
static void begin(struct conn *conn, struct aiocb *io, int fd, char *at, size_t size)
{
    memset(io, 0, sizeof *io);
    io->aio_fildes = fd;
    io->aio_buf = at;
    io->aio_nbytes = size;
    io->aio_offset = conn->position;
    io->aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    io->aio_sigevent.sigev_signo = DONE;
    io->aio_sigevent.sigev_value.sival_int = conn->fd;
    conn->active = io;
    conn->since = now();
    if ((io == &conn->in ? aio_read(io) : aio_write(io)) < 0)
        drop(conn->fd);
}

static void get(struct conn *conn, int fd)
{
    begin(conn, &conn->in, fd, conn->data + conn->used, sizeof conn->data - conn->used);
}

static void put(struct conn *conn)
{
    begin(conn, &conn->out, conn->fd, conn->data + conn->start, conn->stop - conn->start);
}

static void put_all(struct conn *conn, size_t count)
{
    conn->used = conn->start = 0;
    conn->stop = count;
    put(conn);
}

static void get_again(struct conn *conn)
{
    get(conn, conn->fd);
}

static void end(struct conn *conn)
{
    drop(conn->fd);
}

static void get_part(struct conn *conn)
{
    get(conn, conn->file);
}

static void part_arrived(struct conn *conn, size_t count)
{
    conn->position += (long)count;
    put_all(conn, count);
}

static const struct service echoing = {put_all, get_again};
static const struct service streaming = {part_arrived, get_part};
static const struct service refusing = {NULL, end};

static void name_arrived(struct conn *conn, size_t count)
{
    conn->used += count;
    size_t size = 0;
    while (size < conn->used && conn->data[size] != '\n')
        size++;
    if (size == conn->used && size < sizeof conn->data) {
        get(conn, conn->fd);
        return;
    }
    struct stat status = {0};
    char name[256] = "";
    bool good = size > 0 && size < sizeof name && conn->data[0] != '.';
    for (size_t i = 0; i < size && good; i++) {
        good = conn->data[i] != '/' && conn->data[i] != '\0';
        name[i] = conn->data[i];
    }
    conn->file = good ? openat(directory, name, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (conn->file >= 0)
        fstat(conn->file, &status);
    conn->service = S_ISREG(status.st_mode) ? &streaming : &refusing;
    int length = S_ISREG(status.st_mode)
                     ? sprintf(conn->data, "OK %llu\n", (unsigned long long)status.st_size)
                     : sprintf(conn->data, "ERROR %s\n", good ? "not a file" : "not a name");
    put_all(conn, (size_t)length);
}

static const struct service naming = {name_arrived, NULL};

static void look(int fd)
{
    struct conn *conn = fd >= 0 && fd < MOST ? all[fd] : NULL;
    if (!conn || aio_error(conn->active) == EINPROGRESS)
        return;
    ssize_t count = aio_return(conn->active);
    if (count <= 0)
        drop(fd);
    else if (conn->active == &conn->in)
        conn->service->arrived(conn, (size_t)count);
    else if (conn->start += (size_t)count, conn->start < conn->stop)
        put(conn);
    else
        conn->service->sent(conn);
}

static void take_signals(int fd)
{
    struct signalfd_siginfo info[16];
    ssize_t size = read(fd, info, sizeof info);
    for (int i = 0; i < (int)(size / (ssize_t)sizeof *info); i++) {
        if ((int)info[i].ssi_signo == DONE)
            look(info[i].ssi_int);
        else
            support_stopping = 1;
    }
}

static void sweep(void)
{
    for (int fd = 0; fd < MOST; fd++) {
        look(fd);
        if (all[fd] && now() - all[fd]->since > idle)
            shutdown(fd, SHUT_RDWR);
    }
}

static void watch(int fd, bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0, .data.fd = fd};
    if (fd >= 0 && epoll_ctl(waiter, EPOLL_CTL_MOD, fd, &event) < 0)
        epoll_ctl(waiter, EPOLL_CTL_ADD, fd, &event);
}

static int take(int listener, const struct service *service)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return errno == EMFILE || errno == ENFILE ? -1 : 0;
    if (fd >= MOST) {
        close(fd);
        return 0;
    }
    all[fd] = calloc(1, sizeof *all[fd]);
    *all[fd] = (struct conn){.service = service, .fd = fd, .file = -1};
    get(all[fd], fd);
    return 0;
}

static void end_all(void)
{
    for (int fd = 0; fd < MOST; fd++)
        if (all[fd])
            shutdown(fd, SHUT_RDWR);
    for (int fd = 0; fd < MOST; fd++) {
        const struct aiocb *one = all[fd] ? all[fd]->active : NULL;
        while (one && aio_error(one) == EINPROGRESS)
            aio_suspend(&one, 1, NULL);
        if (one)
            drop(fd);
    }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), files = -1;
    struct aioinit init = {.aio_threads = 2000, .aio_num = 300};
    aio_init(&init);
    idle = support_number(argc, argv, 3, 60);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, DONE);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    waiter = epoll_create1(EPOLL_CLOEXEC);
    if (argc > 2) {
        directory = open(argv[2], O_DIRECTORY | O_PATH | O_CLOEXEC);
        files = support_listen(port + 1);
    }
    int echo = support_listen(port);
    fcntl(echo, F_SETFL, O_NONBLOCK);
    watch(signals, true);
    watch(echo, true);
    watch(files, true);
    double next = now() + 1;
    while (!support_stopping) {
        struct epoll_event event;
        int count = epoll_wait(waiter, &event, 1, 1000), status = 0;
        if (count == 1 && event.data.fd == signals)
            take_signals(signals);
        else if (count == 1)
            status = take(event.data.fd, event.data.fd == echo ? &echoing : &naming);
        if (status < 0 || (blocked_until > 0 && now() > blocked_until)) {
            watch(echo, status == 0);
            watch(files, status == 0);
            blocked_until = status < 0 ? now() + 1 : 0;
        }
        if (count == 0 || now() >= next) {
            sweep();
            next = now() + 1;
        }
    }
    end_all();
    close(waiter);
    return 0;
}
