/* See peer.h. */
#include "load/peer.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of the ephemeral ports of one source address, 28,232 as Linux comes, that many are used. */
#define PORTS_EACH 20000
#define SOURCES    60000 /* 127.0.0.1 and those behind it */
/* Of a slow reader, so that the kernel reads, and keeps, little for it. */
#define SLOW_RECEIVE 4096
#define SLOW_SEND    65536
/* Bytes of an answer that fit the receive buffer of any machine with room to spare. */
#define WHOLE_MOST 32768

/* On loopback any 127.x.y.z is there: connections beyond one address's ports come from others. */
static int bind_source(int fd, uint64_t number)
{
    struct sockaddr_in source = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(number / PORTS_EACH % SOURCES)),
    };
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    return bind(fd, (struct sockaddr *)&source, sizeof source);
}

static int failed(struct peer *peer)
{
    int error = errno;
    peer_close(peer);
    errno = error;
    return -1;
}

int peer_connect(struct peer *peer, const struct sockaddr_in *server, uint64_t number)
{
    peer->begun = peer->answered = peer->sent = peer->received = 0;
    peer->watched_out = peer->told_wholes = false;
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (peer->fd < 0)
        return -1;
    peer->state = PEER_CONNECTING;
    if (number >= PORTS_EACH && bind_source(peer->fd, number) < 0)
        return failed(peer);
    if (peer->kind == PEER_SLOW) {
        setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &(int){SLOW_RECEIVE}, sizeof(int));
        setsockopt(peer->fd, SOL_SOCKET, SO_SNDBUF, &(int){SLOW_SEND}, sizeof(int));
    }
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connect(peer->fd, (const struct sockaddr *)server, sizeof *server) < 0 &&
        errno != EINPROGRESS)
        return failed(peer);
    return 0;
}

int peer_connected(struct peer *peer)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    if (error == 0)
        peer->state = PEER_OPEN;
    return error;
}

static void tell_from(const struct peer *peer, int bytes)
{
    setsockopt(peer->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void peer_tell_wholes(struct peer *peer, const struct exchange *exchange)
{
    peer->told_wholes = exchange->in_size <= WHOLE_MOST;
    if (peer->told_wholes)
        tell_from(peer, (int)exchange->in_size);
}

void peer_tell_any(struct peer *peer)
{
    if (peer->told_wholes)
        tell_from(peer, 1);
    peer->told_wholes = false;
}

void peer_close(struct peer *peer)
{
    if (peer->state != PEER_CLOSED)
        close(peer->fd);
    peer->state = PEER_CLOSED;
}

void peer_begin(struct peer *peer, int64_t now)
{
    peer->begun_at[peer->begun++ % LOAD_PIPELINE_MOST] = now;
}

enum peer_end peer_send(struct peer *peer, const struct exchange *exchange)
{
    uint64_t left;
    while ((left = peer->begun * exchange->out_size - peer->sent) > 0) {
        size_t piece = left < STREAM_PIECE ? (size_t)left : STREAM_PIECE;
        ssize_t sent = send(peer->fd, stream_at(&exchange->out, peer->origin + peer->sent),
                            piece, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return errno == EAGAIN ? PEER_GOES_ON : PEER_LOST;
        peer->sent += (uint64_t)sent;
        if ((size_t)sent < piece)
            return PEER_GOES_ON; /* it takes no more now */
    }
    return PEER_GOES_ON;
}

enum peer_end peer_receive(struct peer *peer, const struct exchange *exchange, size_t most)
{
    static _Thread_local unsigned char buffer[STREAM_PIECE];
    ssize_t got;
    do
        got = recv(peer->fd, buffer, most, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN)
        return PEER_GOES_ON;
    if (got == 0)
        errno = 0;
    if (got <= 0)
        return PEER_LOST;
    /* Answers begin when all of their message was sent; an echo may begin before. */
    uint64_t awaited =
        (peer->sent + exchange->out_size - 1) / exchange->out_size * exchange->in_size;
    if (peer->received + (uint64_t)got > awaited ||
        !stream_is(&exchange->in, peer->origin + peer->received, buffer, (size_t)got))
        return PEER_WRONG;
    peer->received += (uint64_t)got;
    peer->answered = peer->received / exchange->in_size;
    if (peer->received % exchange->in_size > 0)
        peer_tell_any(peer); /* the kernel is short of memory, and told of a part */
    return PEER_GOES_ON;
}
