/*
 * The tracer: system calls, signals, threads and children of a program, as events.
 *
 * Interface: trace_filter_make                     before the program is forked
 *            trace_filter_install (in the child)   before exec, after the gate
 *            trace_start                           attaches, from a thread of its own
 *            trace_fault, trace_hold, trace_…      while it runs, from any thread
 *            trace_stop                            when the program has ended
 *
 * A seccomp filter stops the program only for the calls of call.h. At the entry stop of a call
 * that can sleep, the descriptor is copied (pidfd_getfd), asked (poll, FIONREAD, F_GETFL) and
 * the copy closed before the program goes on: a copy that lived across a close would keep the
 * connection open.
 *
 * A program that is watched is slow: nothing said here is about its speed.
 */
#ifndef IOLAB_TRACE_H
#define IOLAB_TRACE_H

#include <sys/types.h>

#include "base/failure.h"
#include "event/writer.h"

/* Which tier of observation this machine gives: tried in a child; `why` says what is missing.
 */
enum trace_tier { TIER_BEHAVIOUR, TIER_PTRACE, TIER_TRACEPOINTS };
enum trace_tier trace_tier_available(char *why, size_t size);
const char *trace_tier_name(enum trace_tier tier); /* "behaviour", "ptrace", "tracepoints" */

/* The seccomp filter, made once before the fork. NULL with a failure. */
struct trace_filter;
struct trace_filter *trace_filter_make(struct failure *failure);
void trace_filter_free(struct trace_filter *filter);
/* In the child, right before exec: no_new_privs and the filter. 0 or errno. Async-signal-safe.
   Its type fits server_spec.before_exec. */
int trace_filter_install(void *filter);

struct trace;

struct trace_options {
    struct event_writer *out;
    bool connections_only; /* leave out calls on files that are no sockets or pipes */
    int64_t payload;       /* bytes of payload to keep with receives and sends; 0: none */
};

/*
 * Attaches to `pid`, which has not yet exec'd (it stands at a gate), and follows all its
 * threads and children from a thread made for it. Returns when attached. NULL with a failure
 * (status MACHINE) that says why it may not. If this process ends, the program is killed.
 */
struct trace *trace_start(pid_t pid, const struct trace_options *options,
                          struct failure *failure);

/* Faults: the next `count` calls that match, after skipping `after`, on `connection` (0: any),
   fail with `error` without being made, or (at_most >= 0) move at most so many bytes, or (late)
   come late: the thread comes to the call, and makes it only when a signal has come. */
struct trace_fault {
    const char *call; /* name or @class, perhaps with a word: see phase_enter_is */
    int connection;
    int error;
    int64_t at_most;
    int count, after;
    bool late;
};
void trace_fault(struct trace *trace, const struct trace_fault *fault);

/* Threads made from now on stand still before their first instruction; released all at once. */
void trace_hold_threads(struct trace *trace);
void trace_release_threads(struct trace *trace);

/* From now on signal handlers are followed: an EVENT_HANDLER for each call of a function that is
   not async-signal-safe. See handlers.h. */
void trace_watch_handlers(struct trace *trace);

/* Is some thread inside such a call (on this connection; 0: any) right now? */
bool trace_inside(struct trace *trace, const char *call, int connection);
/* How many such calls so far; the name may carry a word of the detail ("fcntl:F_SETSIG"). */
int64_t trace_count(struct trace *trace, const char *call, int connection);

/* Does every thread stand still by SIGSTOP? /proc cannot tell: under a tracer each short stop
   at a system call looks the same there. */
bool trace_stopped(struct trace *trace);

/* True when no traced process is left. */
bool trace_ended(struct trace *trace);
/* Waits for that. */
void trace_wait(struct trace *trace);

/*
 * How `pid` ended, as of wait(2); false: it has not. A process that is a child of the one that
 * traces it is reaped by the tracer: a waitpid for it elsewhere would take the tracer's stops.
 */
bool trace_status(struct trace *trace, int *status);

/* SIGKILL to all that is traced. */
void trace_kill(struct trace *trace);

/* Waits until no traced process is left (the caller has ended the server), then frees. */
void trace_stop(struct trace *trace);

#endif
