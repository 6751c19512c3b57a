/*
 * Sockets of clients: read, send, close. The time stamps of an event are taken right
 * around the system call, and the event is written after it.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/play.h"

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

/*
 * A buffer that was small so that it would be full has done its work. Left small, the peer's
 * kernel, whose segments are half of the largest window it saw, may find the window a few bytes
 * too small for one, and send only when its persist timer runs out: 8 KB each 200 ms, for minutes.
 */
static void widen(struct client *client)
{
    int buffer = 1 << 20, window = UINT16_MAX; /* as large as it can be without scaling */
    setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(client->fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &window, sizeof window);
    client->narrow = false;
}

/* Reads before it widens: some kernels' clamp also keeps a window that is closed from opening. */
void socket_resume(struct play *play, struct client *client)
{
    client->stalled = false;
    socket_read(play, client);
    if (client->narrow && client->state == CLIENT_OPEN)
        widen(client);
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

/* FNV-1a: for telling two transcripts apart, not for secrets. */
static uint64_t digest(uint64_t hash, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

void socket_take(struct play *play, struct client *client, size_t size)
{
    client->digest = digest(client->digest, buffer_bytes(&client->buffer), size);
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
