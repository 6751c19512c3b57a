/* Style: ppoll, with SIGTERM blocked outside of it; readv and writev on the two parts of a ring;
   the time-out is that of the client that becomes idle next; clients by pointer, each knows its
   place in the array. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define NANO INT64_C(1000000000)

typedef struct {
    size_t capacity, first, used;
    char *memory;
} circular_buffer_t;

circular_buffer_t *create_buffer(size_t capacity)
{
    circular_buffer_t *ring = calloc(1, sizeof *ring);
    ring->capacity = capacity;
    ring->memory = malloc(capacity);
    return ring;
}

/* Two pieces of memory: `size` bytes from `offset` on, behind the first byte in use. */
static int pieces(const circular_buffer_t *ring, size_t offset, size_t size, struct iovec *two)
{
    size_t at = (ring->first + offset) % ring->capacity;
    size_t one = ring->capacity - at < size ? ring->capacity - at : size;
    two[0] = (struct iovec){ring->memory + at, one};
    two[1] = (struct iovec){ring->memory, size - one};
    return size > one ? 2 : 1;
}

static void take_out(circular_buffer_t *ring, size_t size)
{
    ring->first = (ring->first + size) % ring->capacity;
    ring->used -= size;
}

int buffer_write(circular_buffer_t *ring, const void *data, size_t size)
{
    struct iovec two[2];
    if (size > ring->capacity - ring->used)
        return -1;
    pieces(ring, ring->used, size, two);
    memcpy(two[0].iov_base, data, two[0].iov_len);
    memcpy(two[1].iov_base, (const char *)data + two[0].iov_len, two[1].iov_len);
    ring->used += size;
    return 0;
}

int buffer_read(circular_buffer_t *ring, void *data, size_t size)
{
    struct iovec two[2];
    if (size > ring->used)
        size = ring->used;
    pieces(ring, 0, size, two);
    memcpy(data, two[0].iov_base, two[0].iov_len);
    memcpy((char *)data + two[0].iov_len, two[1].iov_base, two[1].iov_len);
    take_out(ring, size);
    return (int)size;
}

struct client {
    size_t place;
    bool half_closed;
    int64_t last;
    circular_buffer_t *in;
    char header[64];
    size_t header_size;
    char *body; /* there is one from the end of the header to the end of the answer */
    size_t body_size, body_come;
    bool answering;
    size_t answered; /* header and body */
};

static struct pollfd *array;
static struct client **table;
static size_t count, allocated;
static int64_t idle = 60 * NANO, now, pause_until;
static bool requests;

static void tell_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    now = t.tv_sec * NANO + t.tv_nsec;
}

static bool fails(ssize_t result)
{
    return result < 0 && errno != EAGAIN && errno != EINTR;
}

static bool receive(struct client *c, int fd)
{
    struct iovec two[2];
    int n = pieces(c->in, c->in->used, c->in->capacity - c->in->used, two);
    ssize_t got = readv(fd, two, n);
    if (got > 0) {
        c->in->used += (size_t)got;
        c->last = now;
    }
    c->half_closed = got == 0;
    return !fails(got);
}

static bool echo(struct client *c, int fd)
{
    struct iovec two[2];
    if (c->in->used > 0) {
        int n = pieces(c->in, 0, c->in->used, two);
        struct msghdr message = {.msg_iov = two, .msg_iovlen = (size_t)n};
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (fails(sent))
            return false;
        if (sent > 0) {
            take_out(c->in, (size_t)sent);
            c->last = now;
        }
    }
    c->answering = c->in->used > 0;
    return c->answering || !c->half_closed;
}

/* True when the header is complete and right; `wrong` when it never will be. */
static bool header_ready(struct client *c, bool *wrong)
{
    static const char start[] = "Content-Length: ", end[] = "\r\n\r\n";
    while (c->header_size < 64 && buffer_read(c->in, c->header + c->header_size, 1) == 1) {
        size_t n = ++c->header_size;
        if (n < 4 || memcmp(c->header + n - 4, end, 4) != 0)
            continue;
        *wrong = n < 21 || memcmp(c->header, start, 16) != 0;
        c->body_size = 0;
        for (size_t i = 16; i + 4 < n && !*wrong; i++) {
            *wrong = c->header[i] < '0' || c->header[i] > '9' || c->body_size > 1 << 20;
            c->body_size = c->body_size * 10 + (size_t)(c->header[i] - '0');
        }
        *wrong = *wrong || c->body_size > 1 << 20;
        return !*wrong;
    }
    *wrong = c->header_size == 64;
    return false;
}

static void reverse(char *text, size_t size)
{
    for (size_t i = 0; i + i + 1 < size; i++) {
        char c = text[i];
        text[i] = text[size - 1 - i];
        text[size - 1 - i] = c;
    }
}

static bool send_answer(struct client *c, int fd)
{
    size_t head = c->answered < c->header_size ? c->header_size - c->answered : 0;
    size_t from = c->answered > c->header_size ? c->answered - c->header_size : 0;
    struct iovec two[2] = {{c->header + c->header_size - head, head},
                           {c->body + from, c->body_size - from}};
    ssize_t sent = writev(fd, two, 2);
    if (fails(sent))
        return false;
    if (sent > 0) {
        c->answered += (size_t)sent;
        c->last = now;
    }
    if (c->answered == c->header_size + c->body_size) {
        free(c->body);
        c->body = NULL;
        c->answering = false;
        c->header_size = 0;
    }
    return true;
}

static bool request(struct client *c, int fd)
{
    bool wrong = false;
    for (;;) {
        if (c->answering && !send_answer(c, fd))
            return false;
        if (c->answering)
            return true;
        if (!c->body) {
            if (!header_ready(c, &wrong))
                return !wrong && !c->half_closed;
            c->body = malloc(c->body_size + 1);
            c->body_come = 0;
        }
        c->body_come +=
            (size_t)buffer_read(c->in, c->body + c->body_come, c->body_size - c->body_come);
        if (c->body_come < c->body_size)
            return !c->half_closed;
        reverse(c->body, c->body_size);
        c->answering = true;
        c->answered = 0;
    }
}

static bool serve(struct client *c, short events)
{
    int fd = array[c->place].fd;
    if (events & (POLLERR | POLLNVAL))
        return false;
    if (events & POLLIN && !receive(c, fd))
        return false;
    if (!(requests ? request(c, fd) : echo(c, fd)))
        return false;
    array[c->place].events = 0;
    if (c->answering)
        array[c->place].events |= POLLOUT;
    if (!c->half_closed && c->in->used < c->in->capacity)
        array[c->place].events |= POLLIN;
    return true;
}

static void leave(struct client *c)
{
    size_t hole = c->place;
    close(array[hole].fd);
    free(c->in->memory);
    free(c->in);
    free(c->body);
    free(c);
    if (hole != --count) {
        array[hole] = array[count];
        table[hole] = table[count];
        table[hole]->place = hole;
    }
    pause_until = 0;
}

static void enter(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            pause_until = now + NANO;
        return;
    }
    if (count == allocated) {
        allocated += 100;
        array = reallocarray(array, allocated, sizeof *array);
        table = reallocarray(table, allocated, sizeof *table);
    }
    struct client *c = calloc(1, sizeof *c);
    c->in = create_buffer(5000);
    c->last = now;
    c->place = count;
    table[count] = c;
    array[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static int64_t next_alarm(void)
{
    int64_t next = pause_until ? pause_until : INT64_MAX;
    for (size_t i = 1; i < count; i++)
        if (table[i]->last + idle < next)
            next = table[i]->last + idle;
    return next;
}

void poll_based_server(int server_fd)
{
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    array = malloc(sizeof *array);
    table = malloc(sizeof(struct client *));
    count = allocated = 1;
    while (!support_stopping) {
        tell_time();
        int64_t wait = next_alarm();
        wait = wait == INT64_MAX ? wait : wait < now ? 0 : wait - now;
        struct timespec limit = {wait / NANO, wait % NANO};
        array[0] = (struct pollfd){.fd = server_fd, .events = pause_until ? 0 : POLLIN};
        int ready = ppoll(array, count, wait == INT64_MAX ? NULL : &limit, &before);
        tell_time();
        if (pause_until && now >= pause_until)
            pause_until = 0;
        for (size_t i = 1; i < count;) {
            struct client *c = table[i];
            short events = ready > 0 ? array[i].revents : 0;
            if ((events && !serve(c, events)) || now >= c->last + idle)
                leave(c);
            else
                i++;
        }
        if (ready > 0 && array[0].revents)
            enter(server_fd);
    }
    while (count > 1)
        leave(table[count - 1]);
    free(array);
    free(table);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 60) * NANO;
    requests = argc > 3 && strcmp(argv[3], "requests") == 0;
    support_catch_stop();
    int server_fd = support_listen(port);
    poll_based_server(server_fd);
    close(server_fd);
    return 0;
}
