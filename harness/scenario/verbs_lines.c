/* Verbs about lines of the script: spawn and join, barriers, eventually. */
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "scenario/host.h"
#include "scenario/keys.h"

#define ASK_AGAIN 0.005 /* seconds between two questions of t:eventually */

/* --- t:spawn, task:join --- */

int test_spawn(lua_State *lua)
{
    struct task *parent = task_of(lua);
    verb_function(lua, 2, "t:spawn");
    verb_end(lua, 2, "t:spawn");
    struct task **object = class_push(lua, &class_task, sizeof(struct task *));
    struct task *task = *object = task_new(parent->scenario, parent);
    lua_pushvalue(lua, 2);
    lua_xmove(lua, task->lua, 1);
    task_ready(task);
    return 1;
}

static int task_join(lua_State *lua)
{
    struct task *joined = *(struct task **)class_check(lua, 1, &class_task);
    verb_end(lua, 1, "task:join");
    if (joined == task_of(lua))
        return sandbox_doom(lua, "a line of the script cannot join itself");
    return joined->state == TASK_DONE ? 0 : task_rest(lua, &joined->joiners, verb_done);
}

static const struct verb task_verbs[] = {{"join", task_join}, {NULL, NULL}};
const struct class class_task = {"task", task_verbs, NULL, NULL};

/* --- barriers --- */

struct barrier {
    int64_t wanted, came;
    struct queue waiting;
};

int test_barrier(lua_State *lua)
{
    task_of(lua);
    int64_t wanted = verb_count(lua, 2, TASKS_MOST, "t:barrier");
    verb_end(lua, 2, "t:barrier");
    if (wanted == 0)
        return sandbox_doom(lua, "t:barrier takes the number of lines, 1 or more");
    struct barrier *barrier = class_push(lua, &class_barrier, sizeof *barrier);
    barrier->wanted = wanted;
    return 1;
}

static int after_barrier(lua_State *lua, int status, lua_KContext context)
{
    struct task *task = task_of(lua);
    struct barrier *barrier = class_check(lua, 1, &class_barrier);
    char text[128];
    (void)status;
    (void)context;
    if (!task->late)
        return 0;
    task->late = false;
    snprintf(text, sizeof text, "%lld of %lld lines of the script came to the barrier in time",
             (long long)barrier->came, (long long)barrier->wanted);
    return task_untrue(lua, "wait", text);
}

/* Without `within` a barrier waits as long as the check may take: its lines have limits. */
static int barrier_wait(lua_State *lua)
{
    static const struct key keys[] = {{"within", key_seconds, 0}, {NULL, NULL, 0}};
    struct barrier *barrier = class_check(lua, 1, &class_barrier);
    struct task *task = task_of(lua);
    double within = 0;
    keys_read(lua, 2, keys, &within, "b:wait");
    verb_end(lua, 2, "b:wait");
    if (++barrier->came == barrier->wanted) {
        barrier->came = 0;
        task_unpark_all(&barrier->waiting);
        return 0;
    }
    within *= task->scenario->options.time_scale;
    task->due = within > 0 ? clock_now() + (int64_t)(within * CLOCK_SECOND) : 0;
    return task_rest(lua, &barrier->waiting, after_barrier);
}

static const struct verb barrier_verbs[] = {{"wait", barrier_wait}, {NULL, NULL}};
const struct class class_barrier = {"barrier", barrier_verbs, NULL, NULL};

/* --- t:eventually --- */

struct eventually {
    double within; /* seconds */
    int64_t due;   /* moved on by the time that this program was not running */
};

static int eventually_asked(lua_State *lua, int status, lua_KContext context);

/* The stack: t, the function, the options' table, the state. */
static int eventually_ask(lua_State *lua, int status, lua_KContext context)
{
    struct eventually *state = lua_touserdata(lua, 4);
    (void)status;
    if (context != 0)
        state->due += (int64_t)(task_of(lua)->result.real * CLOCK_SECOND);
    lua_settop(lua, 4);
    lua_pushvalue(lua, 2);
    lua_callk(lua, 0, 1, 0, eventually_asked);
    return eventually_asked(lua, LUA_OK, 0);
}

static int eventually_failed(lua_State *lua, const struct eventually *state)
{
    char text[96];
    lua_settop(lua, 4);
    if (lua_istable(lua, 3) && lua_getfield(lua, 3, "message") == LUA_TSTRING)
        return task_untrue(lua, "eventually", lua_tostring(lua, -1));
    snprintf(text, sizeof text, "what was waited for did not come true within %g s",
             state->within);
    return task_untrue(lua, "eventually", text);
}

static int eventually_asked(lua_State *lua, int status, lua_KContext context)
{
    struct eventually *state = lua_touserdata(lua, 4);
    (void)status;
    (void)context;
    if (lua_toboolean(lua, -1))
        return 1;
    if (clock_now() >= state->due)
        return eventually_failed(lua, state);
    task_step(lua, STEP_SLEEP, "eventually")->pause = ASK_AGAIN;
    return task_wait_with(lua, 1, eventually_ask);
}

static void check_message(lua_State *lua, const struct key *key, const char *what, void *field)
{
    (void)key;
    (void)field;
    verb_text(lua, -1, what);
}

int test_eventually(lua_State *lua)
{
    static const struct key keys[] = {
        {"within", key_seconds, offsetof(struct eventually, within)},
        {"message", check_message, 0},
        {NULL, NULL, 0},
    };
    const struct task *task = task_of(lua);
    verb_function(lua, 2, "t:eventually");
    verb_end(lua, 3, "t:eventually");
    lua_settop(lua, 3);
    struct eventually *state = lua_newuserdatauv(lua, sizeof *state, 0);
    *state = (struct eventually){.within = WITHIN};
    keys_read(lua, 3, keys, state, "t:eventually");
    state->within *= task->scenario->options.time_scale;
    state->due = clock_now() + (int64_t)(state->within * CLOCK_SECOND);
    return eventually_ask(lua, LUA_OK, 0);
}
