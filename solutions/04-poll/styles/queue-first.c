/* Style: a list of clients, from which the array is built anew for each call; output is queued
   and written when poll says so; read and write, SIGPIPE ignored; a spare descriptor to refuse
   clients with. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

typedef struct ring {
    char *bytes;
    size_t capacity, head, tail; /* counted on without end */
} circular_buffer_t;

circular_buffer_t *create_buffer(size_t capacity)
{
    circular_buffer_t *b = malloc(sizeof *b);
    b->bytes = malloc(capacity);
    b->capacity = capacity;
    b->head = b->tail = 0;
    return b;
}

int buffer_write(circular_buffer_t *b, const void *data, size_t len)
{
    const char *from = data;
    if (b->tail - b->head + len > b->capacity)
        return -1;
    while (len-- > 0)
        b->bytes[b->tail++ % b->capacity] = *from++;
    return 0;
}

int buffer_read(circular_buffer_t *b, void *data, size_t len)
{
    char *to = data;
    int n = 0;
    while (len-- > 0 && b->head < b->tail) {
        *to++ = b->bytes[b->head++ % b->capacity];
        n++;
    }
    return n;
}

struct client {
    struct client *next;
    int fd, over;
    time_t seen;
    circular_buffer_t *in;
    char head[65];
    size_t head_size, body_size, have;
    char *answer; /* being made, or being written when `sent` is not -1 */
    long sent;
};

static struct client *first;
static int requests, idle = 60, spare;

static time_t seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* Bad request: -1. */
static int header_done(struct client *c)
{
    unsigned long size;
    c->head[c->head_size] = 0;
    if (c->head_size < 21 || memcmp(c->head, "Content-Length: ", 16) != 0 ||
        strlen(c->head) != c->head_size ||
        strspn(c->head + 16, "0123456789") != c->head_size - 20)
        return -1;
    errno = 0;
    size = strtoul(c->head + 16, NULL, 10);
    if (errno || size > 1048576)
        return -1;
    c->body_size = size;
    c->have = 0;
    c->answer = malloc(c->head_size + size);
    memcpy(c->answer, c->head, c->head_size);
    return 0;
}

static int think_requests(struct client *c)
{
    while (!c->answer) {
        if (c->head_size == 64)
            return -1;
        if (buffer_read(c->in, c->head + c->head_size, 1) == 0)
            return 0;
        c->head_size++;
        if (c->head_size >= 4 && memcmp(c->head + c->head_size - 4, "\r\n\r\n", 4) == 0 &&
            header_done(c) < 0)
            return -1;
    }
    /* The last byte of the body is the first of the answer. */
    char *begin = c->answer + c->head_size, byte;
    while (c->have < c->body_size && buffer_read(c->in, &byte, 1))
        begin[c->body_size - ++c->have] = byte;
    if (c->have == c->body_size)
        c->sent = 0;
    return 0;
}

static int think_echo(struct client *c)
{
    size_t n = c->in->tail - c->in->head;
    if (n == 0)
        return 0;
    c->answer = malloc(n);
    c->head_size = 0;
    c->body_size = (size_t)buffer_read(c->in, c->answer, n);
    c->sent = 0;
    return 0;
}

/* -1: this client is to be closed. */
static int think(struct client *c)
{
    if (c->sent >= 0)
        return 0;
    if ((requests ? think_requests(c) : think_echo(c)) < 0)
        return -1;
    return c->over && c->sent < 0 ? -1 : 0;
}

static int put(struct client *c)
{
    size_t all = c->head_size + c->body_size;
    ssize_t n = write(c->fd, c->answer + c->sent, all - (size_t)c->sent);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    c->seen = seconds();
    c->sent += n;
    if ((size_t)c->sent < all)
        return 0;
    free(c->answer);
    c->answer = NULL;
    c->sent = -1;
    c->head_size = 0;
    return think(c);
}

static int get(struct client *c)
{
    char data[4096];
    size_t room = c->in->capacity - (c->in->tail - c->in->head);
    ssize_t n = read(c->fd, data, room < sizeof data ? room : sizeof data);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (n == 0)
        c->over = 1;
    else
        c->seen = seconds();
    buffer_write(c->in, data, (size_t)n);
    return think(c);
}

static void newcomer(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE && spare >= 0) {
            close(spare);
            close(accept(listener, NULL, NULL));
            spare = open("/dev/null", O_RDONLY);
        }
        return;
    }
    struct client *c = calloc(1, sizeof *c);
    *c = (struct client){.next = first, .fd = fd, .seen = seconds(), .sent = -1};
    c->in = create_buffer(10000);
    first = c;
}

static void forget(struct client **at)
{
    struct client *c = *at;
    *at = c->next;
    close(c->fd);
    free(c->in->bytes);
    free(c->in);
    free(c->answer);
    free(c);
}

static void round_of(int listener)
{
    size_t n = 1, i = 1;
    for (struct client *c = first; c; c = c->next)
        n++;
    struct pollfd *p = calloc(n, sizeof *p);
    p[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (struct client *c = first; c; c = c->next, i++) {
        int full = c->in->tail - c->in->head == c->in->capacity;
        p[i].fd = c->fd;
        p[i].events = (c->sent >= 0 ? POLLOUT : 0) | (full || c->over ? 0 : POLLIN);
    }
    if (poll(p, n, 500) >= 0) {
        i = 1;
        for (struct client **at = &first; *at; i++) {
            int bad = 0;
            if (p[i].revents & POLLOUT)
                bad = put(*at);
            if (bad == 0 && p[i].revents & POLLIN)
                bad = get(*at);
            if (bad == 0 && p[i].revents & (POLLERR | POLLHUP))
                bad = -1;
            if (bad < 0 || seconds() - (*at)->seen > idle)
                forget(at);
            else
                at = &(*at)->next;
        }
        if (p[0].revents)
            newcomer(listener);
    }
    free(p);
}

void poll_based_server(int listener)
{
    signal(SIGPIPE, SIG_IGN);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    spare = open("/dev/null", O_RDONLY);
    while (!support_stopping)
        round_of(listener);
    while (first)
        forget(&first);
    close(spare);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 60);
    requests = argc > 3;
    support_catch_stop();
    int listener = support_listen(port);
    poll_based_server(listener);
    close(listener);
    return 0;
}
