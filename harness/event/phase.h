/*
 * Phases: what a thread and a connection were doing when, derived from the events of a
 * recording by this one function that the judge and the visualizer share.
 *
 * Names and meaning are those of UNIX Network Programming vol. 1, section 6.2. A thread is
 * running, blocked, polling in vain, paused or notified. For a connection, data is waited for,
 * then copied from the kernel to the user.
 *
 *   thread lane:      RUNNING | BLOCKED | POLLING | PAUSED | NOTIFIED, gapless from its start
 *   connection lane:  WAIT (nothing to read, and the server would read if there were)
 *                     COPY (data was in the kernel until the receiving call came back)
 */
#ifndef IOLAB_PHASE_H
#define IOLAB_PHASE_H

#include "event/recording.h"

#define PHASE_KINDS(X)                                                                         \
    X(PHASE_RUNNING, "running", 'r', "the thread runs")                                        \
    X(PHASE_BLOCKED, "blocked", 'B', "asleep in a call that waits for I/O")                    \
    X(PHASE_POLLING, "polling in vain", '?', "asked, and nothing was there")                   \
    X(PHASE_PAUSED, "asleep by choice", '.', "in nanosleep or the like")                       \
    X(PHASE_NOTIFIED, "notified", '!', "a signal or a completion came")                        \
    X(PHASE_WAIT, "wait for data", '~', "the kernel has nothing yet")                          \
    X(PHASE_COPY, "copy data from kernel to user", 'C', "data moves into the program")

enum phase_kind {
#define X(kind, name, glyph, meaning) kind,
    PHASE_KINDS(X)
#undef X
        PHASE_KIND_COUNT
};

/* Where a boundary in time came from. */
#define PHASE_SOURCES(X)                                                                       \
    X(SOURCE_STOP, "the tracer's stop")                                                        \
    X(SOURCE_PEER, "the peer's own send time")                                                 \
    X(SOURCE_TRACEPOINT, "a kernel tracepoint")                                                \
    X(SOURCE_EXIT, "the call's exit")                                                          \
    X(SOURCE_CUT, "the end of the recording")

enum phase_source {
#define X(source, name) source,
    PHASE_SOURCES(X)
#undef X
        PHASE_SOURCE_COUNT
};

struct phase {
    enum phase_kind kind;
    int thread;         /* the thread, for WAIT and COPY the one that received */
    int connection;     /* 0 when it concerns none */
    const char *call;   /* the call behind it, or NULL; owned by the recording */
    int64_t begin, end; /* ns since the start */
    enum phase_source begin_from, end_from;
    int64_t uncertainty;  /* ns, >= 0: the length is right within this much */
    uint64_t first, last; /* numbers of the events that it was derived from */
};

struct phases {
    struct phase *spans; /* ordered by begin */
    size_t count;
};

/* Totals over a recording, for comparisons and rules. Times in ns. */
struct phase_totals {
    int64_t time[PHASE_KIND_COUNT];
    uint64_t calls;    /* system calls entered */
    uint64_t vain;     /* polls in vain: calls that came back with nothing to do */
    uint64_t wakeups;  /* times that a sleeping thread came back because a peer acted */
    uint64_t messages; /* receiving calls that brought bytes */
    int64_t bytes_in, bytes_out;
    int threads, processes; /* most at one time */
};

/* Derives all phases. -1 when memory ran out. Free with phases_free. */
int phases_derive(const struct recording *recording, struct phases *phases);
void phases_free(struct phases *phases);
void phases_total(const struct recording *recording, const struct phases *phases,
                  struct phase_totals *totals);

const char *phase_name(enum phase_kind kind);
char phase_glyph(enum phase_kind kind);
const char *phase_meaning(enum phase_kind kind);
const char *phase_source_name(enum phase_source source);

/*
 * Did this call put its thread to sleep until somebody else acted? EVENT_YES: nothing was there
 * at entry and it came back with something, or after `timeout`, or never. EVENT_UNKNOWN: this
 * tier cannot tell. A pause by choice (nanosleep) is EVENT_YES too.
 */
enum event_ternary phase_slept(const struct recording *recording, const struct event *enter);

/*
 * Classes of calls, by the names that rules use. phase_call_is("readv", "@receive") holds;
 * so does phase_call_is("recv", "recv"). Classes: @receive (recv recvfrom recvmsg recvmmsg read
 * readv), @send (send sendto sendmsg sendmmsg write writev sendfile splice), @accept (accept
 * accept4), @wait (select pselect poll ppoll epoll_wait epoll_pwait epoll_pwait2), @sleep
 * (nanosleep clock_nanosleep), @thread (pthread_create), @process (fork vfork), @lock (futex).
 */
bool phase_call_is(const char *call, const char *name_or_class);

#endif
