/*
 * Writing a recording. Several producers (client loop, tracer thread) share one writer; it
 * locks, numbers and writes. A writer that meets a full disk keeps what it could, counts the
 * rest and says so once at close; nothing that it does stops a run.
 *
 * Also the one place that gives connections their numbers, so that a client's end and the
 * server's end of a connection get the same one.
 */
#ifndef IOLAB_EVENT_WRITER_H
#define IOLAB_EVENT_WRITER_H

#include <netinet/in.h>

#include "base/failure.h"
#include "event/event.h"

struct event_writer;

/* What stands in the first line. Strings are copied; NULL fields are left out. */
struct recording_header {
    const char *lab;            /* "lab" */
    const char *check;          /* "check" */
    const char *source;         /* "source": what was run, for people */
    const char *const *command; /* "command": argv, NULL-terminated */
    const char *kernel;         /* "kernel": uname release; filled in when NULL */
    int cores;                  /* "cores"; filled in when 0 */
    const char *tier;           /* "tier": "tracepoints", "ptrace" or "behaviour" */
    uint64_t seed;              /* "seed" */
    double time_scale;          /* "time_scale" */
    const char *start_time;     /* "start": ISO 8601 UTC; filled in when NULL */
};

/*
 * Creates (truncates) `path` and writes the header. `limit` is the most bytes that the file may
 * have (0: no limit); behind it events are counted, not written, but STEP, CHECK, RULE, SERVER,
 * QUIET, MARK and NOTE events, which are always written, and a NOTE (verb "limit") of the
 * writer's own says where that began and how many were left out. The recording's clock starts here.
 */
struct event_writer *event_writer_open(const char *path, const struct recording_header *header,
                                       int64_t limit, struct failure *failure);

/* ns since the recording's start, on the clock of event.time. Any thread. */
int64_t event_now(const struct event_writer *writer);

/*
 * Writes one event; fills in its number, and its time when that is 0. Returns the number
 * (> 0), so that a later event can refer to it. Any thread. Never fails (see above).
 * Written lines reach the file within 100 ms, also when nothing more is written (a live reader
 * follows, a writer may be killed); kinds that are rare (CHECK, SERVER, RULE, NOTE, MARK, QUIET)
 * and steps that failed at once. The first event that may wait makes a thread; before it the
 * writer has none. After fork(2) only the parent may go on writing.
 */
uint64_t event_write(struct event_writer *writer, struct event *event);

/*
 * The number of the connection whose client end is `peer` (IPv4; port and address in network
 * order). The first caller makes it. event_connection_new always makes a new one: a client
 * calls it once its socket is bound and before it connects, as ports are used again.
 */
int event_connection(struct event_writer *writer, const struct sockaddr_in *peer);
int event_connection_new(struct event_writer *writer, const struct sockaddr_in *peer);

/* Flushes, closes, frees. -1 with a failure when events were lost (disk full, limit). */
int event_writer_close(struct event_writer *writer, struct failure *failure);

#endif
