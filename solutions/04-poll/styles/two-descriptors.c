/* Style: two descriptors and two entries for each client (dup), one to read from and one to write
   to; answers wait in linked pieces, each allocated as it is needed; up to four receives for an
   event, through one large buffer for all clients; a signalfd for SIGTERM; clients in the order of
   their activity, the first of whom tells the time-out. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define HIGH 65536 /* with so much waiting nothing more is read */

typedef struct ring {
    size_t capacity, first, count;
    char bytes[];
} circular_buffer_t;

circular_buffer_t *create_buffer(size_t capacity)
{
    circular_buffer_t *ring = calloc(1, sizeof *ring + capacity);
    if (ring)
        ring->capacity = capacity;
    return ring;
}

int buffer_write(circular_buffer_t *ring, const void *data, size_t len)
{
    const char *byte = data;
    if (ring->count + len > ring->capacity)
        return -1;
    for (size_t i = 0; i < len; i++)
        ring->bytes[(ring->first + ring->count++) % ring->capacity] = byte[i];
    return 0;
}

int buffer_read(circular_buffer_t *ring, void *data, size_t len)
{
    size_t n = len < ring->count ? len : ring->count;
    for (size_t i = 0; i < n; i++)
        ((char *)data)[i] = ring->bytes[(ring->first + i) % ring->capacity];
    ring->first = (ring->first + n) % ring->capacity;
    ring->count -= n;
    return (int)n;
}

struct piece {
    STAILQ_ENTRY(piece) next;
    size_t size, sent;
    char bytes[];
};

struct session {
    TAILQ_ENTRY(session) place;
    int in, out;
    bool ended, lost;
    int64_t active;
    size_t waiting;
    STAILQ_HEAD(, piece) pieces;
    char head[64];
    size_t head_size, body_left;
    struct piece *answer; /* being made, from its end */
};

static TAILQ_HEAD(sessions, session) sessions = TAILQ_HEAD_INITIALIZER(sessions);
static bool requests, refused;
static int patience = 60, signals = -1;
static int64_t now, try_again;

static void tell_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct piece *new_piece(size_t size)
{
    struct piece *piece = malloc(sizeof *piece + size);
    if (piece)
        *piece = (struct piece){.size = size};
    return piece;
}

static void queue(struct session *s, struct piece *piece)
{
    STAILQ_INSERT_TAIL(&s->pieces, piece, next);
    s->waiting += piece->size;
}

/* A whole header: the answer has the same one, and room for the body. */
static bool begin_answer(struct session *s)
{
    static const char name[] = "Content-Length: ";
    size_t digits = sizeof name - 1, size = 0, i;
    if (s->head_size < digits + 5 || memcmp(s->head, name, digits) != 0)
        return false;
    for (i = digits; i < s->head_size - 4; i++) {
        if (s->head[i] < '0' || s->head[i] > '9' || size > 1048576)
            return false;
        size = 10 * size + (size_t)(s->head[i] - '0');
    }
    if (size > 1048576 || !(s->answer = new_piece(s->head_size + size)))
        return false;
    memcpy(s->answer->bytes, s->head, s->head_size);
    s->body_left = size;
    return true;
}

static void end_answer(struct session *s)
{
    queue(s, s->answer);
    s->answer = NULL;
    s->head_size = 0;
}

static bool take_request_byte(struct session *s, char byte)
{
    if (s->answer) {
        s->answer->bytes[s->head_size + --s->body_left] = byte;
    } else {
        s->head[s->head_size++] = byte;
        bool whole =
            s->head_size >= 4 && memcmp(s->head + s->head_size - 4, "\r\n\r\n", 4) == 0;
        if (whole ? !begin_answer(s) : s->head_size == sizeof s->head)
            return false;
    }
    if (s->answer && s->body_left == 0)
        end_answer(s);
    return true;
}

static bool take(struct session *s, const char *bytes, size_t size)
{
    if (requests) {
        for (size_t i = 0; i < size; i++)
            if (!take_request_byte(s, bytes[i]))
                return false;
        return true;
    }
    struct piece *piece = new_piece(size);
    if (!piece)
        return false;
    memcpy(piece->bytes, bytes, size);
    queue(s, piece);
    return true;
}

static void moved(struct session *s)
{
    s->active = now;
    TAILQ_REMOVE(&sessions, s, place);
    TAILQ_INSERT_TAIL(&sessions, s, place);
}

static void give(struct session *s)
{
    struct iovec parts[16];
    int count = 0;
    struct piece *piece;
    STAILQ_FOREACH(piece, &s->pieces, next)
    {
        if (count == 16)
            break;
        parts[count++] = (struct iovec){piece->bytes + piece->sent, piece->size - piece->sent};
    }
    ssize_t n = count ? writev(s->out, parts, count) : 0;
    if (n < 0)
        s->lost = errno != EAGAIN && errno != EINTR;
    if (n <= 0)
        return;
    moved(s);
    s->waiting -= (size_t)n;
    while (n > 0) {
        piece = STAILQ_FIRST(&s->pieces);
        size_t part = piece->size - piece->sent;
        part = part < (size_t)n ? part : (size_t)n;
        piece->sent += part;
        n -= (ssize_t)part;
        if (piece->sent == piece->size) {
            STAILQ_REMOVE_HEAD(&s->pieces, next);
            free(piece);
        }
    }
}

static void get(struct session *s)
{
    static char bytes[32768];
    for (int i = 0; i < 4 && !s->ended && !s->lost && s->waiting < HIGH; i++) {
        ssize_t n = read(s->in, bytes, sizeof bytes);
        if (n < 0) {
            s->lost = errno != EAGAIN && errno != EINTR;
            return;
        }
        s->ended = n == 0;
        if (n > 0)
            moved(s);
        s->lost = n > 0 && !take(s, bytes, (size_t)n);
    }
}

static void leave(struct session *s)
{
    struct piece *piece;
    TAILQ_REMOVE(&sessions, s, place);
    close(s->in);
    close(s->out);
    while ((piece = STAILQ_FIRST(&s->pieces))) {
        STAILQ_REMOVE_HEAD(&s->pieces, next);
        free(piece);
    }
    free(s->answer);
    free(s);
    refused = false;
}

static void enter(int listener)
{
    int in = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int out = in < 0 ? -1 : dup(in);
    if (out < 0) {
        refused = errno != EAGAIN && errno != ECONNABORTED && errno != EINTR;
        try_again = now + 500;
        if (in >= 0)
            close(in);
        return;
    }
    struct session *s = calloc(1, sizeof *s);
    s->in = in;
    s->out = out;
    s->active = now;
    STAILQ_INIT(&s->pieces);
    TAILQ_INSERT_TAIL(&sessions, s, place);
}

/* The two entries of each client, one or none of them when it is not of interest. */
static size_t ask(struct pollfd *entries, struct session **whose)
{
    size_t count = 0;
    struct session *s;
    TAILQ_FOREACH(s, &sessions, place)
    {
        bool full = s->ended || s->waiting >= HIGH;
        if (!full) {
            whose[count] = s;
            entries[count++] = (struct pollfd){.fd = s->in, .events = POLLIN};
        }
        if (s->waiting || full) {
            whose[count] = s;
            entries[count++] = (struct pollfd){.fd = s->out, .events = POLLOUT};
        }
    }
    return count;
}

static int time_left(void)
{
    int64_t until = INT64_MAX;
    if (!TAILQ_EMPTY(&sessions))
        until = TAILQ_FIRST(&sessions)->active + patience * INT64_C(1000);
    if (refused && try_again < until)
        until = try_again;
    return until == INT64_MAX ? -1 : until > now ? (int)(until - now) : 0;
}

static void look_after(struct pollfd *entries, struct session **whose, size_t count)
{
    struct session *s, *next;
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].revents)
            continue;
        if (entries[i].fd == whose[i]->in)
            get(whose[i]);
        if (!whose[i]->lost)
            give(whose[i]);
    }
    for (s = TAILQ_FIRST(&sessions); s; s = next) {
        next = TAILQ_NEXT(s, place);
        if (s->lost || (s->ended && !s->waiting) || now - s->active >= patience * 1000)
            leave(s);
    }
}

void poll_based_server(int listener)
{
    for (;;) {
        size_t count = 2;
        struct session *s;
        TAILQ_FOREACH(s, &sessions, place)
        count += 2;
        struct pollfd *entries = calloc(count, sizeof *entries);
        struct session **whose = calloc(count, sizeof(struct session *));
        if (refused && now >= try_again)
            refused = false;
        entries[0] = (struct pollfd){.fd = signals, .events = POLLIN};
        entries[1] = (struct pollfd){.fd = listener, .events = refused ? 0 : POLLIN};
        count = ask(entries + 2, whose);
        int ready = poll(entries, count + 2, time_left());
        bool stop = ready > 0 && entries[0].revents;
        tell_time();
        if (ready >= 0 && !stop) {
            look_after(entries + 2, whose, count);
            if (entries[1].revents)
                enter(listener);
        }
        free(entries);
        free(whose);
        if (stop)
            break;
    }
    while (!TAILQ_EMPTY(&sessions))
        leave(TAILQ_FIRST(&sessions));
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), on = 1;
    patience = support_number(argc, argv, 2, patience);
    requests = argc > 3;
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    signals = signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(listener, SOMAXCONN) < 0)
        return 1;
    tell_time();
    poll_based_server(listener);
    close(listener);
    close(signals);
    return 0;
}
