/*
 * Sockets of clients: open, read, send, close. The time stamps of an event are taken right
 * around the system call, and the event is written after it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/play.h"

#define CLIENTS_A_SOURCE 20000 /* below the 28,232 ports that one source address has */
#define SOURCES          250   /* 127.0.0.1 to 127.0.0.250 */

static int64_t now(const struct play *play)
{
    return event_now(play->options->out);
}

struct client *socket_client(struct play *play, int number)
{
    size_t index = (size_t)number;
    if (index >= play->client_count) {
        size_t count = index < 32 ? 64 : 2 * index;
        struct client **clients = realloc(play->clients, count * sizeof *clients);
        if (clients == NULL)
            return NULL;
        memset(clients + play->client_count, 0, (count - play->client_count) * sizeof *clients);
        play->clients = clients;
        play->client_count = count;
    }
    if (play->clients[index] == NULL) {
        struct client *client = play->clients[index] = calloc(1, sizeof *client);
        if (client != NULL) {
            client->number = number;
            client->fd = -1;
        }
    }
    return play->clients[index];
}

/* --- connecting --- */

static bool no_descriptor(struct act *act)
{
    failure_errno(act->play->failure, STATUS_MACHINE,
                  "%s: client %d gets no socket; this machine allows too few open files "
                  "for one process (see ulimit -Hn)",
                  act->step->where, act->client->number);
    act->play->broken = true;
    return act_fail(act, OUTCOME_SCRIPT, "%s", strerror(errno));
}

static void set_up(int fd, const struct step *step)
{
    int yes = 1;
    /* Each send() is to reach the server when it returns: no waiting for a fuller segment. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (step->receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &step->receive_buffer, sizeof(int));
    if (step->send_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &step->send_buffer, sizeof(int));
}

/*
 * Binds to a port before connecting, so that the connection has its number before the server
 * can see it. When all ports of an address are taken (many are in TIME_WAIT), the next one.
 */
static int bind_source(int fd, const struct act *act, struct sockaddr_in *source)
{
    uint32_t first = (uint32_t)((act->client->number - 1) / CLIENTS_A_SOURCE);
    *source = (struct sockaddr_in){.sin_family = AF_INET};
    if (act->step->from != NULL) {
        inet_pton(AF_INET, act->step->from, &source->sin_addr);
        return bind(fd, (struct sockaddr *)source, sizeof *source);
    }
    for (uint32_t i = 0; i < SOURCES; i++) {
        source->sin_addr.s_addr = htonl(INADDR_LOOPBACK + (first + i) % SOURCES);
        if (bind(fd, (struct sockaddr *)source, sizeof *source) == 0)
            return 0;
        if (errno != EADDRINUSE)
            break;
    }
    return -1;
}

static int watch(const struct play *play, struct client *client)
{
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                 .data.ptr = client};
    return epoll_ctl(play->epoll, EPOLL_CTL_ADD, client->fd, &wanted);
}

static bool refuse(struct act *act, int error)
{
    struct client *client = act->client;
    client->state = CLIENT_GONE;
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    if (error == ECONNREFUSED)
        return act_fail(act, OUTCOME_REFUSED, "the connection was refused: nobody listens");
    if (error == ECONNRESET)
        return act_fail(act, OUTCOME_RESET, "the server reset the connection as it was made");
    return act_fail(act, OUTCOME_SCRIPT, "cannot connect: %s", strerror(error));
}

bool socket_open(struct act *act)
{
    struct client *client = act->client;
    struct sockaddr_in source, server = {.sin_family = AF_INET,
                                         .sin_port = htons((uint16_t)act->play->options->port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof source;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        return no_descriptor(act);
    set_up(client->fd, act->step);
    if (bind_source(client->fd, act, &source) != 0)
        return refuse(act, errno);
    getsockname(client->fd, (struct sockaddr *)&source, &size);
    client->connection = event_connection_new(act->play->options->out, &source);
    act->begun = now(act->play);
    int status = connect(client->fd, (struct sockaddr *)&server, sizeof server);
    if (status != 0 && errno != EINPROGRESS)
        return refuse(act, errno);
    if (watch(act->play, client) != 0)
        return no_descriptor(act);
    return socket_finish(act);
}

bool socket_finish(struct act *act)
{
    struct pollfd ready = {.fd = act->client->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&ready, 1, 0) <= 0)
        return false;
    getsockopt(ready.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
        return refuse(act, error);
    act->client->state = CLIENT_OPEN;
    act->client->readable = true; /* its edge may have gone by */
    return act_ok(act);
}

/* --- reading --- */

static bool may_read(const struct play *play, const struct client *client)
{
    size_t most = play->buffered > BUFFERS_MOST ? BUFFER_FAIR : BUFFER_MOST;
    return client->state == CLIENT_OPEN && client->readable && !client->stalled &&
           !client->ended && !client->reset && buffer_size(&client->buffer) < most;
}

static void note_end(struct play *play, struct client *client, int64_t begun, bool reset)
{
    struct event event = record_begin(client, reset ? "reset" : "end");
    event.time = begun;
    event.span = now(play) - begun;
    event.offset = client->taken + (int64_t)buffer_size(&client->buffer);
    if (reset) {
        event.result = -1;
        event.error = ECONNRESET;
    }
    client->ended = client->ended || !reset;
    client->reset = reset;
    client->readable = false;
    record_end(play, &event);
}

static void note_bytes(struct play *play, struct client *client, int64_t begun, size_t size)
{
    struct event event = record_begin(client, "receive");
    event.time = begun;
    event.span = now(play) - begun;
    event.bytes = (int64_t)size;
    event.offset = client->taken + (int64_t)buffer_size(&client->buffer);
    event.data = play->scratch;
    event.data_size = size < EVENT_DATA_MAX ? size : EVENT_DATA_MAX;
    play->buffered += size;
    if (buffer_append(&client->buffer, play->scratch, size) != 0) {
        failure_set(play->failure, STATUS_MACHINE, "no memory for what client %d received",
                    client->number);
        play->broken = true;
    }
    record_end(play, &event);
}

/* More is there than this round takes: the loop comes back to this client. */
static void come_back(struct play *play, struct client *client)
{
    if (client->unread)
        return;
    client->unread = true;
    client->behind = play->unread;
    play->unread = client;
}

void socket_read(struct play *play, struct client *client)
{
    for (size_t round = 0; may_read(play, client) && !play->broken;) {
        if (round >= READ_ROUND) {
            come_back(play, client);
            return;
        }
        int64_t begun = now(play);
        ssize_t size = recv(client->fd, play->scratch, sizeof play->scratch, 0);
        if (size > 0) {
            note_bytes(play, client, begun, (size_t)size);
            round += (size_t)size;
            /* A short read has emptied the queue; only an end could stand behind it. */
            client->readable = (size_t)size == sizeof play->scratch || client->hung;
        } else if (size == 0) {
            note_end(play, client, begun, client->broken);
        } else if (errno == EAGAIN) {
            client->readable = false;
        } else if (errno != EINTR) {
            note_end(play, client, begun, true);
        }
    }
}

/* Without reading: has the peer reset? After its FIN, the error is EPIPE. */
static void ask_error(struct play *play, struct client *client)
{
    int error = 0;
    socklen_t size = sizeof error;
    int64_t begun = now(play);
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0 && !client->reset)
        note_end(play, client, begun, true);
}

void socket_ready(struct play *play, struct client *client, uint32_t events)
{
    if (client->state == CLIENT_OPEN) {
        client->hung = client->hung || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        client->readable = true;
        if ((events & EPOLLERR) != 0 && (client->stalled || client->ended))
            ask_error(play, client);
        socket_read(play, client);
        act_wake_client(client);
        return;
    }
    act_wake_client(client);
    if (client->state == CLIENT_OPEN) { /* it was connecting; bytes may have come with that */
        socket_read(play, client);
        act_wake_client(client);
    }
}

void socket_take(struct play *play, struct client *client, size_t size)
{
    buffer_take(&client->buffer, size);
    client->taken += (int64_t)size;
    play->buffered -= size;
    if (may_read(play, client))
        come_back(play, client);
}

/* --- sending --- */

static void note_sent(const struct act *act, int64_t begun, const char *bytes, size_t size)
{
    struct event event = record_begin(act->client, "send");
    event.time = begun;
    event.span = now(act->play) - begun;
    event.bytes = (int64_t)size;
    event.offset = act->client->sent;
    event.data = bytes;
    event.data_size = size < EVENT_DATA_MAX ? size : EVENT_DATA_MAX;
    event.detail = act->step->where;
    act->client->sent += (int64_t)size;
    record_end(act->play, &event);
}

/* send() has taken the error that told of the reset. What came before it can still be read. */
static void note_broken(struct play *play, struct client *client)
{
    client->broken = client->readable = true;
    socket_read(play, client);
    if (!client->reset)
        note_end(play, client, now(play), true);
}

int64_t socket_send(struct act *act, const char *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        int64_t begun = now(act->play);
        ssize_t part = send(act->client->fd, bytes + sent, size - sent, MSG_NOSIGNAL);
        if (part >= 0) {
            note_sent(act, begun, bytes + sent, (size_t)part);
            sent += (size_t)part;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            note_broken(act->play, act->client);
            return -1;
        }
    }
    return (int64_t)sent;
}

/* --- ends --- */

static void end_event(struct play *play, struct event *event, int64_t begun, const char *where)
{
    event->time = begun;
    event->span = now(play) - begun;
    event->detail = where;
    record_end(play, event);
}

void socket_half_close(struct act *act)
{
    struct event event = record_begin(act->client, "half_close");
    int64_t begun = now(act->play);
    shutdown(act->client->fd, SHUT_WR);
    end_event(act->play, &event, begun, act->step->where);
    act->client->half_closed = true;
}

void socket_close(struct play *play, struct client *client, const char *where, bool reset)
{
    struct event event = record_begin(client, reset ? "reset" : "close");
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    if (reset)
        setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    int64_t begun = now(play);
    close(client->fd);
    end_event(play, &event, begun, where);
    client->fd = -1;
    client->state = CLIENT_GONE;
    play->buffered -= buffer_size(&client->buffer);
    client->taken += (int64_t)buffer_size(&client->buffer);
    buffer_free(&client->buffer);
}
