/*
 * Inside the scenario stage: a loaded script, its lines (coroutines), and how verbs wait.
 *
 * A line is READY (in the queue), waits for a STEP that was handed out, is PARKED (at a barrier
 * or a join), asked for SILENCE (t:quiet, until all others rest), or is DONE. A verb that waits
 * fills in task->step and returns task_wait(lua, continuation); the continuation runs when the
 * step has ended well and finds how in task->result.
 */
#ifndef IOLAB_SCENARIO_HOST_H
#define IOLAB_SCENARIO_HOST_H

#include "scenario/random.h"
#include "scenario/sandbox.h"
#include "scenario/scenario.h"

#define CHECKS_MOST  9
#define TASKS_MOST   200000 /* lines that one check may have */
#define CLIENTS_MOST TASKS_MOST
#define WHERE_SIZE   96
#define BYTES_MOST   (INT64_C(64) << 20) /* of one string of random bytes, of one expectation */
#define WITHIN       10.0                /* seconds, when a script does not say */

struct task;

/* Lines in order of their coming. A line stands in one queue at most. */
struct queue {
    struct task *first, *last;
};

enum task_state { TASK_READY, TASK_STEP, TASK_PARKED, TASK_SILENCE, TASK_DONE };

/* Options of t:connect and its kin. */
struct connect_options {
    double within; /* seconds, stretched */
    int64_t receive_buffer, send_buffer;
    char from[16]; /* "" any */
    double rate;   /* clients a second; 0: all at once */
    int64_t port;  /* 0: the server's first */
};

struct task {
    struct scenario *scenario;
    lua_State *lua;
    int anchor; /* keeps the coroutine from being collected */
    enum task_state state;
    struct task *older;  /* the list of all lines */
    struct task *behind; /* the queue that it stands in */
    struct queue *queue; /* where it is parked */
    struct queue joiners;
    struct task *group; /* the line whose t:clients made it, */
    int64_t members;    /* and how many such it still waits for */
    struct random random;
    uint64_t path, children; /* who made it: the seed of its random stream */
    int client;              /* the client whose line it is; 0 */
    char origin[WHERE_SIZE]; /* where it was made, for steps outside of any Lua function */
    int64_t due;             /* PARKED: when it gives up; 0: never */
    bool late;               /* it gave up */
    struct step step;
    char where[WHERE_SIZE]; /* of the step, or of the barrier */
    char text[512];         /* the step's call, source address or message */
    struct connect_options connect;
    struct step_result result;
    char *data; /* owns result.data */
};

struct scenario {
    struct sandbox sandbox;
    struct check *checks;
    int runs[CHECKS_MOST]; /* the functions, in Lua's registry */
    size_t count;
    int number; /* of the file */
    char *path;
    char *shared; /* the folder for share */
    bool hidden;

    /* The check that runs. */
    const struct check *check;
    struct scenario_options options;
    unsigned generation; /* objects of an earlier check are refused */
    struct task *tasks;  /* all lines, the youngest first */
    struct task *running;
    struct queue ready, silent;
    int64_t task_count, live, waiting_steps, timed, quiets;
    int clients;
    bool ended;
    enum event_outcome outcome;
    struct failure failure;
};

/* task.c: lines and their queues */
struct task *task_of(lua_State *lua); /* the line that runs; dooms when none does */
struct task *task_new(struct scenario *scenario, struct task *parent);
void task_ready(struct task *task);
void task_park(struct task *task, struct queue *queue);
void task_unpark_all(struct queue *queue);
void task_free_all(struct scenario *scenario);
int task_wait(lua_State *lua, lua_KFunction after);
int task_wait_with(lua_State *lua, lua_KContext context, lua_KFunction after);
int task_rest(lua_State *lua, struct queue *queue, lua_KFunction after);
/* A new step of the running line: kind, verb and where are filled in. */
struct step *task_step(lua_State *lua, enum step_kind kind, const char *verb);
/* A step that fails the check: `text` is copied. Returns as task_wait does. */
int task_untrue(lua_State *lua, const char *verb, const char *text);

/* scenario.c: the end of a check */
void scenario_stop(struct scenario *scenario, enum event_outcome outcome, const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

/* declare.c: check "name" { … }, share "name" */
void declare_provide(lua_State *lua);
int declare_number(const char *path, int *number);
void declare_free(struct check *checks, size_t count);

/* class.c: objects of scripts */
struct verb {
    const char *name;
    lua_CFunction call;
};

struct class
{
    const char *name;                                  /* "c": how messages call it */
    const struct verb *verbs;                          /* ends with a NULL name */
    const char *properties;                            /* "number, alive" */
    int (*property)(lua_State *lua, const char *name); /* how many values; -1: not known */
};

void class_provide(lua_State *lua, const struct class *class);
/* Pushes a new object with `size` bytes of its own (0 filled). */
void *class_push(lua_State *lua, const struct class *class, size_t size);
/* The object at `index`; dooms when it is something else, or of an earlier check. */
void *class_check(lua_State *lua, int index, const struct class *class);

extern const struct class class_test, class_client, class_server, class_task, class_barrier;

/* Options and arguments of verbs */
double verb_within(lua_State *lua, int index, const char *what);
double verb_seconds(lua_State *lua, int index, const char *what); /* >= 0 */
int64_t verb_count(lua_State *lua, int index, int64_t most, const char *what);
void verb_text(lua_State *lua, int index, const char *what);
void verb_function(lua_State *lua, int index, const char *what);
void verb_end(lua_State *lua, int count, const char *what); /* no more arguments than these */
int verb_done(lua_State *lua, int status, lua_KContext context); /* no value comes back */

/* verbs_connect.c */
void connect_read(lua_State *lua, int index, struct connect_options *options, const char *what);
struct step *connect_step(lua_State *lua, const char *verb, int client,
                          const struct connect_options *options);
void client_push(lua_State *lua, int number);
int client_at(lua_State *lua, int index); /* its number */

/* verbs of t by file */
int test_connect(lua_State *lua);
int test_try_connect(lua_State *lua);
int test_clients(lua_State *lua);
int test_connect_many(lua_State *lua);
int test_spawn(lua_State *lua);
int test_barrier(lua_State *lua);
int test_eventually(lua_State *lua);
int test_fill(lua_State *lua);
int test_load(lua_State *lua);
int test_known(lua_State *lua);
int test_greet(lua_State *lua);
int test_talker(lua_State *lua);
int test_expect_no_growth(lua_State *lua);
int test_expect_not_idle(lua_State *lua);
int test_two_rounds(lua_State *lua);
int test_file(lua_State *lua);

#endif
