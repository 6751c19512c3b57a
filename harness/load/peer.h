/*
 * One connection of the generator: what it has sent, and what of it has come back. Knows nothing of
 * time but what it is told; the worker decides when a message begins.
 */
#ifndef IOLAB_LOAD_PEER_H
#define IOLAB_LOAD_PEER_H

#include <netinet/in.h>

#include "load/exchange.h"
#include "load/load.h"

enum peer_state { PEER_CLOSED, PEER_CONNECTING, PEER_OPEN };
enum peer_kind { PEER_SPEAKS, PEER_IDLE, PEER_SLOW };

/* What the work on a peer led to. */
enum peer_end {
    PEER_GOES_ON,
    PEER_LOST,  /* errno says why; 0: the server closed */
    PEER_WRONG, /* other bytes came than were sent */
};

struct peer {
    int fd;
    enum peer_state state;
    enum peer_kind kind;
    bool watched_out;         /* is epoll asked for EPOLLOUT? */
    bool told_wholes;         /* by epoll, of what comes: of whole answers, not of parts */
    uint64_t origin;          /* where its part of the streams begins */
    uint64_t begun, answered; /* messages on this connection */
    uint64_t sent, received;  /* bytes */
    uint64_t turn;            /* messages answered or given up, over all its connections */
    uint64_t waiting;         /* due, and not begun yet: the pipeline is full */
    int64_t connecting_since; /* ns */
    int64_t
        begun_at[LOAD_PIPELINE_MOST]; /* ns, of messages under way; by number, in a circle */
};

/* A non-blocking connect, the `number`th of all, which chooses the source address. -1 with errno. */
int peer_connect(struct peer *peer, const struct sockaddr_in *server, uint64_t number);

/* Whether the connect under way has succeeded: 0, or errno. */
int peer_connected(struct peer *peer);

/* Epoll tells of it when an answer is there as a whole, so that the server does not pay for waking
   the generator for a head whose body follows at once. Not for large answers. One answer at a time:
   of a part of the next one nothing would be told. */
void peer_tell_wholes(struct peer *peer, const struct exchange *exchange);

/* Epoll tells of any byte again. */
void peer_tell_any(struct peer *peer);

void peer_close(struct peer *peer);

/* One more message to send, begun now. The pipeline has room. */
void peer_begin(struct peer *peer, int64_t now);

/* Sends what the socket takes of the messages begun. */
enum peer_end peer_send(struct peer *peer, const struct exchange *exchange);

/* Receives and verifies what is there, `most` bytes (up to STREAM_PIECE). `answered` rises. */
enum peer_end peer_receive(struct peer *peer, const struct exchange *exchange, size_t most);

/* Has it bytes left to send? */
static inline bool peer_unsent(const struct peer *peer, const struct exchange *exchange)
{
    return peer->sent < peer->begun * exchange->out_size;
}

#endif
