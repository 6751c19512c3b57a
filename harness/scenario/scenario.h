/*
 * Scripts become steps. This stage hosts Lua: it loads manifests (lab.lua) and scenarios, runs
 * the lines of a check as coroutines, and hands out what they want done as struct step. It does
 * no input or output of its own on sockets; client/ carries the steps out.
 *
 * Interface: manifest_load, scenario_load          what a lab consists of
 *            scenario_begin                        start one check
 *            scenario_step -> scenario_finish      take a step, say how it ended; until
 *            scenario_ended                        the script has
 *
 * A script has no access to anything but its verbs (README.md). One that runs for more than two
 * seconds without a waiting verb is ended with an error that names file and line.
 */
#ifndef IOLAB_SCENARIO_H
#define IOLAB_SCENARIO_H

#include "base/failure.h"
#include "event/event.h"

/* Limits on a server; 0: the default of server/server.h. */
struct limits {
    int64_t descriptors;
    int64_t threads;   /* RLIMIT_NPROC within the sandbox */
    int64_t memory;    /* bytes of address space (RLIMIT_AS) */
    int64_t file_size; /* bytes */
    int64_t cpu;       /* seconds */
    int64_t signals;   /* queued at a time (RLIMIT_SIGPENDING) */
};

/* A rule check of a manifest: judged over the recordings of all checks of the lab. */
struct rule_check {
    int number; /* 1 to 9 */
    char *name;
    double points;
    char **hints; /* NULL-terminated */
    char *rules;  /* JSON object */
};

struct manifest {
    char *folder; /* labs/01-blocking, as given */
    char *name;   /* "01-blocking" */
    char *title;
    char *model;
    char *summary;    /* one line: what it teaches */
    char **man_pages; /* "recv(2)" */
    char **files;     /* to hand in; the first holds main */
    char **arguments; /* "PORT" stands for the port, "FOLDER" for a folder of files */
    char **flags;     /* further compiler flags */
    char **libraries; /* "uring" for -luring */
    char **needs;     /* what the machine must allow: "io_uring"; or NULL */
    bool watch_files; /* calls on files stand in the recording too */
    bool client;      /* the program is no server: nothing to put under load, or to see live */
    struct limits limits;
    double time;             /* seconds for one check, at most */
    double sanitizer_points; /* 0: the lab has no sanitizer check */
    char **sanitizer_hints;
    struct rule_check *rules;
    size_t rule_count;
};

struct manifest *manifest_load(const char *folder, struct failure *failure);
void manifest_free(struct manifest *manifest);

/* One check of a scenario file, as declared. */
struct check {
    int number;
    char *name;
    char *file; /* path of the script, */
    int line;   /* and where the check begins in it */
    double points;
    char **hints;
    char **arguments; /* NULL: the manifest's; "IDLE" stands for check_idle */
    int64_t idle;  /* seconds after which the server is to close a silent client; 0: not said */
    char *program; /* NULL, or a driver's path */
    struct limits limits;
    double time;   /* 0: the manifest's */
    bool model;    /* manifest rules look at it */
    bool sanitize; /* runs on the sanitizer's build too */
    bool watch;
    bool hidden; /* from solutions/…/hidden */
};

struct scenario; /* one loaded file */

/* Loads a file and runs its declarations; `shared` is the folder of the files that it may share with
   others. Failures (status MACHINE) name file and line. */
struct scenario *scenario_load(const char *path, const char *shared, bool hidden,
                               struct failure *failure);
void scenario_free(struct scenario *scenario);
size_t scenario_check_count(const struct scenario *scenario);
const struct check *scenario_check(const struct scenario *scenario, size_t index);

/* Seconds that "IDLE" and t.idle stand for: fewer on a machine with nothing else to do. */
int64_t check_idle(const struct check *check, double time_scale);

/* What a line of the script wants done. Strings belong to the step until it is finished. */
enum step_kind {
    STEP_CONNECT,
    STEP_SEND,
    STEP_DRIBBLE,
    STEP_EXPECT,
    STEP_EXPECT_BYTES,
    STEP_ECHO,
    STEP_EXPECT_CLOSE,
    STEP_EXPECT_END,
    STEP_EXPECT_RESET,
    STEP_EXPECT_SILENCE,
    STEP_DRAIN,
    STEP_HALF_CLOSE,
    STEP_CLOSE,
    STEP_RESET,
    STEP_STALL,
    STEP_RESUME,
    STEP_RECEIVED,
    STEP_SLEEP,
    STEP_QUIET,
    STEP_MARK,
    STEP_RULES,
    STEP_UNTRUE, /* t:expect or t:fail did not hold: recorded, then the check ends */
    STEP_LOAD,   /* many connections that all do the same */
    STEP_SERVER, /* for the run's server callbacks, see server_verb */
};

enum server_verb {
    SERVER_SIGNAL,
    SERVER_STOP,
    SERVER_CONTINUE,
    SERVER_EXITED,
    SERVER_MEMORY,
    SERVER_THREADS,
    SERVER_DESCRIPTORS,
    SERVER_CPU,
    SERVER_SLEEPS,
    SERVER_PROCESSES,
    SERVER_LIMIT,
    SERVER_FAULT,
    SERVER_HOLD_THREADS,
    SERVER_RELEASE_THREADS,
    SERVER_WATCH_HANDLERS,
    SERVER_ASLEEP,
    SERVER_CALLS,
    SERVER_FILE, /* data of the step becomes a file */
};

/* Arguments of server verbs; unused ones are 0 or NULL. */
struct server_request {
    enum server_verb verb;
    int signal; /* number */
    struct limits limits;
    const char *call; /* name or @class */
    int error;        /* errno to fail with, 0: none */
    int64_t at_most;  /* most bytes to move; EVENT_NONE */
    int count, after; /* how many calls, after skipping how many */
    bool late;        /* only when a signal has come */
    int client;       /* the client whose connection is meant; 0: any */
    const char *name; /* of a file in FOLDER */
};

/* A load: see load/load.h. Belongs to the script; filled in by whoever carries the step out. */
struct load_request {
    int64_t connections, idle, slow, slow_rate, at_once, size, pipeline, each, total, rate;
    double seconds, warm_up, ramp, within;
    uint64_t seed;
    uint64_t messages, connected;                   /* the results: answered, in all */
    double measured, p50, p99, most, corrected_p99; /* seconds */
    char doubt[400];
};

struct step {
    enum step_kind kind;
    const char *verb;             /* as the script wrote it, "expect_close" */
    const char *where;            /* "20-slow.lua:14" */
    int client;                   /* the client meant; CONNECT: the number of the new one */
    bool tolerant;                /* try_…: how it ended is a result, not a failure */
    const char *data;             /* SEND, DRIBBLE, EXPECT, ECHO; MARK, RULES, UNTRUE: text */
    size_t size;                  /* bytes of data; EXPECT_BYTES: how many */
    size_t piece_low, piece_high; /* DRIBBLE, drawn by scenario_random */
    double pause;                 /* DRIBBLE, SLEEP, QUIET, EXPECT_SILENCE: seconds */
    double within;                /* seconds, already stretched by the time scale */
    int receive_buffer, send_buffer; /* CONNECT: bytes, 0: the kernel's */
    int port;                        /* CONNECT: 0: the server's first one */
    const char *from;                /* CONNECT: source address or NULL */
    struct load_request *load;       /* LOAD */
    struct server_request server;
    void *owner; /* the host's: the coroutine that waits */
};

/* How a step ended. data is copied by scenario_finish. */
struct step_result {
    enum event_outcome outcome;
    int64_t number;   /* bytes taken, received; values of server verbs */
    double real;      /* seconds of CPU; SLEEP: seconds that the client loop was not running */
    const char *data; /* EXPECT_BYTES, DRAIN */
    size_t size;
    int status, signal; /* EXITED; RECEIVED: status is 1 while the connection is alive */
    char message[512];  /* when not OK: one sentence for the student */
};

struct scenario_options {
    uint64_t seed;
    double time_scale; /* 1: limits as they stand; 0: the same */
    int port;
    bool watched; /* the tracer is there */
};

/* Begins check `index`: its `run` becomes the first coroutine. One check runs at a time. */
int scenario_begin(struct scenario *scenario, size_t index,
                   const struct scenario_options *options, struct failure *failure);

/*
 * Runs coroutines until one wants a step done, and returns that step; NULL when all of them
 * wait for steps that were handed out, or the script has ended. Steps may be carried out in any
 * order and at the same time.
 */
struct step *scenario_step(struct scenario *scenario);

/*
 * A step has ended: its coroutine goes on at the next scenario_step. An outcome other than OK
 * of a step that is not tolerant ends the check: all coroutines are unwound. The step is freed.
 */
void scenario_finish(struct scenario *scenario, struct step *step,
                     const struct step_result *result);

/*
 * True when the script has ended; then OK, or how it failed: OUTCOME_SCRIPT with file, line and
 * message in `failure` for errors of the script, other outcomes for failures that were steps.
 * Both may be NULL.
 */
bool scenario_ended(struct scenario *scenario, enum event_outcome *outcome,
                    struct failure *failure);

/* Ends the script from outside (its time is over, Ctrl-C); nothing when it has ended. */
void scenario_abort(struct scenario *scenario, enum event_outcome outcome, const char *message);

/* The check that was begun; NULL before the first. */
const struct check *scenario_current(const struct scenario *scenario);

/*
 * A number from the seed, low <= n <= high, for carrying out `step`. It comes from the stream
 * of the step's own coroutine, so that it does not depend on the order in which others ran.
 */
int64_t scenario_random(const struct step *step, int64_t low, int64_t high);

#endif
