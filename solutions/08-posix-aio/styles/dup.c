/* Reads and writes of one client at a time: they go through two descriptors of the same connection,
   and so through two queues of the library. A read is begun while the answer to the one before is
   written; then it stops, until that is done. Completions are told by SIGIO, into a self-pipe. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 4096
#define MOST 480

struct half {
    struct aiocb io;
    bool busy; /* begun, and what came of it not yet looked at */
    char *buffer;
};

struct client {
    int in, out, file; /* in and out are the same connection; in: -1 is a free place */
    struct half reader, writer;
    size_t ready;       /* bytes that were read, and are not yet given to the writer */
    size_t start, stop; /* of the writer */
    bool ended, naming, dead;
    off_t offset;
    struct timespec since;
};

static struct client clients[MOST];
static int bell[2], home = -1, idle = 60;

static void ring(int signal)
{
    int saved = errno;
    ssize_t ignored = write(bell[1], "", 1);
    (void)signal;
    (void)ignored;
    errno = saved;
}

static void begin(struct client *c, struct half *half, int fd, size_t from, size_t size)
{
    half->io = (struct aiocb){.aio_fildes = fd,
                              .aio_buf = half->buffer + from,
                              .aio_nbytes = size,
                              .aio_offset = fd == c->file ? c->offset : 0};
    half->io.aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    half->io.aio_sigevent.sigev_signo = SIGIO;
    half->busy = true;
    clock_gettime(CLOCK_MONOTONIC, &c->since);
    if ((half == &c->reader ? aio_read(&half->io) : aio_write(&half->io)) < 0) {
        half->busy = false;
        c->dead = true;
    }
}

/* Bytes moved; -1 failed; -2 not yet. */
static ssize_t finished(struct half *half)
{
    int error = aio_error(&half->io);
    if (error == EINPROGRESS)
        return -2;
    half->busy = false;
    return error ? -1 : aio_return(&half->io);
}

static void swap_in(struct client *c)
{
    char *buffer = c->reader.buffer;
    c->reader.buffer = c->writer.buffer;
    c->writer.buffer = buffer;
    c->start = 0;
    c->stop = c->ready;
    c->ready = 0;
}

static void say(struct client *c, const char *format, long long number)
{
    c->start = 0;
    c->stop = (size_t)snprintf(c->writer.buffer, SIZE, format, number);
    c->ready = 0;
    c->naming = false;
}

static void name(struct client *c)
{
    char *text = c->reader.buffer, *end = memchr(text, '\n', c->ready);
    struct stat status;
    if (!end && c->ready < SIZE)
        return;
    c->ended = true;
    size_t size = end ? (size_t)(end - text) : 0;
    if (size && size < 256 && *text != '.' && !memchr(text, '/', size) &&
        !memchr(text, 0, size)) {
        *end = '\0';
        c->file = openat(home, text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    }
    if (c->file >= 0 && fstat(c->file, &status) == 0 && S_ISREG(status.st_mode)) {
        c->ended = false;
        say(c, "OK %lld\n", status.st_size);
    } else
        say(c, "ERROR %lld such files\n", 0);
}

static void look_at_reader(struct client *c)
{
    ssize_t count = c->reader.busy ? finished(&c->reader) : -2;
    if (count == 0)
        c->ended = true;
    if (count == -1)
        c->dead = true;
    if (count <= 0)
        return;
    c->ready += (size_t)count;
    if (c->naming)
        name(c);
    else if (c->file >= 0)
        c->offset += count;
}

static void look_at_writer(struct client *c)
{
    ssize_t count = c->writer.busy ? finished(&c->writer) : -2;
    if (count == -1)
        c->dead = true;
    if (count > 0)
        c->start += (size_t)count;
}

static void go_on(struct client *c)
{
    if (!c->writer.busy && c->start == c->stop && c->ready && !c->naming && !c->reader.busy)
        swap_in(c);
    if (!c->writer.busy && c->start < c->stop && !c->dead)
        begin(c, &c->writer, c->out, c->start, c->stop - c->start);
    if (!c->reader.busy && !c->ended && !c->dead && (!c->ready || c->naming))
        begin(c, &c->reader, c->file >= 0 ? c->file : c->in, c->ready, SIZE - c->ready);
}

static void leave(struct client *c)
{
    close(c->in);
    close(c->out);
    if (c->file >= 0)
        close(c->file);
    free(c->reader.buffer);
    free(c->writer.buffer);
    c->in = -1;
}

static void serve(struct client *c)
{
    struct timespec now;
    look_at_reader(c);
    look_at_writer(c);
    go_on(c);
    bool busy = c->reader.busy || c->writer.busy;
    if (!busy && (c->dead || c->ended)) {
        leave(c);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    double quiet =
        (double)(now.tv_sec - c->since.tv_sec) + (double)(now.tv_nsec - c->since.tv_nsec) / 1e9;
    if (c->dead || quiet > idle)
        shutdown(c->out, SHUT_RDWR); /* whatever is in progress ends by that */
}

static bool enter(int listener, bool naming)
{
    int out = fcntl(bell[0], F_DUPFD_CLOEXEC, 0); /* keeps the number for the second one */
    int in = out < 0 ? -1 : accept(listener, NULL, NULL);
    int place = 0;
    while (place < MOST && clients[place].in >= 0)
        place++;
    if (in < 0 || place == MOST) {
        bool full = errno == EMFILE;
        if (in >= 0)
            close(in);
        if (out >= 0)
            close(out);
        return !full;
    }
    dup3(in, out, O_CLOEXEC);
    clients[place] = (struct client){.in = in, .out = out, .file = -1, .naming = naming};
    clients[place].reader.buffer = malloc(SIZE);
    clients[place].writer.buffer = malloc(SIZE);
    go_on(&clients[place]);
    return true;
}

static void sleep_and_enter(const int *listeners)
{
    static bool resting;
    fd_set set;
    struct timeval second = {.tv_sec = 1};
    char heap[64];
    FD_ZERO(&set);
    FD_SET(bell[0], &set);
    for (int i = 0; i < 2; i++)
        if (listeners[i] >= 0 && !resting)
            FD_SET(listeners[i], &set);
    resting = false;
    if (select(FD_SETSIZE, &set, NULL, NULL, &second) <= 0)
        return;
    if (FD_ISSET(bell[0], &set))
        while (read(bell[0], heap, sizeof heap) == sizeof heap)
            ;
    for (int i = 0; i < 2; i++)
        if (listeners[i] >= 0 && FD_ISSET(listeners[i], &set))
            resting |= !enter(listeners[i], i == 1);
}

static bool somebody(void)
{
    for (int i = 0; i < MOST; i++)
        if (clients[i].in >= 0)
            return true;
    return false;
}

static void serve_all(void)
{
    for (int i = 0; i < MOST; i++)
        if (clients[i].in >= 0) {
            clients[i].dead |= support_stopping;
            serve(&clients[i]);
        }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), listeners[2] = {-1, -1}, nobody[2] = {-1, -1};
    struct aioinit init = {.aio_threads = 2 * MOST, .aio_num = 2 * MOST};
    aio_init(&init);
    idle = support_number(argc, argv, 3, idle);
    for (int i = 0; i < MOST; i++)
        clients[i].in = -1;
    if (pipe2(bell, O_NONBLOCK | O_CLOEXEC) < 0)
        return 1;
    struct sigaction action = {.sa_handler = ring, .sa_flags = SA_RESTART};
    sigaction(SIGIO, &action, NULL);
    support_catch_stop();
    if (argc > 2) {
        home = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        listeners[1] = support_listen(port + 1);
        fcntl(listeners[1], F_SETFL, O_NONBLOCK);
    }
    listeners[0] = support_listen(port);
    fcntl(listeners[0], F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        sleep_and_enter(listeners);
        serve_all();
    }
    for (serve_all(); somebody(); serve_all())
        sleep_and_enter(nobody);
    return 0;
}
