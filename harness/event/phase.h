/*
 * Phases: what a thread and a connection were doing when, derived from the events of a
 * recording by this one function that the judge and the visualizer share.
 *
 * Names and meaning are those of UNIX Network Programming vol. 1, section 6.2. A thread is
 * running, blocked, polling in vain, paused or notified. For a connection, data is waited for,
 * then copied from the kernel to the user.
 *
 *   thread lane:      RUNNING | BLOCKED | POLLING | PAUSED | NOTIFIED, gapless from its start
 *                     to its end. RUNNING holds the calls that did something at once; a select
 *                     or poll of nothing, and a wait for a signal, is PAUSED; NOTIFIED lasts
 *                     from a signal to the thread's next stop (and has no length while it is in
 *                     a call).
 *   connection lane:  WAIT (nothing to read, and the server would read if there were): from the
 *                     ENTER of the first receiving call that found nothing, or of the first wait
 *                     call that asks for this connection while nothing is there, or from when
 *                     all was taken while a signal is asked for (O_ASYNC), until the peer sent. The peer's end (FIN, RST) ends a wait as bytes do.
 *                     COPY (data was in the kernel until the receiving call came back): from the
 *                     arrival, or from the call's ENTER when that is later, to its LEAVE.
 *
 * What `ready` says at an ENTER has precedence over what follows from bytes sent and taken.
 *
 * The uncertainty of a span is the sum of what its two ends may be off by:
 *   an ENTER       the program entered after its thread's previous stop, before this one: that
 *                  gap (at most 20 ms, as programs also compute). Stamps are late, never early.
 *   a LEAVE        it is stamped late, as a rule by less than 95 of 100 calls that did not sleep
 *                  last in this recording, and never by more than the call lasted
 *   a peer's send  the data came between the send's time, which is taken, and time + span
 *   a look         for peers that are not scripted: between the last look at the connection that
 *                  found nothing and the first that found something (a wait call that came back
 *                  with this connection alone was woken by it: as a LEAVE)
 *   a cut          nothing
 *   A call that may have slept and lasted over a millisecond is BLOCKED, give or take all of it.
 */
#ifndef IOLAB_PHASE_H
#define IOLAB_PHASE_H

#include "event/recording.h"

#define PHASE_KINDS(X)                                                                         \
    X(PHASE_RUNNING, "running", 'r', "the thread runs")                                        \
    X(PHASE_BLOCKED, "blocked", 'B', "asleep in a call that waits for I/O")                    \
    X(PHASE_POLLING, "polling in vain", '?', "asked, and nothing was there")                   \
    X(PHASE_PAUSED, "asleep by choice", '.', "in nanosleep, or until a signal")                \
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
 *
 * Calls on a non-blocking descriptor or with MSG_DONTWAIT did not sleep, nor did those that
 * failed at once (EBADF, EMFILE). Where `ready` does not settle it:
 *   wait calls     slept when they timed out, lasted over 1 ms, or a client's act or a signal
 *                  falls within them; never with a time-out of 0
 *   MSG_WAITALL    slept when less was there than asked for and it lasted over 1 ms
 *   sends          "writable" says that something fits, not all: of more than 2 KiB a send slept
 *                  when it never came back, lasted over 10 ms, or was cut short after over 1 ms
 *   sigsuspend …   slept when no signal that they wait for was pending
 *   futex, wait4 … slept when they lasted over 1 ms
 */
enum event_ternary phase_slept(const struct recording *recording, const struct event *enter);

/*
 * Classes of calls, by the names that rules use. phase_call_is("readv", "@receive") holds;
 * so does phase_call_is("recv", "recv"). Classes: @receive (recv recvfrom recvmsg recvmmsg read
 * readv), @send (send sendto sendmsg sendmmsg write writev sendfile splice), @accept (accept
 * accept4), @wait (select pselect poll ppoll epoll_wait epoll_pwait epoll_pwait2 io_uring_enter),
 * @sleep (nanosleep clock_nanosleep), @thread (pthread_create), @process (fork vfork), @lock
 * (futex), @signal (sigsuspend pause sigwaitinfo sigtimedwait), @ring (every operation of a ring:
 * IORING_OP_…).
 */
bool phase_call_is(const char *call, const char *name_or_class);

/* Operations of rings that take bytes from a connection, or bring them there. */
bool phase_ring_receives(const char *call);
bool phase_ring_sends(const char *call);
/* Of the LEAVE of an io_uring_enter: how many completions had come since its ENTER; -1: unknown. */
int phase_ring_completed(const struct event *leave);
/* It asked for completions without waiting, handed in nothing, and none came. */
bool phase_ring_vain(const struct event *enter, const struct event *leave);

/*
 * The same for an ENTER; the name may also carry a word that the event's detail must have:
 * "fcntl:F_SETSIG", "epoll_ctl:ET", "@send:MSG_DONTWAIT". Words are what stands between blanks,
 * '|', ':', ',' and braces.
 */
bool phase_enter_is(const struct event *enter, const char *name);

/* The next word of a detail from `*at` on, which moves behind it; NULL: there is none left. */
const char *phase_word(const char **at, size_t *size);

#endif
