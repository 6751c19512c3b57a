/*
 * What stood where at one moment of a recording: what each thread was in, what each connection
 * had sent, received and still in the kernel, which interest was registered. It is derived by
 * applying events in order, so that the same place in a recording always gives the same state,
 * whichever way one came there. Snapshots on the way keep any place near, also in a recording
 * of a million events.
 *
 * Interface: moments_make / moments_at / moments_free
 */
#ifndef IOLAB_VISUALIZER_MOMENT_H
#define IOLAB_VISUALIZER_MOMENT_H

#include "event/recording.h"

struct moment_thread {
    int number, process;
    bool alive;
    const struct event *enter;  /* the call that it is in; NULL: it runs */
    const struct event *leave;  /* the call that it came back from last; NULL */
    const struct event *signal; /* the latest that was delivered to it; NULL */
};

struct moment_connection {
    int number, process;
    int fd;              /* in the server; -1: it has none (not accepted yet, or closed) */
    int64_t sent, taken; /* bytes: by the peer, and of these by the server */
    int64_t answered, received; /* bytes: by the server, and of these by the peer */
    bool connected, opened;     /* by the peer; accepted by the server */
    bool ended, closed;         /* by the peer (FIN, RST); by the server */
    const struct event *last;   /* the latest event that concerns it */
};

/* One descriptor in the interest list of an epoll. */
struct moment_interest {
    int process, epoll, fd;
    const char *events; /* "IN|OUT|ET", as registered; owned by the recording */
};

struct moment {
    size_t index; /* events before this one have happened; so has the one at index - 1 */
    struct moment_thread *threads; /* by number */
    size_t thread_count;
    struct moment_connection *connections; /* by number */
    size_t connection_count;
    struct moment_interest *interests; /* in order of registration */
    size_t interest_count, interest_room;
    uint64_t calls, vain;      /* so far */
    const struct event *sets;  /* the latest select or poll that was entered; NULL */
    const struct event *step;  /* the latest of a client */
    const struct event *mark;  /* the latest MARK */
    const struct event *ready; /* the latest wait call that came back with something */
};

struct moments;

/* NULL without memory. The recording stays the caller's. */
struct moments *moments_make(const struct recording *recording);
void moments_free(struct moments *moments);

/* The state after the first `count` events. Valid until the next call. */
const struct moment *moments_at(struct moments *moments, size_t count);

const struct moment_connection *moment_connection(const struct moment *moment, int number);
const struct moment_thread *moment_thread(const struct moment *moment, int number);

/* Bytes that lie in the kernel: sent by the peer and not taken; sent by the server and not
   received. Never below 0, as peers that are not scripted are seen from one side only. */
int64_t moment_unread(const struct moment_connection *connection);
int64_t moment_unsent(const struct moment_connection *connection);

#endif
