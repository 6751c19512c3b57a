/*
 * The load generator: connections that send messages, of echo or of HTTP/1.1, and verify every
 * byte that comes back. Each thread, of one process or of several, has one epoll loop and its share
 * of the connections.
 *
 * Closed loop: a connection sends its next message when one was answered, so that a slow server is
 * asked less. Open loop (`rate`): messages are due at fixed times, whatever the server does; their
 * latency is counted from when they were due (corrected) and from when they were sent (not
 * corrected). A generator that waits for the server before it sends leaves out just those moments
 * in which the server was slow: this is coordinated omission.
 *
 * It measures itself too, and doubts figures for which it was the bottleneck.
 */
#ifndef IOLAB_LOAD_H
#define IOLAB_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "load/histogram.h"

#define LOAD_CONNECTIONS_MOST 60000
#define LOAD_SIZE_MOST        (1 << 20)
#define LOAD_PIPELINE_MOST    64
#define LOAD_WORKERS_MOST     64 /* threads, over all processes */
#define LOAD_PROCESSES_MOST   16
#define LOAD_SLOW_RATE_MOST   (512 << 10)

/* How far it has come, over all threads. */
struct load_progress {
    double seconds; /* of those that are measured; below 0: it warms up */
    uint64_t answered, errors;
    int open;         /* connections */
    bool nearly_over; /* told once, while all connections are still there: behind nine tenths of
                         the time, or when all is answered before */
};

struct load_spec {
    const char *address; /* IPv4 */
    const char *path;    /* HTTP: what is asked for, "/index.html"; NULL: echo */
    int port;
    int connections; /* that speak, over all threads */
    int idle;        /* further ones that say nothing */
    int slow;        /* further ones that send what they can, and read `slow_rate` of it */
    int slow_rate;   /* bytes a second */
    int at_once;     /* connects under way in one thread; 0: 100 */
    int size;        /* bytes of a message of echo */
    int pipeline;    /* messages under way on one connection, at most */
    int each;        /* messages until a connection is closed and made anew; 0: it stays */
    int total;   /* messages of a connection, then it says no more; 0: until the time is over */
    double rate; /* messages a second over all connections; 0: closed loop */
    double warm_up, seconds; /* not measured, then measured */
    double
        ramp; /* seconds over which those that speak come, one after another; 0: all before */
    int threads;   /* of each process */
    int processes; /* 0: this one does it all */
    uint64_t seed;
    /* Called by the caller's thread each second, and when it is nearly over: what a server holds
       can be seen then. NULL: nobody looks. */
    void (*progress)(void *context, const struct load_progress *progress);
    void *context;
};

enum load_error {
    LOAD_REFUSED,     /* a connect failed */
    LOAD_LOST,        /* a connection ended that the generator had not closed */
    LOAD_WRONG_BYTES, /* an answer was not what had been sent */
    LOAD_UNANSWERED,  /* sent or due in the measured time, and never answered */
    LOAD_ERROR_COUNT
};

struct load_result {
    double seconds;           /* that were measured */
    uint64_t messages, bytes; /* answered in them, and how many bytes these answers had */
    uint64_t answered;        /* in all, also before and after */
    uint64_t connected, peak; /* connects that succeeded; connections open at one time */
    uint64_t arrived;         /* connects that succeeded in the measured time */
    int64_t begun, ended;     /* ns of base/clock.h: all were there; the last answer came */
    uint64_t errors[LOAD_ERROR_COUNT];
    int error;                   /* errno of the first connect or connection that failed; 0 */
    struct histogram *connect;   /* ns from connect(2) to established */
    struct histogram *latency;   /* ns of messages from when they were sent */
    struct histogram *corrected; /* the same from when they were due; NULL in a closed loop */
    struct histogram
        *late;       /* ns that the generator was late with what was due; closed loop: NULL */
    double cpu;      /* seconds of processor time of all threads while measured */
    double busiest;  /* the largest share of a core that a thread used */
    char doubt[400]; /* why these figures must not be relied on; "" */
};

/*
 * Runs to its end: until `seconds` are measured, all messages are answered where there is a
 * `total`, all connections are lost, or `*stop` is not 0
 * (NULL: never). Needs descriptors: one for each connection. -1 with a failure when it could not
 * begin (a limit, no memory, nobody listens); else 0, and free with load_free.
 */
int load_run(const struct load_spec *spec, const atomic_int *stop, struct load_result *result,
             struct failure *failure);
void load_free(struct load_result *result);

const char *load_error_name(enum load_error error);

#endif
