/*
 * Inside the client stage: the loop, its clients, and acts (steps that are being carried out).
 *
 * An act's table of functions says how it goes on when something came in (advance) and when its
 * time has come (due). Both return true when the act has ended, with act->result filled in.
 * Times are ns of clock_now(). Pauses are real times; limits are counted without the time in
 * which this program was kept from running (play->lag), which is not the server's fault.
 */
#ifndef IOLAB_CLIENT_PLAY_H
#define IOLAB_CLIENT_PLAY_H

#include "base/clock.h"
#include "client/client.h"

#define BUFFER_MOST  ((size_t)64 << 20)  /* bytes that a client keeps; then it stops reading */
#define BUFFERS_MOST ((size_t)256 << 20) /* of all clients; then each keeps BUFFER_FAIR */
#define BUFFER_FAIR  ((size_t)1 << 20)
#define READ_SIZE    ((size_t)256 << 10) /* bytes of one recv() */
#define READ_ROUND   ((size_t)4 << 20)   /* of one client, before the others have their turn */

struct act;
struct play;

/* Bytes that came and were not yet taken: bytes[begin] to bytes[end]. */
struct buffer {
    char *bytes;
    size_t begin, end, capacity;
};

/* Acts by the time at which they are due: a binary heap. */
struct heap {
    struct act **acts;
    size_t count, capacity;
};

enum client_state { CLIENT_CONNECTING, CLIENT_OPEN, CLIENT_GONE };

struct client {
    int number, fd, connection;
    enum client_state state;
    bool stalled;          /* reads nothing */
    bool narrow;           /* its receive buffer is smaller than the kernel's */
    bool readable;         /* recv() has not said EAGAIN since the last edge */
    bool ended;            /* FIN was read */
    bool hung;             /* epoll said that a FIN came, perhaps behind unread bytes */
    bool reset;            /* RST came */
    bool broken;           /* send() said so: the error that recv() would have had is used up */
    bool half_closed;      /* we sent FIN */
    bool unread;           /* stands in play->unread */
    struct client *behind; /* in play->unread */
    struct buffer buffer;
    int64_t taken; /* bytes consumed: where buffer.begin stands in the stream */
    int64_t sent;
    uint64_t digest;  /* of the bytes taken */
    struct act *acts; /* waiting, the oldest first */
};

struct act_ops {
    bool (*advance)(struct act *act);
    bool (*due)(struct act *act);
    void (*release)(struct act *act); /* before its memory goes; NULL: nothing to do */
    bool reads;  /* takes received bytes: one such at a time for each client */
    bool writes; /* sends: one such at a time */
    bool awake;  /* makes no sense while the client is stalled */
    bool open;   /* makes no sense once the script has closed the client */
    bool quiet;  /* writes no STEP event when it ends well */
};

struct act {
    struct play *play;
    struct step *step;
    struct client *client; /* NULL: none */
    const struct act_ops *ops;
    struct step_result result;
    int64_t begun;               /* recording time */
    int64_t lag;                 /* play->lag when it began */
    int64_t limit;               /* without lag; INT64_MAX: none */
    int64_t at;                  /* when it is due in its heap */
    struct heap *heap;           /* NULL: in none */
    size_t place;                /* in the heap */
    size_t sent;                 /* bytes */
    size_t piece;                /* DRIBBLE: sent when this piece is through */
    size_t matched;              /* bytes received that were right, or thrown away */
    int64_t stream;              /* where the expectation begins in the stream */
    bool silent;                 /* its span of silence has begun */
    void *job;                   /* LOAD: what its thread works on */
    struct act *next;            /* of the same client */
    struct act *older, *younger; /* all acts */
};

struct play {
    struct scenario *scenario;
    const struct client_options *options;
    int epoll, timer;
    int64_t armed;     /* when the timer goes off */
    int64_t finish;    /* when the whole check is too late, without lag */
    int64_t lag;       /* time in which we should have run and did not */
    int64_t woke, cpu; /* wall and CPU time at the last wake-up */
    struct heap pauses, limits;
    struct client **clients; /* by number */
    size_t client_count;
    struct client *unread; /* more is there than one round takes */
    size_t buffered;       /* bytes in all buffers */
    struct act *acts;      /* all, the youngest first */
    bool broken;           /* this machine cannot; `failure` says why */
    struct failure *failure;
    char scratch[READ_SIZE];
};

/* client.c */
bool play_over(const struct play *play); /* the script has ended, or we cannot go on */

/* act.c */
void act_start(struct play *play, struct step *step);
void act_wake_client(struct client *client);
void act_expire(struct play *play);
void act_give_up(struct play *play);
void act_free_all(struct play *play);
void act_pause(struct act *act, int64_t until); /* due at a real time */
void act_limit(struct act *act);                /* due when its limit has gone by */
bool act_limit_gone(const struct act *act);
bool act_ok(struct act *act);
bool act_fail(struct act *act, enum event_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* heap.c */
int heap_add(struct heap *heap, struct act *act);
void heap_remove(struct act *act);
struct act *heap_first(const struct heap *heap);

/* buffer.c */
int buffer_append(struct buffer *buffer, const char *bytes, size_t size);
size_t buffer_size(const struct buffer *buffer);
const char *buffer_bytes(const struct buffer *buffer);
void buffer_take(struct buffer *buffer, size_t size);
void buffer_free(struct buffer *buffer);

/* connect.c: both true when the act has ended */
bool socket_open(struct act *act);
bool socket_finish(struct act *act);

/* socket.c: system calls of clients, each with its STEP event */
struct client *socket_client(struct play *play, int number);
void socket_read(struct play *play, struct client *client);
void socket_resume(struct play *play, struct client *client);
void socket_ready(struct play *play, struct client *client, uint32_t events);
/* Sends what fits. Bytes taken; -1 with errno when the connection is broken. */
int64_t socket_send(struct act *act, const char *bytes, size_t size);
void socket_half_close(struct act *act);
void socket_close(struct play *play, struct client *client, const char *where, bool reset);
void socket_take(struct play *play, struct client *client, size_t size);

/* record.c: STEP events */
struct event record_begin(const struct client *client, const char *verb);
void record_end(struct play *play, struct event *event);
void record_act(struct act *act);
void record_transcript(struct play *play, const struct client *client);

/* Tables of acts, by file. */
extern const struct act_ops act_connect, act_send, act_dribble, act_echo, act_expect,
    act_expect_bytes, act_expect_close, act_expect_end, act_expect_reset, act_expect_silence,
    act_drain, act_half_close, act_close, act_reset, act_stall, act_resume, act_received,
    act_sleep, act_quiet, act_mark, act_rules, act_untrue, act_load, act_server;

#endif
