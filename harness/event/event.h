/*
 * THE schema: what can happen in a run, as values. Everything that watches a run writes these;
 * everything that says something about a run (judge, reports, visualizer) reads only these.
 *
 * Interface: event_writer_open / event_write / event_writer_close   (writer.h)
 *            recording_read / recording_free                        (recording.h)
 *            phases_derive                                          (phase.h)
 *
 * On disk (.iorec, schema "iolab-rec/1") an event is one JSON object on one line; the key of
 * each field stands beside it below. A field at its default is left out. Readers skip keys and
 * kinds that they do not know.
 */
#ifndef IOLAB_EVENT_H
#define IOLAB_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_SCHEMA "iolab-rec/1"

/* clang-format off */
/*
 * Kinds, and which fields each uses beside number, time and process.
 *
 * ENTER         a thread entered a system call: thread, call, fd, connection, bytes (asked),
 *               ready, queued, nonblocking, timeout, address, detail (decoded arguments)
 * LEAVE         it came back: thread, call, pair (number of its ENTER), fd, connection, result,
 *               error, bytes (moved, for calls that move bytes), detail (decoded results).
 *               An accept that succeeded has fd and connection of the new descriptor.
 * SIGNAL        delivered to a thread: thread, result (signal number), fd (si_fd of SIGIO or
 *               -1), connection, error (si_code), detail ("SIGTERM")
 * HANDLER       a signal handler called a function that is not async-signal-safe, while handlers
 *               were watched: thread, call ("malloc"), result (signal number), pair (number of
 *               the SIGNAL)
 * THREAD_START  thread (small number from 1), result (its kernel id), detail "thread" or
 *               "process"
 * THREAD_END    thread, result (exit status, or minus the signal that killed it)
 * OPEN          a connection got a descriptor in the server: connection, thread, fd, detail (the
 *               peer, "127.0.0.1:40312")
 * CLOSE         its last known descriptor was closed: connection, thread, fd
 * SUBMIT        an entry of an io_uring was handed in: thread (0: a thread of the kernel takes
 *               them, SQPOLL), call ("IORING_OP_RECV"), fd, connection, bytes (asked), address,
 *               ready, queued, timeout (of TIMEOUT), pair (user data), detail (words). Written behind
 *               the ENTER of the io_uring_enter that hands it in; what the kernel then does not
 *               take (its LEAVE says how many it took) goes with a later one, and is not told
 *               again
 * COMPLETE      it was completed: call, fd, connection, address, pair as in its SUBMIT, result,
 *               error, bytes (moved), detail (words); thread 0. Its time is that of the first stop
 *               of the process behind it. An accept that succeeded has fd and connection of the
 *               new descriptor. No call: its entry was not seen
 * STEP          a client did something: client, connection, verb, bytes, span, outcome, data,
 *               want (for expectations), detail (where: "20-slow.lua:14"; on failure the message)
 * MARK          text for people: detail
 * RULE          the script laid down rules for this check: detail (a JSON object as in lab.lua)
 * CHECK         the script ended: outcome OK or not, detail (name of the check or message)
 * SERVER        the harness did something to the server, or learned something of it: verb
 *               (build, start, ready, stop, continue, signal, limit, fault, hold, release,
 *               watch-handlers, measure, exit, kill), result, detail
 * FAULT         the tracer changed a call: thread, call, pair (its ENTER or SUBMIT), error or
 *               bytes
 * NOTE          a producer says what it could not see: detail. The writer's own have verb
 *               "limit": events behind this one were left out; verb "handlers": handlers could
 *               not be watched
 * QUIET         verb "begin" or "end": between them every client is silent on purpose
 */
/*
 * Detail of system calls that judges parse (others are free text in the manner of strace):
 *   select, pselect  ENTER "8, {3 5 6}, {6}, {}"     nfds; read, write, except set
 *                    LEAVE "{5}, {}, {}"             the sets as they came back
 *   poll, ppoll      ENTER "{5:IN 6:IN|OUT}"         events asked for
 *                    LEAVE "{5:IN|HUP}"              revents that are not 0
 *   epoll_ctl        ENTER "ADD 5 IN|OUT|ET"         operation, descriptor, events ("0": none);
 *                                                    fd is the epoll's, address the data that
 *                                                    is registered, all 64 bits of it
 *   epoll_wait …     LEAVE "{5:IN 7:IN|RDHUP}"       by descriptor, as registered
 *   recv … send …    ENTER flags: "MSG_DONTWAIT|MSG_NOSIGNAL", or NULL
 *   fcntl            ENTER "F_SETFL O_RDWR|O_NONBLOCK|O_ASYNC", "F_SETSIG SIGRTMIN+1",
 *                    "F_SETOWN 7", "F_SETOWN_EX F_OWNER_TID 7", "F_SETFD 1", "F_DUPFD 0" …
 *   ioctl            ENTER "FIONBIO 1", "FIOASYNC 1", "FIONREAD" …
 *   sigaction        ENTER "SIGIO handler SA_RESTART|SA_SIGINFO", "SIGPIPE SIG_IGN" …
 *   sigprocmask      ENTER "SIG_BLOCK {SIGIO SIGRTMIN+1}", "SIG_SETMASK all", or NULL (only asks)
 *   sigsuspend, sigwaitinfo, sigtimedwait, signalfd
 *                    ENTER "{SIGIO}", "all"          the set that it was given
 *   sigwaitinfo, sigtimedwait, and read of a signalfd
 *                    LEAVE "SIGIO {5:IN}"            what was taken, and on which descriptor
 *   setsockopt       ENTER "SO_RCVTIMEO 1.000000" (seconds), "SO_REUSEADDR 1" …
 *   listen           ENTER "4096"
 *   shutdown         ENTER "SHUT_WR"
 *   io_uring_enter   ENTER "submit 2, wait 1, GETEVENTS, head 7"   most entries, completions
 *                                                    waited for, head of the completion ring
 *                    LEAVE "completed 1, head 7, there 2"   new ones that were seen since its
 *                                                    ENTER, the head, how many are in the ring
 *   SUBMIT           words with '|' between: FIXED_FILE (fd is a place in the ring's own table),
 *                    DRAIN LINK HARDLINK ASYNC BUFFER_SELECT CQE_SKIP_SUCCESS (no COMPLETE comes
 *                    when it succeeds) MULTISHOT POLL_FIRST FIXED_BUF BUNDLE DIRECT (a direct
 *                    descriptor is made or closed), flags of the call without their prefix
 *                    (WAITALL NOSIGNAL DONTWAIT NONBLOCK SHUT_WR IN OUT CANCEL_ALL ABS …),
 *                    "GROUP 3", "COUNT 8" (provided buffers)
 *   COMPLETE         MORE (the entry goes on), "BUFFER 3", NOTIF (the buffer of a zero-copy send
 *                    is free: no result), SOCK_NONEMPTY
 *   pthread_create   ENTER bytes: the size of the new thread's stack, where the call says it
 */
/* clang-format on */
#define EVENT_KINDS(X)                                                                         \
    X(EVENT_ENTER, "enter")                                                                    \
    X(EVENT_LEAVE, "leave")                                                                    \
    X(EVENT_SIGNAL, "signal")                                                                  \
    X(EVENT_HANDLER, "handler")                                                                \
    X(EVENT_THREAD_START, "thread-start")                                                      \
    X(EVENT_THREAD_END, "thread-end")                                                          \
    X(EVENT_OPEN, "open")                                                                      \
    X(EVENT_CLOSE, "close")                                                                    \
    X(EVENT_SUBMIT, "submit")                                                                  \
    X(EVENT_COMPLETE, "complete")                                                              \
    X(EVENT_STEP, "step")                                                                      \
    X(EVENT_MARK, "mark")                                                                      \
    X(EVENT_RULE, "rule")                                                                      \
    X(EVENT_CHECK, "check")                                                                    \
    X(EVENT_SERVER, "server")                                                                  \
    X(EVENT_FAULT, "fault")                                                                    \
    X(EVENT_NOTE, "note")                                                                      \
    X(EVENT_QUIET, "quiet")

enum event_kind {
#define X(kind, name) kind,
    EVENT_KINDS(X)
#undef X
        EVENT_KIND_COUNT
};

/* How a client's step, or a check, ended. */
#define EVENT_OUTCOMES(X)                                                                      \
    X(OUTCOME_OK, "ok")                                                                        \
    X(OUTCOME_TIMEOUT, "timeout")     /* the thing waited for did not come in time */          \
    X(OUTCOME_MISMATCH, "mismatch")   /* other bytes came */                                   \
    X(OUTCOME_CLOSED, "closed")       /* the server closed (FIN) */                            \
    X(OUTCOME_RESET, "reset")         /* the server reset (RST) */                             \
    X(OUTCOME_REFUSED, "refused")     /* nobody listened */                                    \
    X(OUTCOME_UNTRUE, "untrue")       /* t:expect(condition) did not hold */                   \
    X(OUTCOME_UNSEEN, "unseen")       /* this machine could not observe it */                  \
    X(OUTCOME_SCRIPT, "script-error") /* the script itself is wrong: an error of the lab */

enum event_outcome {
#define X(outcome, name) outcome,
    EVENT_OUTCOMES(X)
#undef X
        EVENT_OUTCOME_COUNT
};

enum event_ternary { EVENT_UNKNOWN = -1, EVENT_NO = 0, EVENT_YES = 1 };

#define EVENT_NONE     (-1)      /* no descriptor, no byte count, no timeout */
#define EVENT_FOREVER  INT64_MAX /* timeout of a call that waits without limit */
#define EVENT_DATA_MAX 256       /* bytes of payload that one event keeps at most */

/* Strings are borrowed: the writer copies them, the recording owns them. */
struct event {
    uint64_t number;          /* "n": 1 for the first event of the recording */
    int64_t time;             /* "t": ns since the recording's start */
    int64_t span;             /* "span": ns; the act lasted from time to time + span */
    enum event_kind kind;     /* "k" */
    int process;              /* "p": small number from 1; 0: not of the server */
    int thread;               /* "tid": small number from 1 over all processes */
    int client;               /* "client": small number from 1, in the script's order */
    int connection;           /* "conn": small number from 1; 0: none */
    int fd;                   /* "fd"; EVENT_NONE */
    const char *call;         /* "call": the student's name of it, "recv" not "recvfrom" */
    const char *verb;         /* "verb" */
    int64_t bytes;            /* "bytes"; EVENT_NONE */
    int64_t result;           /* "ret": result, >= 0; -1 with error set */
    int error;                /* "err": errno by name ("EAGAIN") on disk; 0 none */
    enum event_ternary ready; /* "ready": at entry, could it go on without sleeping */
    int64_t queued;           /* "queued": bytes readable at entry; EVENT_NONE */
    enum event_ternary nonblocking; /* "nonblock": O_NONBLOCK at entry */
    int64_t timeout; /* "timeout": ns, EVENT_FOREVER ("forever"), or EVENT_NONE: has none */
    uint64_t pair;   /* "of": number of the ENTER; 0 */
    enum event_outcome outcome; /* "outcome" */
    uint64_t address;           /* "addr": of the caller's buffer (epoll_ctl: its data); 0 */
    const char *detail;         /* "detail"; NULL */
    const char *data;           /* "data": first bytes moved; each byte one code point */
    size_t data_size;           /*   U+0000 to U+00FF of the JSON string */
    const char *want;           /* "want": first bytes expected, from `offset` */
    size_t want_size;
    int64_t offset; /* "offset": where `data` and `want` begin in the stream */
};

/* An event of `kind` with every field at its default. */
struct event event_make(enum event_kind kind);

/* Names on disk and back; -1 for a name that is not known. */
const char *event_kind_name(enum event_kind kind);
int event_kind_from_name(const char *name);
const char *event_outcome_name(enum event_outcome outcome);
int event_outcome_from_name(const char *name);

/* "EAGAIN" for 11 (strerrorname_np), "E999" for unknown; and back, 0 when unknown. */
const char *event_errno_name(int error);
int event_errno_from_name(const char *name);

#endif
