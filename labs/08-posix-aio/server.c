/*
 * Echo on PORT and files on PORT + 1, with POSIX asynchronous I/O: aio(7).
 *
 * A request is begun, and the thread goes on at once; while it is in progress, its control block
 * and its buffer belong to the library. When it is complete a signal comes. The signal only says
 * that something is: many completions may become one signal, so all control blocks are looked
 * at. A client has one request of its socket in progress, never two: glibc does the requests of
 * one descriptor one after the other, and a write would wait for the bytes that a read waits for.
 */
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
    off_t offset;      /* of what is still to be read from the file */
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
    /* TODO 1: Fill in the rest: what is to be done with which bytes, and how you want to
       hear that it was. */
    (void)operation;
    (void)buffer;
    (void)size;
}

static void begun(int status)
{
    if (status < 0) /* the control block says why */
        look_again = true;
}

static bool in_progress(const struct aiocb *io)
{
    /* TODO 2: Is it? No system call is needed to know. */
    (void)io;
    return false;
}

/* Of a request that is complete: bytes moved, or -1 with errno. */
static ssize_t result_of(struct aiocb *io)
{
    /* TODO 2: What came of it: first the error, then, once, the count. */
    (void)io;
    return -1;
}

/* --- echo --- */

static void receive(struct client *client, void (*then)(struct client *, ssize_t), size_t at,
                    size_t most)
{
    client->then = then;
    prepare(&client->socket_io, LIO_READ, client->fd, client->buffer[0] + at, most, 0);
    begun(aio_read(&client->socket_io));
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
    /* TODO 3: A write may have moved less than it was asked for. Go on until all is sent,
       then do what comes next; give up when the client has gone. */
    (void)moved;
    send_rest(client);
}

static void echo_received(struct client *client, ssize_t moved);

static void echo_begin(struct client *client)
{
    receive(client, echo_received, 0, BUFFER_SIZE);
}

static void echo_received(struct client *client, ssize_t moved)
{
    /* TODO 3: Bytes go back to where they came from, and only then the next read is begun.
       The end, or an error, ends the client. */
    (void)moved;
    drop_client(client);
}

/* --- files --- */

/* The front buffer goes out, while the next part of the file comes into the other one. */
static void send_and_read(struct client *client)
{
    /* TODO 5: Two requests of two descriptors, begun with one call. */
    send_rest(client);
}

/* The front buffer has gone; is there more in the other one? */
static void next_part(struct client *client)
{
    /* TODO 5: Turn the buffers round and go on, or close when the file is at its end. */
    drop_client(client);
}

/* A regular file of the directory itself, or -1. There is no asynchronous open. */
static int open_file(const char *name, struct stat *status)
{
    int file = -1;
    /* TODO 4: Names lead nowhere else: no slash, no dot at the beginning, no symbolic link.
       A FIFO must not make you wait. */
    (void)name;
    (void)status;
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
    /* TODO 4: A name ends with a newline, and may come in pieces. client->end bytes of it
       are in the buffer from before. */
    (void)moved;
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
    /* TODO 6: What nobody has begun can be cancelled. What a helper is asleep in cannot:
       it has to be woken, and its completion ends the client. */
    (void)client;
}

static void serve(struct client *client)
{
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
    struct pollfd listeners[] = {{.fd = accepting ? echo : -1, .events = POLLIN},
                                 {.fd = accepting ? files : -1, .events = POLLIN}};
    struct timespec *limit = time_left(&left);
    look_again = false;
    if (ppoll(listeners, 2, limit, open) < 0)
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
        /* TODO 6: Sleep until this client's requests are complete. */
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
    /* TODO 7: A read of a silent client keeps one of the library's threads. How many may
       it have? To be said before the first request. */
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
