/* Fails: 1 2; perhaps 3 25 */
/* Right in all that it answers, but the first thread reads; only writes and files are requests. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE 16384
#define HELPERS     600     /* requests that can be in progress at a time */
#define COMPLETED   SIGUSR1 /* the signal that says so */

struct client {
    struct client *next;
    int fd, file; /* -1: none, or no longer */
    struct aiocb socket_io, file_io;
    void (*then)(struct client *, ssize_t moved); /* when both are complete */
    void (*when_sent)(struct client *);
    char buffer[2][BUFFER_SIZE];
    int front;         /* this buffer is sent, and the other one filled */
    size_t start, end; /* of what is still to be sent */
    bool reading;
    char *at;
    size_t most;
    off_t offset; /* of what is still to be read from the file */
    double last_activity;
};

static struct client *clients;
static int directory = -1;
static int idle_seconds = 60;
static double now;          /* seconds on a clock that nobody sets */
static double accept_after; /* out of descriptors: no use in trying before */
static bool look_again;     /* a request could not be begun: no signal will come for it */

static void read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Only when nothing is in progress: until then the library writes into the client's memory. */
static void drop_client(struct client *client)
{
    close(client->fd);
    if (client->file >= 0)
        close(client->file);
    client->fd = client->file = -1;
    accept_after = 0;
}

/* --- requests --- */

static void prepare(struct aiocb *io, int operation, int fd, char *buffer, size_t size,
                    off_t offset)
{
    *io = (struct aiocb){.aio_fildes = fd, .aio_offset = offset};
    io->aio_lio_opcode = operation;
    io->aio_buf = buffer;
    io->aio_nbytes = size;
    io->aio_sigevent.sigev_notify = SIGEV_SIGNAL;
    io->aio_sigevent.sigev_signo = COMPLETED;
}

static void begun(int status)
{
    if (status < 0) /* the control block says why */
        look_again = true;
}

static bool in_progress(const struct aiocb *io)
{
    return aio_error(io) == EINPROGRESS;
}

/* Of a request that is complete: bytes moved, or -1 with errno. */
static ssize_t result_of(struct aiocb *io)
{
    int error = aio_error(io);
    ssize_t moved = aio_return(io);
    errno = error;
    return error ? -1 : moved;
}

/* --- echo --- */

static void receive(struct client *client, void (*then)(struct client *, ssize_t), size_t at,
                    size_t most)
{
    client->then = then;
    client->reading = true;
    client->at = client->buffer[0] + at;
    client->most = most;
}

static void sent(struct client *client, ssize_t moved);

static void send_rest(struct client *client)
{
    char *rest = client->buffer[client->front] + client->start;
    client->then = sent;
    prepare(&client->socket_io, LIO_WRITE, client->fd, rest, client->end - client->start, 0);
    begun(aio_write(&client->socket_io));
}

static void sent(struct client *client, ssize_t moved)
{
    if (moved < 0) {
        drop_client(client);
        return;
    }
    client->start += (size_t)moved;
    if (client->start < client->end)
        send_rest(client);
    else
        client->when_sent(client);
}

static void echo_received(struct client *client, ssize_t moved);

static void echo_begin(struct client *client)
{
    receive(client, echo_received, 0, BUFFER_SIZE);
}

static void echo_received(struct client *client, ssize_t moved)
{
    if (moved <= 0) {
        drop_client(client);
        return;
    }
    client->start = 0;
    client->end = (size_t)moved;
    client->when_sent = echo_begin;
    send_rest(client);
}

/* --- files --- */

/* The front buffer goes out, while the next part of the file comes into the other one. */
static void send_and_read(struct client *client)
{
    struct aiocb *both[] = {&client->socket_io, &client->file_io};
    client->then = sent;
    prepare(both[0], LIO_WRITE, client->fd, client->buffer[client->front], client->end, 0);
    prepare(both[1], LIO_READ, client->file, client->buffer[!client->front], BUFFER_SIZE,
            client->offset);
    begun(lio_listio(LIO_NOWAIT, both, 2, NULL));
}

/* The front buffer has gone; is there more in the other one? */
static void next_part(struct client *client)
{
    ssize_t got = result_of(&client->file_io);
    if (got <= 0) {
        drop_client(client);
        return;
    }
    client->offset += got;
    client->front = !client->front;
    client->start = 0;
    client->end = (size_t)got;
    send_and_read(client);
}

/* A regular file of the directory itself, or -1. There is no asynchronous open. */
static int open_file(const char *name, struct stat *status)
{
    int file = -1;
    if (name[0] == '.' || !name[0] || strchr(name, '/'))
        return -1;
    file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && (fstat(file, status) < 0 || !S_ISREG(status->st_mode))) {
        close(file);
        file = -1;
    }
    return file;
}

/* `name` is NULL when there is none that could be looked for. */
static void answer_name(struct client *client, const char *name)
{
    struct stat status;
    client->start = 0;
    client->file = name ? open_file(name, &status) : -1;
    if (client->file < 0) {
        client->end = (size_t)sprintf(client->buffer[0], "ERROR no such file\n");
        client->when_sent = drop_client;
        send_rest(client);
        return;
    }
    client->end = (size_t)sprintf(client->buffer[0], "OK %lld\n", (long long)status.st_size);
    client->when_sent = next_part;
    send_and_read(client);
}

static void name_received(struct client *client, ssize_t moved)
{
    char *name = client->buffer[0];
    if (moved <= 0) {
        drop_client(client);
        return;
    }
    client->end += (size_t)moved;
    char *newline = memchr(name, '\n', client->end);
    if (newline) {
        *newline = '\0';
        answer_name(client, name + strlen(name) == newline ? name : NULL);
    } else if (client->end < BUFFER_SIZE)
        receive(client, name_received, client->end, BUFFER_SIZE - client->end);
    else
        answer_name(client, NULL);
}

static void files_begin(struct client *client)
{
    receive(client, name_received, 0, BUFFER_SIZE);
}

/* --- the loop --- */

static void accept_client(int listener, void (*begin)(struct client *))
{
    int fd = accept(listener, NULL, NULL);
    struct client *client = fd >= 0 ? calloc(1, sizeof *client) : NULL;
    if (!client) {
        if (fd >= 0)
            close(fd);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED))
            accept_after = now + 1; /* the listener stays readable: do not ask for a while */
        return;
    }
    client->fd = fd;
    client->file = -1;
    client->last_activity = now;
    client->next = clients;
    clients = client;
    begin(client);
}

/* The client shall go, and a request of it is in progress. */
static void retire(struct client *client)
{
    if (aio_cancel(client->fd, NULL) == AIO_NOTCANCELED)
        shutdown(client->fd, SHUT_RDWR);
    client->last_activity = now; /* to be looked at again if that was not enough */
}

/* It reads itself. False: there was nothing. */
static bool read_now(struct client *client)
{
    ssize_t moved = recv(client->fd, client->at, client->most, MSG_DONTWAIT);
    if (moved < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    client->reading = false;
    client->last_activity = now;
    client->then(client, moved);
    return true;
}

static void serve(struct client *client)
{
    if (client->reading) {
        if (!read_now(client) && now - client->last_activity >= idle_seconds)
            drop_client(client);
        return;
    }
    if (in_progress(&client->socket_io) || in_progress(&client->file_io)) {
        if (now - client->last_activity >= idle_seconds)
            retire(client);
        return;
    }
    client->last_activity = now;
    client->then(client, result_of(&client->socket_io));
}

static void serve_all(void)
{
    for (struct client **place = &clients, *client; (client = *place);) {
        serve(client);
        if (client->fd < 0) {
            *place = client->next;
            free(client);
        } else
            place = &client->next;
    }
}

/* How long nothing has to be looked at, unless something happens; NULL: for ever. */
static struct timespec *time_left(struct timespec *left)
{
    double next = accept_after > now ? accept_after : 0;
    for (const struct client *client = clients; client; client = client->next)
        if (!next || client->last_activity + idle_seconds < next)
            next = client->last_activity + idle_seconds;
    double seconds = next > now && !look_again ? next - now : 0;
    *left = (struct timespec){.tv_sec = (time_t)seconds,
                              .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    return next || look_again ? left : NULL;
}

/* Sleeps until somebody comes, a request is complete, or the server is to end. */
static void wait_and_accept(int echo, int files, const sigset_t *open)
{
    struct timespec left;
    bool accepting = now >= accept_after;
    static struct pollfd listeners[4096];
    nfds_t count = 2;
    listeners[0] = (struct pollfd){.fd = accepting ? echo : -1, .events = POLLIN};
    listeners[1] = (struct pollfd){.fd = accepting ? files : -1, .events = POLLIN};
    for (const struct client *client = clients; client && count < 4096; client = client->next)
        if (client->reading)
            listeners[count++] = (struct pollfd){.fd = client->fd, .events = POLLIN};
    struct timespec *limit = time_left(&left);
    look_again = false;
    if (ppoll(listeners, count, limit, open) < 0)
        listeners[0].revents = listeners[1].revents = 0;
    read_clock();
    if (listeners[0].revents && !support_stopping)
        accept_client(echo, echo_begin);
    if (listeners[1].revents && !support_stopping)
        accept_client(files, files_begin);
}

/* A request that is in progress needs its memory: wake all helpers, then wait for each. */
static void end_all(void)
{
    for (struct client *client = clients; client; client = client->next)
        retire(client);
    for (struct client *client; (client = clients);) {
        const struct aiocb *all[] = {&client->socket_io, &client->file_io};
        for (int i = 0; i < 2; i++)
            while (in_progress(all[i]))
                aio_suspend(&all[i], 1, NULL);
        drop_client(client);
        clients = client->next;
        free(client);
    }
}

static void on_completion(int signal)
{
    (void)signal; /* ppoll comes back, and that is all that it is good for */
}

/* These signals are let through in ppoll only, so that none comes between a look and a sleep. */
static void hold_signals(sigset_t *open)
{
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, COMPLETED);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, open);
    signal(SIGPIPE, SIG_IGN);
    sigaction(COMPLETED, &(struct sigaction){.sa_handler = on_completion}, NULL);
}

int main(int argc, char **argv)
{
    int files = -1, port = support_port(argc, argv);
    sigset_t open_signals;
    idle_seconds = support_number(argc, argv, 3, idle_seconds);
    aio_init(&(struct aioinit){.aio_threads = HELPERS, .aio_num = HELPERS});
    hold_signals(&open_signals);
    support_catch_stop();
    if (argc > 2) {
        directory = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        files = support_listen(port + 1); /* first: the server is ready when PORT is */
        fcntl(files, F_SETFL, O_NONBLOCK);
    }
    int echo = support_listen(port);
    fcntl(echo, F_SETFL, O_NONBLOCK); /* who asked to be accepted may be gone again */
    while (!support_stopping) {
        wait_and_accept(echo, files, &open_signals);
        serve_all();
    }
    end_all();
    close(echo);
    if (argc > 2) {
        close(files);
        close(directory);
    }
    return 0;
}
