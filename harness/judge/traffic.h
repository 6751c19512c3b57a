/*
 * What passes over each connection, followed while a recording is read from its beginning: bytes
 * that clients sent, bytes that the server took, and whether its output is blocked.
 *
 *   for each event in order: traffic_follow(&traffic, view, event)
 *   … traffic_of, traffic_unread, traffic_queued at any moment between …
 *   traffic_free(&traffic)
 */
#ifndef IOLAB_JUDGE_TRAFFIC_H
#define IOLAB_JUDGE_TRAFFIC_H

#include "judge/view.h"

struct sent {
    int64_t end, total; /* at `end` the client had sent `total` bytes */
};

struct lane {
    struct sent *sent;
    size_t sends;
    int64_t taken;   /* bytes that the server received */
    int64_t arrived; /* when the client was connected; INT64_MAX: not yet */
    int64_t opened;  /* when it was accepted; INT64_MAX: not yet */
    bool closed;
    bool
        blocked; /* the last send did not fit, and no event has said since that there is room */
    int thread;  /* the last one that received from it; 0: none */
};

struct traffic {
    struct lane *lanes; /* by connection, from 1 */
    int count;
};

void traffic_follow(struct traffic *traffic, const struct view *view,
                    const struct event *event);
void traffic_free(struct traffic *traffic);

/* NULL for a connection of which nothing was heard. */
struct lane *traffic_of(const struct traffic *traffic, int connection);

/* Bytes that were sent until `time` and are not taken yet, at the event followed last. */
int64_t traffic_unread(const struct lane *lane, int64_t time);

/* Clients that were connected at `time` and are not accepted yet. */
int traffic_queued(const struct traffic *traffic, int64_t time);

/* A receive that only looked, or a call that is none. */
bool traffic_takes(const struct call *call);

/* The call was allowed to move more than it did: the kernel had no more, or no more room. */
bool traffic_short(const struct call *call);

#endif
