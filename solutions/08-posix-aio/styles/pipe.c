/* Told by SIGEV_THREAD: the library's notification threads pass requests on through a pipe, and the
   first thread polls it beside the listeners. Each request is an object of its own, allocated. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define PART 12000

struct peer;
typedef void step(struct peer *peer, ssize_t count);

struct request {
    struct aiocb control;
    struct peer *peer;
    step *next;
};

struct peer {
    struct peer *left, *right; /* a ring of all, for the idle and the end */
    int socket, file;
    struct request *pending;
    char *data;
    size_t done, total;
    off_t offset;
    int64_t touched; /* ms */
};

static struct peer ring = {&ring, &ring, -1, -1, NULL, NULL, 0, 0, 0, 0};
static int news[2], base = -1;
static int64_t patience;

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In a thread of the library's. */
static void complete(union sigval value)
{
    struct request *request = value.sival_ptr;
    while (write(news[1], &request, sizeof request) < 0 && errno == EINTR)
        ;
}

static void bye(struct peer *peer)
{
    peer->left->right = peer->right;
    peer->right->left = peer->left;
    close(peer->socket);
    if (peer->file != -1)
        close(peer->file);
    free(peer->data);
    free(peer);
}

static void order(struct peer *peer, int operation, int fd, size_t from, size_t size,
                  step *next)
{
    struct request *request = calloc(1, sizeof *request);
    struct aiocb *control = &request->control;
    request->peer = peer;
    request->next = next;
    control->aio_fildes = fd;
    control->aio_buf = peer->data + from;
    control->aio_nbytes = size;
    control->aio_offset = fd == peer->file ? peer->offset : 0;
    control->aio_sigevent.sigev_notify = SIGEV_THREAD;
    control->aio_sigevent.sigev_notify_function = complete;
    control->aio_sigevent.sigev_value.sival_ptr = request;
    peer->pending = request;
    if ((operation == LIO_READ ? aio_read : aio_write)(control) == 0)
        return;
    free(request);
    bye(peer);
}

static void flush(struct peer *peer, step *next)
{
    order(peer, LIO_WRITE, peer->socket, peer->done, peer->total - peer->done, next);
}

static step echo_in;

static void echo_out(struct peer *peer, ssize_t count)
{
    peer->done += (size_t)count;
    if (peer->done < peer->total)
        flush(peer, echo_out);
    else
        order(peer, LIO_READ, peer->socket, 0, PART, echo_in);
}

static void echo_in(struct peer *peer, ssize_t count)
{
    peer->done = 0;
    peer->total = (size_t)count;
    flush(peer, echo_out);
}

static step file_in;

static void file_out(struct peer *peer, ssize_t count)
{
    peer->done += (size_t)count;
    if (peer->done < peer->total)
        flush(peer, file_out);
    else if (peer->file == -1)
        bye(peer);
    else
        order(peer, LIO_READ, peer->file, 0, PART, file_in);
}

static void file_in(struct peer *peer, ssize_t count)
{
    peer->offset += count;
    peer->done = 0;
    peer->total = (size_t)count;
    flush(peer, file_out);
}

static int find(const char *name, size_t size, struct stat *status)
{
    if (!size || size > 255 || name[0] == '.' || memchr(name, '/', size) ||
        memchr(name, 0, size))
        return -1;
    char path[256] = "";
    memcpy(path, name, size);
    int file = openat(base, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file != -1 && fstat(file, status) == 0 && S_ISREG(status->st_mode))
        return file;
    if (file != -1)
        close(file);
    return -1;
}

static void name_in(struct peer *peer, ssize_t count)
{
    struct stat status;
    peer->total += (size_t)count;
    char *end = memchr(peer->data, '\n', peer->total);
    if (!end && peer->total < PART) {
        order(peer, LIO_READ, peer->socket, peer->total, PART - peer->total, name_in);
        return;
    }
    peer->file = end ? find(peer->data, (size_t)(end - peer->data), &status) : -1;
    peer->done = 0;
    peer->total = peer->file == -1
                      ? (size_t)snprintf(peer->data, PART, "ERROR I have no such file\n")
                      : (size_t)snprintf(peer->data, PART, "OK %ld\n", (long)status.st_size);
    flush(peer, file_out);
}

static void finish(struct request *request)
{
    struct peer *peer = request->peer;
    step *next = request->next;
    ssize_t count = aio_error(&request->control) ? -1 : aio_return(&request->control);
    free(request);
    peer->pending = NULL;
    peer->touched = milliseconds();
    if (count <= 0)
        bye(peer);
    else
        next(peer, count);
}

static void admit(int listener, step *first)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE)
            poll(NULL, 0, 200); /* those who are here wait a moment, too */
        return;
    }
    struct peer *peer = calloc(1, sizeof *peer);
    *peer = (struct peer){.left = &ring, .right = ring.right, .socket = fd, .file = -1};
    ring.right->left = peer;
    ring.right = peer;
    peer->data = malloc(PART + 1);
    peer->touched = milliseconds();
    order(peer, LIO_READ, fd, 0, PART, first);
}

static void drop_idle(void)
{
    for (struct peer *peer = ring.left; peer != &ring; peer = peer->left)
        if (milliseconds() - peer->touched >= patience)
            shutdown(peer->socket, SHUT_RDWR);
}

static void take_news(void)
{
    struct request *request;
    if (read(news[0], &request, sizeof request) == sizeof request)
        finish(request);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    struct pollfd watched[3] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    struct aioinit init = {.aio_threads = 1000, .aio_num = 100};
    aio_init(&init);
    patience = 1000 * (int64_t)support_number(argc, argv, 3, 60);
    support_catch_stop();
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(news, O_CLOEXEC) < 0)
        return 1;
    watched[2] = (struct pollfd){.fd = news[0], .events = POLLIN};
    if (argc > 2) {
        base = open(argv[2], O_RDONLY | O_DIRECTORY);
        watched[1] = (struct pollfd){.fd = support_listen(port + 1), .events = POLLIN};
    }
    watched[0] = (struct pollfd){.fd = support_listen(port), .events = POLLIN};
    fcntl(watched[0].fd, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        if (poll(watched, 3, 1000) <= 0)
            watched[0].revents = watched[1].revents = watched[2].revents = 0;
        if (watched[2].revents)
            take_news();
        if (watched[0].revents & POLLIN)
            admit(watched[0].fd, echo_in);
        if (watched[1].revents & POLLIN)
            admit(watched[1].fd, name_in);
        drop_idle();
    }
    for (struct peer *peer = ring.left; peer != &ring; peer = peer->left)
        shutdown(peer->socket, SHUT_RDWR);
    while (ring.left != &ring) {
        struct request *request;
        if (read(news[0], &request, sizeof request) == sizeof request) {
            request->next = echo_in;
            struct peer *peer = request->peer;
            free(request);
            bye(peer);
        }
    }
    return 0;
}
