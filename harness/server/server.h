/*
 * The server under test: built, isolated, started, measured, limited, stopped.
 *
 * Interface, in this order, in a process of its own with one thread (the worker):
 *   server_isolate      new user, network, process and IPC namespaces where they exist
 *   server_prepare      fork; the child waits at a gate, its pid is known
 *   (tracer attaches)
 *   server_release      the gate opens: before_exec, then exec
 *   server_ready        it accepts
 *   server_measure …    while it runs
 *   server_stop         TERM, then KILL for everything that it ever started
 *   server_close        release ports, reap, free
 *
 * With namespaces an init process of ours is process 1 of the namespace: when it goes, the
 * kernel ends everything in there. Without them: a process group, a child subreaper, and a
 * free port that no other run takes (a lock for each).
 */
#ifndef IOLAB_SERVER_H
#define IOLAB_SERVER_H

#include <sys/types.h>

#include "base/failure.h"
#include "scenario/scenario.h"

/* --- building --- */

struct build_spec {
    const char *folder;           /* where the sources are */
    const char *const *files;     /* NULL-terminated, relative to folder */
    const char *const *flags;     /* further flags; NULL: none */
    const char *const *libraries; /* "uring" for -luring; NULL: none */
    const char *support; /* folder of the lab library: -I and its sources; NULL: none */
    const char *driver;  /* NULL, or a C file with the main (then -Dmain=lab_main) */
    bool sanitize;       /* AddressSanitizer and UBSan */
    const char *output;  /* the program to make */
    bool boxed;          /* the compiler runs in a box: see box.h */
    double seconds;      /* limit; the compiler and its children are killed then */
};

struct build_result {
    char *messages; /* what the compiler said (at most 64 KiB), "" when nothing */
    bool warnings;  /* it said something */
    bool timed_out;
};

/*
 * Compiles. Returns 0; 1 when it does not compile (messages say why; the student's matter);
 * -1 with a failure when this machine cannot (no compiler). The caller frees messages.
 */
int server_build(const struct build_spec *spec, struct build_result *result,
                 struct failure *failure);

/* --- isolation --- */

enum isolation {
    ISOLATION_NAMESPACES, /* own network, processes, IPC */
    ISOLATION_GROUP,      /* process group and a free port */
};

/* What this machine allows (tried in a child), without changing the caller. `why` may be NULL.
 */
enum isolation isolation_available(char *why, size_t size);

/* Moves the calling process (one thread!) into new namespaces; brings lo up. */
int server_isolate(enum isolation *got, struct failure *failure);

/* --- running --- */

struct server;

struct server_spec {
    const char *program;
    char *const *arguments; /* argv[1…]; "PORT" and "FOLDER" are replaced */
    const char *files;      /* what "FOLDER" becomes; NULL: it stays */
    int port;               /* wanted; without namespaces another one may be taken */
    const char *folder;     /* working directory: private, writable, removed by the caller */
    struct limits limits;   /* 0: defaults */
    const char *output;     /* file for stdout and stderr; cut at limits.file_size */
    const char *const *environment; /* further NAME=value entries; NULL: none */
    /* Called in the child after the gate, before exec; must be async-signal-safe; 0 or errno.
     */
    int (*before_exec)(void *context);
    void *context;
    bool no_limits_on_memory; /* sanitizers need the address space */
    bool boxed;               /* in a box of bubblewrap: see box.h */
    bool io_uring;            /* in which rings may be made */
};

/* Forks; the child stands at the gate. NULL with a failure (status MACHINE). */
struct server *server_prepare(const struct server_spec *spec, struct failure *failure);
pid_t server_pid(const struct server *server); /* as seen by the caller, for ptrace */
int server_port(const struct server *server);
int server_release(struct server *server, struct failure *failure);

/*
 * Has it begun to accept? Asked from /proc/net/tcp of its network (state LISTEN), so that no
 * stray connection disturbs it. Does not wait.
 */
bool server_listening(const struct server *server);

struct server_exit {
    bool ended;
    int status; /* exit status, when signal is 0 */
    int signal;
};
/* Has the server's first process ended? Does not wait. Works traced and untraced. */
struct server_exit server_ended(struct server *server);

struct server_measure {
    int64_t memory;    /* resident bytes, all processes */
    int64_t anonymous; /* of them those of no file: not of the program's code, for one */
    int threads, descriptors, processes;
    double cpu; /* seconds, all processes, ended ones included as far as known */
    /* Times that threads which live were switched away from, and went to sleep; see below. */
    uint64_t switches, sleeps;
};
int server_measure(struct server *server, struct server_measure *measure);
/* Fills in `switches` and `sleeps` too, for which it reads a file of every thread. */
int server_measure_switches(struct server *server, struct server_measure *measure);

/* To its first process. -1 with errno (ESRCH: it has ended). */
int server_signal(struct server *server, int signal);
/* To every process of it, however it was started: SIGSTOP, SIGCONT. */
int server_signal_all(struct server *server, int signal);
/* Is every thread of it stopped (SIGSTOP has taken effect)? */
bool server_stopped(struct server *server);
int server_limit(struct server *server, const struct limits *limits);

/*
 * Ends it: TERM, `grace` seconds, then KILL for the namespace or group. Says how it ended and
 * whether TERM was enough. Safe to call twice, and after it has ended.
 */
struct server_exit server_stop(struct server *server, double grace, bool *forced);
void server_close(struct server *server);

#endif
