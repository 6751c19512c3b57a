/*
 * Echo for many clients with one thread and one place to sleep: epoll, level-triggered.
 *
 * The kernel keeps the list of what is of interest, so that nothing is said twice: a client is
 * added once, and its entry is changed only when the server waits for something else of it (its
 * bytes, or room for ours; never both). Each entry carries a pointer to what is known of the
 * client, so that nothing is searched for. Level-triggered means that an event comes again as
 * long as its reason is there: one receive a turn is enough, and nobody waits for a client that
 * has much to say.
 *
 * Clients stand in a list in the order of their last activity. The first of it makes room for a
 * newcomer when all places are taken, is the next to have been idle for too long, and tells how
 * long epoll may sleep.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define BUFFER_SIZE 16384
#define MAX_EVENTS  64
#define PAUSE       1000 /* ms without accepting when there are no more descriptors */

typedef struct epoll_client {
    TAILQ_ENTRY(epoll_client) place;
    int fd;                /* -1: closed */
    uint32_t interest;     /* what epoll was asked for */
    char *buffer;          /* NULL: nothing is in it, and nobody who is silent has one */
    size_t start, end;     /* buffer[start] to buffer[end - 1] is still to be sent */
    int64_t last_activity; /* ms, when bytes last moved, in or out */
} epoll_client_t;

TAILQ_HEAD(client_list, epoll_client);

typedef struct {
    struct client_list clients; /* the least recently active first */
    struct client_list closed;  /* in this batch of events, which may still name them */
    size_t capacity, count;
} client_pool_t;

/* What a call on a client came to. */
typedef enum { MOVED, NOTHING, OVER } outcome_t;

static client_pool_t pool;
static int64_t now;          /* ms on a clock that nobody sets; read once a round */
static bool accepting;       /* the listener is being watched */
static int64_t accept_after; /* if not, until then */
static int most_clients = 10000, idle_seconds = 60;

static void read_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void create_client_pool(size_t capacity)
{
    TAILQ_INIT(&pool.clients);
    TAILQ_INIT(&pool.closed);
    pool.capacity = capacity;
}

static epoll_client_t *add_client(int fd)
{
    epoll_client_t *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->fd = fd;
    client->last_activity = now;
    TAILQ_INSERT_TAIL(&pool.clients, client, place);
    pool.count++;
    return client;
}

static void remove_client(epoll_client_t *client)
{
    TAILQ_REMOVE(&pool.clients, client, place);
    pool.count--;
    accept_after = now; /* a descriptor is free */
    /* TODO 6: Close the descriptor, and with it goes its entry in the interest list: nobody
       else holds the same connection, or EPOLL_CTL_DEL would be needed before. An event of this
       batch may still point to the client, so its memory stays until the batch is done. */
}

static void free_closed(void)
{
    epoll_client_t *client;
    while ((client = TAILQ_FIRST(&pool.closed))) {
        TAILQ_REMOVE(&pool.closed, client, place);
        free(client->buffer);
        free(client);
    }
}

/* Bytes of this client have moved: it is now the most recently active one. */
static void touch(epoll_client_t *client)
{
    client->last_activity = now;
    TAILQ_REMOVE(&pool.clients, client, place);
    TAILQ_INSERT_TAIL(&pool.clients, client, place);
}

/* Asks epoll for `events` of this client, and for nothing else. */
static void watch(int epoll_fd, epoll_client_t *client, uint32_t events)
{
    /* TODO 3: Change the entry, if this changes anything. EPOLL_CTL_MOD replaces all of it,
       the pointer too. */
    (void)epoll_fd;
    client->interest = events;
}

/* Sends as much of the buffer as the kernel takes. */
static outcome_t handle_client_write(int epoll_fd, epoll_client_t *client)
{
    outcome_t outcome = OVER;
    /* TODO 5: Send, and keep what was not taken. While something is left, wait until the
       client takes more and for nothing else; then for its bytes again. A client that has gone
       must not take the server with it. */
    watch(epoll_fd, client, EPOLLIN);
    return outcome;
}

/* Receives what is there, but once only: what is left makes the next event. */
static outcome_t handle_client_read(int epoll_fd, epoll_client_t *client)
{
    outcome_t outcome = OVER;
    /* TODO 4: Receive into the buffer, and try to send it back at once: mostly the kernel
       takes it. Tell apart bytes, the end, "nothing there after all" and a broken
       connection. */
    client->start = client->end = 0;
    (void)handle_client_write(epoll_fd, client);
    return outcome;
}

static outcome_t write_or_read(int epoll_fd, epoll_client_t *client)
{
    if (client->buffer)
        return handle_client_write(epoll_fd, client);
    client->buffer = malloc(BUFFER_SIZE);
    return client->buffer ? handle_client_read(epoll_fd, client) : OVER;
}

/*
 * EPOLLERR and EPOLLHUP come without being asked for; what they mean, the call tells that the
 * client waits for anyhow.
 */
static void serve_client(int epoll_fd, epoll_client_t *client)
{
    switch (write_or_read(epoll_fd, client)) {
    case MOVED:
        touch(client);
        break;
    case NOTHING:
        break;
    case OVER: /* nothing is left to be sent, or nobody to send it to */
        remove_client(client);
        break;
    }
    if (client->start == client->end) {
        free(client->buffer);
        client->buffer = NULL;
    }
}

/* The listener has no client: its entry carries NULL. */
static void watch_listener(int epoll_fd, int server_fd, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = NULL};
    epoll_ctl(epoll_fd, operation, server_fd, &event);
    accepting = events != 0;
}

static void accept_client(int epoll_fd, int server_fd)
{
    /* TODO 2: Accept one client that does not block. When all places are taken, the least
       recently active client makes room. Register the new one with a pointer to what is known
       of it. With no descriptor left, ask nothing of the listener for a while: it stays ready,
       and epoll_wait would come back at once, for ever. */
    int fd = -1;
    epoll_client_t *client = fd < 0 ? NULL : add_client(fd);
    (void)client;
    (void)epoll_fd;
    (void)server_fd;
}

/* Nothing will have to be done for so many ms, unless somebody does something. */
static int next_timeout(void)
{
    int64_t until = INT64_MAX;
    /* TODO 7: The next one to be idle is the least recently active. Accepting may have to
       begin again before. With neither, sleep without limit (-1). */
    if (until == INT64_MAX)
        return -1;
    int64_t left = until > now ? until - now : 0;
    return left < INT_MAX ? (int)left : INT_MAX;
}

/* Has nothing moved for idle_seconds, however busy the others are? */
static void remove_idle(void)
{
    epoll_client_t *client;
    while ((client = TAILQ_FIRST(&pool.clients)) &&
           now - client->last_activity >= idle_seconds * INT64_C(1000))
        remove_client(client);
}

static void serve_batch(int epoll_fd, int server_fd, const struct epoll_event *events,
                        int count)
{
    for (int i = 0; i < count; i++) {
        epoll_client_t *client = events[i].data.ptr;
        if (!client) {
            accept_client(epoll_fd, server_fd);
            continue;
        }
        /* TODO 6: An event before this one may have closed the client. */
        serve_client(epoll_fd, client);
    }
    remove_idle();
    free_closed();
    if (!accepting && now >= accept_after)
        watch_listener(epoll_fd, server_fd, EPOLL_CTL_MOD, EPOLLIN);
}

void epoll_server(int server_fd)
{
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    create_client_pool((size_t)(most_clients > 0 ? most_clients : 1));
    fcntl(server_fd, F_SETFL, fcntl(server_fd, F_GETFL) | O_NONBLOCK);
    watch_listener(epoll_fd, server_fd, EPOLL_CTL_ADD, EPOLLIN);
    read_clock();
    while (!support_stopping) {
        /* TODO 1: Sleep until something happens, or must be done. A signal between the test
           of support_stopping and this call is not lost: its handler shuts the listener, which
           is ready then, also with no interest in it. */
        (void)next_timeout();
        serve_batch(epoll_fd, server_fd, NULL, 0);
        break;
    }
    while (!TAILQ_EMPTY(&pool.clients))
        remove_client(TAILQ_FIRST(&pool.clients));
    free_closed();
    close(epoll_fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    most_clients = support_number(argc, argv, 2, most_clients);
    idle_seconds = support_number(argc, argv, 3, idle_seconds);
    support_catch_stop();
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
