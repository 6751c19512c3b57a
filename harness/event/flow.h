/*
 * What is known of one connection while its lane is derived: what its peer has sent and the
 * server not yet taken, and since when the server waits. Private to the derivation.
 */
#ifndef IOLAB_EVENT_FLOW_H
#define IOLAB_EVENT_FLOW_H

#include <uthash.h>

#include "event/event.h"
#include "event/phase.h"

/* One send of the peer, or its end: it reached the server between `time` and `end`. */
struct arrival {
    int64_t time, end;
    int64_t upto; /* bytes sent on this connection, this one included */
    bool last;    /* FIN or RST */
    uint64_t number;
};

struct flow {
    int connection;
    struct arrival *arrivals; /* those from `head` on are not yet taken */
    size_t head, count, room;
    int64_t sent, taken;
    bool ends;      /* the peer's end stands among the arrivals */
    bool over;      /* the server has seen that end: there is no more to wait for */
    bool has_steps; /* its peer is one of ours: what we do not know of was not sent */
    bool left;      /* the last receive left bytes in the kernel */
    bool armed;     /* a signal comes when there is something (O_ASYNC) */
    bool waiting;
    const struct event *since; /* an ENTER; of an armed one the LEAVE that took all */
    int64_t empty_at;          /* nothing was there then, the last time that it was asked */
    int64_t copied_at;         /* the last time that a ring took something */
    int64_t known_at;          /* readable then, as far as a call said so; -1 */
    int64_t known_late;        /* but at most so much earlier */
    enum phase_source known_from;
    UT_hash_handle hh;
};

/* The flow of this connection, made when missing; NULL without memory. */
struct flow *flow_get(struct flow **table, int connection);
void flow_free_all(struct flow *table);

/* A client's step: does it bring something? -1 without memory. */
int flow_step(struct flow *flow, const struct event *step);

/* The kernel had nothing at `time`: whatever was sent by then has been taken. */
void flow_empty(struct flow *flow, int64_t time);

/* The server took `bytes`, or all when < 0. */
void flow_take(struct flow *flow, int64_t bytes);

bool flow_pending(const struct flow *flow);

/* The first arrival that was under way at or after `time`, or NULL. */
const struct arrival *flow_arrival(const struct flow *flow, int64_t time);

#endif
