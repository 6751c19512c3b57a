/* Style: each state is a function that returns the next one, echo is one of them; a self-pipe for
   SIGTERM stands in the array; sockets block, but MSG_DONTWAIT in each call; POLLRDHUP is asked
   for, and waits until all has been read. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define STORE 32768

typedef struct {
    char *data;
    size_t size, put, get;
    int full;
} circular_buffer_t;

static size_t inside(const circular_buffer_t *b)
{
    return b->full ? b->size : (b->put + b->size - b->get) % b->size;
}

circular_buffer_t *create_buffer(size_t size)
{
    circular_buffer_t *b = calloc(1, sizeof *b);
    *b = (circular_buffer_t){.data = malloc(size), .size = size};
    return b;
}

int buffer_write(circular_buffer_t *b, const void *data, size_t len)
{
    if (len > b->size - inside(b))
        return -1;
    for (size_t i = 0; i < len; i++) {
        b->data[b->put] = ((const char *)data)[i];
        b->put = (b->put + 1) % b->size;
        b->full = b->put == b->get;
    }
    return 0;
}

int buffer_read(circular_buffer_t *b, void *data, size_t len)
{
    size_t n = inside(b) < len ? inside(b) : len;
    for (size_t i = 0; i < n; i++) {
        ((char *)data)[i] = b->data[b->get];
        b->get = (b->get + 1) % b->size;
        b->full = 0;
    }
    return (int)n;
}

struct client;
typedef struct step {
    struct step (*next)(struct client *); /* NULL: hang up */
    int moved;                            /* go on at once */
} step;

/* The store holds what came; it is used from `from` on and moved to its start when full. */
struct client {
    int fd, end;
    time_t last;
    step state;
    size_t from, to, want, sent;
    char *reply;
    size_t reply_size;
    char store[STORE];
};

static struct client **clients; /* by place in the array, from 2 on */
static struct pollfd *entries;
static size_t used = 2, most = 2;
static int idle = 60, self_pipe[2];
static step first_state;

static const step broken = {NULL, 0};

static step stay(const struct client *c)
{
    return c->end && !c->reply ? broken : (step){c->state.next, 0};
}

static size_t there(const struct client *c)
{
    return c->to - c->from;
}

static step read_header(struct client *c);

static step reply(struct client *c)
{
    ssize_t n =
        send(c->fd, c->reply + c->sent, c->reply_size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return broken;
    if (n > 0) {
        c->sent += (size_t)n;
        c->last = time(NULL);
    }
    if (c->sent < c->reply_size)
        return stay(c);
    free(c->reply);
    c->reply = NULL;
    return (step){first_state.next, 1};
}

static step echo(struct client *c)
{
    if (there(c) == 0)
        return stay(c);
    c->reply_size = there(c);
    c->reply = malloc(c->reply_size);
    memcpy(c->reply, c->store + c->from, c->reply_size);
    c->from = c->to = c->sent = 0;
    return (step){reply, 1};
}

static step process(struct client *c)
{
    char *body = c->reply + c->reply_size - c->want, *end = c->reply + c->reply_size;
    while (body < --end) {
        char byte = *body;
        *body++ = *end;
        *end = byte;
    }
    c->sent = 0;
    return (step){reply, 1};
}

/* `sent` counts what has come of the body. */
static step read_body(struct client *c)
{
    size_t n = c->want - c->sent < there(c) ? c->want - c->sent : there(c);
    memcpy(c->reply + c->reply_size - c->want + c->sent, c->store + c->from, n);
    c->from += n;
    c->sent += n;
    if (c->sent < c->want)
        return c->end ? broken : stay(c);
    return (step){process, 1};
}

static step read_header(struct client *c)
{
    char *text = c->store + c->from;
    size_t some = there(c) < 64 ? there(c) : 64, digits = 0;
    char *blank = some >= 4 ? memmem(text, some, "\r\n\r\n", 4) : NULL;
    if (!blank)
        return some == 64 ? broken : stay(c);
    size_t length = (size_t)(blank - text);
    c->want = 0;
    while (16 + digits < length && text[16 + digits] >= '0' && text[16 + digits] <= '9' &&
           c->want <= 1048576)
        c->want = c->want * 10 + (size_t)(text[16 + digits++] - '0');
    if (length < 17 || memcmp(text, "Content-Length: ", 16) != 0 || 16 + digits != length ||
        c->want > 1048576)
        return broken;
    c->reply_size = length + 4 + c->want;
    c->reply = malloc(c->reply_size);
    memcpy(c->reply, text, length + 4);
    c->from += length + 4;
    c->sent = 0;
    return (step){read_body, 1};
}

static int receive(struct client *c)
{
    memmove(c->store, c->store + c->from, there(c));
    c->to -= c->from;
    c->from = 0;
    ssize_t n = recv(c->fd, c->store + c->to, STORE - c->to, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->end = n == 0;
    c->to += (size_t)n;
    if (n > 0)
        c->last = time(NULL);
    return 1;
}

static int serve(size_t i)
{
    struct client *c = clients[i];
    short events = entries[i].revents;
    if (events & (POLLERR | POLLHUP))
        return 0;
    if (events & POLLIN && !receive(c))
        return 0;
    if (events)
        do
            c->state = c->state.next(c);
        while (c->state.next && c->state.moved);
    if (!c->state.next || time(NULL) - c->last > idle)
        return 0;
    entries[i].events = 0;
    if (!c->end && there(c) < STORE && c->state.next != reply)
        entries[i].events = POLLIN | POLLRDHUP;
    if (c->state.next == reply)
        entries[i].events |= POLLOUT;
    return 1;
}

static void off(size_t i)
{
    close(entries[i].fd);
    free(clients[i]->reply);
    free(clients[i]);
    used--;
    entries[i] = entries[used];
    clients[i] = clients[used];
    entries[1].events = POLLIN;
}

static void on(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        if (errno == EMFILE)
            entries[1].events = 0;
        return;
    }
    if (used == most) {
        most *= 2;
        entries = realloc(entries, most * sizeof *entries);
        clients = realloc(clients, most * sizeof *clients);
    }
    clients[used] = malloc(sizeof **clients);
    clients[used]->fd = fd;
    clients[used]->end = 0;
    clients[used]->from = clients[used]->to = 0;
    clients[used]->reply = NULL;
    clients[used]->state = first_state;
    clients[used]->last = time(NULL);
    entries[used].fd = fd;
    entries[used++].events = POLLIN | POLLRDHUP;
}

static void wake(int signal)
{
    (void)signal;
    int saved = errno;
    if (write(self_pipe[1], "", 1) < 0)
        _exit(1);
    errno = saved;
}

void poll_based_server(int listener)
{
    entries = calloc(most, sizeof *entries);
    clients = calloc(most, sizeof *clients);
    entries[0] = (struct pollfd){.fd = self_pipe[0], .events = POLLIN};
    entries[1] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (;;) {
        int ready = poll(entries, used, 1000);
        if (ready < 0)
            continue;
        if (entries[0].revents)
            break;
        if (ready == 0)
            entries[1].events = POLLIN;
        int anybody = entries[1].revents & POLLIN;
        for (size_t i = 2; i < used;)
            if (serve(i))
                i++;
            else
                off(i);
        if (anybody)
            on(listener);
    }
    while (used > 2)
        off(used - 1);
    free(entries);
    free(clients);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = wake, .sa_flags = SA_RESTART};
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, idle);
    first_state = (step){argc > 3 ? read_header : echo, 0};
    if (pipe2(self_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
        return 1;
    sigaction(SIGTERM, &action, NULL);
    int listener = support_listen(port);
    fcntl(listener, F_SETFL, O_NONBLOCK);
    poll_based_server(listener);
    close(listener);
    close(self_pipe[0]);
    close(self_pipe[1]);
    return 0;
}
