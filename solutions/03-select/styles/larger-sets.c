/* Style: sets of its own size, so that descriptors beyond FD_SETSIZE are served as well; a list in
   the order of activity, whose head is the next to be idle; two halves of a buffer, one of which is
   received into while the other one is sent; accepts until EAGAIN. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define HALF 6000
#define BITS (CHAR_BIT * sizeof(unsigned long))

struct client {
    int fd, filling;
    bool ended;
    size_t filled[2], sent;
    long long stamp; /* ms */
    struct client *older, *newer;
    char halves[2][HALF];
};

static struct client **clients; /* by descriptor */
static unsigned long *reading, *writing;
static size_t places, bytes;
static int listener, idle_seconds = 60;
static long long now, accept_at;
static struct client *oldest, *newest;

static void set_bit(unsigned long *set, int fd, bool on)
{
    unsigned long bit = 1ul << ((size_t)fd % BITS);
    if (on)
        set[(size_t)fd / BITS] |= bit;
    else
        set[(size_t)fd / BITS] &= ~bit;
}

static bool has_bit(const unsigned long *set, int fd)
{
    return set[(size_t)fd / BITS] >> ((size_t)fd % BITS) & 1;
}

static void read_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    now = t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void unlink_client(struct client *client)
{
    *(client->older ? &client->older->newer : &oldest) = client->newer;
    *(client->newer ? &client->newer->older : &newest) = client->older;
}

static void link_newest(struct client *client)
{
    client->stamp = now;
    client->newer = NULL;
    client->older = newest;
    *(newest ? &newest->newer : &oldest) = client;
    newest = client;
}

static void active(struct client *client)
{
    unlink_client(client);
    link_newest(client);
}

static void drop(struct client *client)
{
    unlink_client(client);
    clients[client->fd] = NULL;
    close(client->fd);
    free(client);
    accept_at = 0;
}

static bool again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static bool take(struct client *client)
{
    int half = client->filling;
    ssize_t n = recv(client->fd, client->halves[half] + client->filled[half],
                     HALF - client->filled[half], 0);
    if (n < 0)
        return again();
    client->ended = n == 0;
    client->filled[half] += (size_t)n;
    active(client);
    return true;
}

static bool give(struct client *client)
{
    int half = !client->filling;
    ssize_t n = send(client->fd, client->halves[half] + client->sent,
                     client->filled[half] - client->sent, MSG_NOSIGNAL);
    if (n < 0)
        return again();
    client->sent += (size_t)n;
    active(client);
    return true;
}

/* Changes the halves when one is sent. */
static void turn(struct client *client)
{
    int half = !client->filling;
    if (client->sent < client->filled[half])
        return;
    client->filled[half] = client->sent = 0;
    client->filling = half;
}

static bool pending(const struct client *client)
{
    return client->sent < client->filled[!client->filling];
}

static void serve(struct client *client, bool readable, bool writable)
{
    bool well = (!readable || take(client));
    turn(client);
    if (well && (writable || readable) && pending(client))
        well = give(client);
    turn(client);
    if (!well || (client->ended && !pending(client)))
        drop(client);
}

static void accept_clients(void)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            accept_at = now + 500;
        if (fd < 0)
            return;
        struct client *client = (size_t)fd < places ? calloc(1, sizeof *client) : NULL;
        if (!client) {
            close(fd);
            continue;
        }
        client->fd = fd;
        clients[fd] = client;
        link_newest(client);
    }
}

/* Returns the highest descriptor. */
static int ask_about(void)
{
    int highest = -1;
    memset(reading, 0, bytes);
    memset(writing, 0, bytes);
    if (now >= accept_at) {
        set_bit(reading, listener, true);
        highest = listener;
    }
    for (struct client *client = oldest; client; client = client->newer) {
        set_bit(reading, client->fd, !client->ended && client->filled[client->filling] < HALF);
        set_bit(writing, client->fd, pending(client));
        if (client->fd > highest)
            highest = client->fd;
    }
    return highest;
}

static void close_idle(void)
{
    while (oldest && now - oldest->stamp >= idle_seconds * 1000LL)
        drop(oldest);
}

static struct timeval *time_left(struct timeval *time)
{
    long long until = LLONG_MAX;
    if (oldest)
        until = oldest->stamp + idle_seconds * 1000LL;
    if (accept_at > now && accept_at < until)
        until = accept_at;
    if (until == LLONG_MAX)
        return NULL;
    long long left = until > now ? until - now : 0;
    *time = (struct timeval){left / 1000, left % 1000 * 1000};
    return time;
}

static void make_tables(void)
{
    struct rlimit limit = {.rlim_cur = 8192};
    getrlimit(RLIMIT_NOFILE, &limit);
    places = limit.rlim_cur < 4096 ? 4096 : limit.rlim_cur > 65536 ? 65536 : limit.rlim_cur;
    bytes = (places + BITS - 1) / BITS * sizeof(unsigned long);
    clients = calloc(places, sizeof(struct client *));
    reading = malloc(bytes);
    writing = malloc(bytes);
    if (!clients || !reading || !writing)
        abort();
}

void select_based_echo_server(int server_fd)
{
    listener = server_fd;
    make_tables();
    fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
    read_clock();
    while (!support_stopping) {
        struct timeval time;
        int highest = ask_about();
        int ready =
            select(highest + 1, (fd_set *)reading, (fd_set *)writing, NULL, time_left(&time));
        read_clock();
        for (int fd = 0; ready > 0 && fd <= highest; fd++)
            if (clients[fd] && (has_bit(reading, fd) || has_bit(writing, fd)))
                serve(clients[fd], has_bit(reading, fd), has_bit(writing, fd));
        if (ready > 0 && has_bit(reading, listener))
            accept_clients();
        if (ready >= 0)
            close_idle();
    }
    while (oldest)
        drop(oldest);
    free(clients);
    free(reading);
    free(writing);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int fd = support_listen(port);
    select_based_echo_server(fd);
    close(fd);
    return 0;
}
