/* What the wrong models share: all but how they wait. A session takes bytes, and has bytes for its
   client; both protocols. Input that finds no room is not taken. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MOST    8192 /* the limit on descriptors */
#define ROOM    16384
#define LONGEST (1 << 20)

struct session {
    int fd;
    bool ended, broken;
    double last_activity;
    char in[ROOM];
    size_t in_size;
    char *body, *out;
    size_t body_size, body_used, out_size, out_sent;
};

static bool requests;
static int idle_seconds = 60;
static double now;

static inline void read_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    now = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline struct session *session_new(int fd)
{
    struct session *s = calloc(1, sizeof *s);
    s->fd = fd;
    s->last_activity = now;
    return s;
}

static inline void session_free(struct session *s)
{
    close(s->fd);
    free(s->body);
    free(s->out);
    free(s);
}

static inline bool session_sends(const struct session *s)
{
    return s->out_sent < s->out_size;
}

static inline bool session_receives(const struct session *s)
{
    return !s->ended && s->in_size < ROOM && !session_sends(s);
}

static inline void drop_input(struct session *s, size_t size)
{
    s->in_size -= size;
    memmove(s->in, s->in + size, s->in_size);
}

static inline bool answer_echo(struct session *s)
{
    if (s->in_size == 0)
        return false;
    s->out = malloc(s->in_size);
    s->out_size = s->in_size;
    memcpy(s->out, s->in, s->in_size);
    drop_input(s, s->in_size);
    return true;
}

/* The answer's header is written where the answer will be; the body fills it from behind. */
static inline bool begin_answer(struct session *s)
{
    static const char name[] = "Content-Length: ";
    char *blank = memmem(s->in, s->in_size < 64 ? s->in_size : 64, "\r\n\r\n", 4), *end;
    if (!blank) {
        s->broken = s->in_size >= 64;
        return false;
    }
    size_t size = (size_t)(blank + 4 - s->in);
    long length = -1;
    if (size > sizeof name + 3 && memcmp(s->in, name, sizeof name - 1) == 0 &&
        strspn(s->in + sizeof name - 1, "0123456789") == size - sizeof name - 3)
        length = strtol(s->in + sizeof name - 1, &end, 10);
    s->broken = length < 0 || length > LONGEST;
    if (s->broken)
        return false;
    s->body_size = size + (size_t)length;
    s->body_used = size;
    s->body = malloc(s->body_size);
    memcpy(s->body, s->in, size);
    drop_input(s, size);
    return true;
}

static inline bool answer_request(struct session *s)
{
    if (!s->body && !begin_answer(s))
        return false;
    size_t size = s->body_size - s->body_used;
    size = size < s->in_size ? size : s->in_size;
    memcpy(s->body + s->body_used, s->in, size);
    s->body_used += size;
    drop_input(s, size);
    if (s->body_used < s->body_size)
        return false;
    char *low = memmem(s->body, s->body_size, "\r\n\r\n", 4) + 4;
    for (char *high = s->body + s->body_size - 1; low < high; low++, high--) {
        char c = *low;
        *low = *high;
        *high = c;
    }
    s->out = s->body;
    s->out_size = s->body_size;
    s->body = NULL;
    return true;
}

/* Makes the next answer, if there is none; false: there is nothing to be sent. */
static inline bool session_answers(struct session *s)
{
    if (session_sends(s))
        return true;
    free(s->out);
    s->out = NULL;
    s->out_size = s->out_sent = 0;
    bool any = requests ? answer_request(s) : answer_echo(s);
    s->broken = s->broken || (!any && s->ended);
    return any;
}

/* One receive, if there is room for it. True when bytes came. */
static inline bool session_pull(struct session *s)
{
    if (!session_receives(s))
        return false;
    ssize_t n = recv(s->fd, s->in + s->in_size, ROOM - s->in_size, 0);
    s->ended = n == 0;
    s->broken = n < 0 && errno != EAGAIN && errno != EINTR;
    if (n > 0) {
        s->in_size += (size_t)n;
        s->last_activity = now;
    }
    return n > 0;
}

/* Sends while there is something, and the kernel takes it. True when bytes went. */
static inline bool session_push(struct session *s)
{
    bool any = false;
    while (!s->broken && session_answers(s)) {
        ssize_t n = send(s->fd, s->out + s->out_sent, s->out_size - s->out_sent, MSG_NOSIGNAL);
        if (n < 0) {
            s->broken = errno != EAGAIN && errno != EINTR;
            break;
        }
        any = true;
        s->out_sent += (size_t)n;
        s->last_activity = now;
    }
    return any;
}

static inline bool session_over(const struct session *s)
{
    return s->broken || now - s->last_activity >= idle_seconds;
}

void poll_based_server(int server_fd);

/* --- the ring, for the check that asks for it --- */

typedef struct {
    size_t capacity, first, length;
    char data[];
} circular_buffer_t;

circular_buffer_t *create_buffer(size_t capacity);
int buffer_write(circular_buffer_t *ring, const void *data, size_t size);
int buffer_read(circular_buffer_t *ring, void *data, size_t size);

circular_buffer_t *create_buffer(size_t capacity)
{
    circular_buffer_t *ring = calloc(1, sizeof *ring + capacity);
    ring->capacity = capacity;
    return ring;
}

int buffer_write(circular_buffer_t *ring, const void *data, size_t size)
{
    if (size > ring->capacity - ring->length)
        return -1;
    for (size_t i = 0; i < size; i++)
        ring->data[(ring->first + ring->length++) % ring->capacity] = ((const char *)data)[i];
    return 0;
}

int buffer_read(circular_buffer_t *ring, void *data, size_t size)
{
    size_t i;
    for (i = 0; i < size && ring->length > 0; i++, ring->length--) {
        ((char *)data)[i] = ring->data[ring->first];
        ring->first = (ring->first + 1) % ring->capacity;
    }
    return (int)i;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, idle_seconds);
    requests = argc > 3;
    support_catch_stop();
    int server_fd = support_listen(port);
    read_clock();
    poll_based_server(server_fd);
    close(server_fd);
    return 0;
}
