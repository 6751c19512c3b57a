/*
 * Lines of a script: coroutines that wait for steps or for one another, and their queues.
 * What makes them run is in turns.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/host.h"

static void enqueue(struct queue *queue, struct task *task)
{
    task->behind = NULL;
    if (queue->last != NULL)
        queue->last->behind = task;
    else
        queue->first = task;
    queue->last = task;
}

struct task *task_of(lua_State *lua)
{
    struct scenario *scenario = sandbox_of(lua)->owner;
    if (scenario->running == NULL)
        sandbox_doom(lua, "verbs can be used only while a check runs");
    return scenario->running;
}

static int out_of_memory(lua_State *lua)
{
    sandbox_doom(lua, "no memory for another line of the script");
    return 0;
}

/* Raises Lua errors when there is a parent; without one it returns NULL. */
struct task *task_new(struct scenario *scenario, struct task *parent)
{
    if (parent != NULL && scenario->task_count >= TASKS_MOST)
        sandbox_doom(parent->lua, "a check has at most %d lines", TASKS_MOST);
    struct task *task = calloc(1, sizeof *task);
    if (task != NULL)
        task->lua = sandbox_thread(&scenario->sandbox, &task->anchor);
    if (task == NULL || task->lua == NULL) {
        free(task);
        if (parent != NULL)
            out_of_memory(parent->lua);
        return NULL;
    }
    task->scenario = scenario;
    task->older = scenario->tasks;
    scenario->tasks = task;
    scenario->task_count++;
    scenario->live++;
    if (parent != NULL) {
        task->path = random_mix(parent->path, ++parent->children);
        if (!sandbox_where(parent->lua, task->origin, sizeof task->origin))
            snprintf(task->origin, sizeof task->origin, "%s", parent->origin);
    } else {
        task->path = random_mix(scenario->options.seed, (uint64_t)scenario->check->number);
    }
    random_seed(&task->random, task->path);
    return task;
}

void task_ready(struct task *task)
{
    task->state = TASK_READY;
    enqueue(&task->scenario->ready, task);
}

void task_park(struct task *task, struct queue *queue)
{
    task->state = TASK_PARKED;
    task->queue = queue;
    if (task->due != 0)
        task->scenario->timed++;
    if (queue != NULL)
        enqueue(queue, task);
}

void task_unpark_all(struct queue *queue)
{
    struct task *task = queue->first;
    queue->first = queue->last = NULL;
    while (task != NULL) {
        struct task *behind = task->behind;
        if (task->due != 0)
            task->scenario->timed--;
        task->due = 0;
        task->queue = NULL;
        task_ready(task);
        task = behind;
    }
}

void task_free_all(struct scenario *scenario)
{
    while (scenario->tasks != NULL) {
        struct task *task = scenario->tasks;
        scenario->tasks = task->older;
        if (task->lua != NULL)
            luaL_unref(scenario->sandbox.lua, LUA_REGISTRYINDEX, task->anchor);
        free(task->data);
        free(task);
    }
}

static void check_may_wait(lua_State *lua)
{
    if (!lua_isyieldable(lua))
        sandbox_doom(lua, "a verb that waits cannot stand in a function that Lua's library "
                          "calls (table.sort, string.gsub)");
}

int task_wait_with(lua_State *lua, lua_KContext context, lua_KFunction after)
{
    struct task *task = task_of(lua);
    check_may_wait(lua);
    task->state = task->step.kind == STEP_QUIET ? TASK_SILENCE : TASK_STEP;
    return lua_yieldk(lua, 0, context, after);
}

int task_wait(lua_State *lua, lua_KFunction after)
{
    return task_wait_with(lua, 0, after);
}

int task_rest(lua_State *lua, struct queue *queue, lua_KFunction after)
{
    struct task *task = task_of(lua);
    check_may_wait(lua);
    if (!sandbox_where(lua, task->where, sizeof task->where))
        snprintf(task->where, sizeof task->where, "%s", task->origin);
    task_park(task, queue);
    return lua_yieldk(lua, 0, 0, after);
}

struct step *task_step(lua_State *lua, enum step_kind kind, const char *verb)
{
    struct task *task = task_of(lua);
    if (!sandbox_where(lua, task->where, sizeof task->where))
        snprintf(task->where, sizeof task->where, "%s", task->origin);
    if (task->scenario->quiets > 0 && kind != STEP_SLEEP && kind != STEP_UNTRUE)
        sandbox_doom(lua, "%s while another line of the script is in t:quiet", verb);
    task->step = (struct step){.kind = kind,
                               .verb = verb,
                               .where = task->where,
                               .within = WITHIN * task->scenario->options.time_scale,
                               .owner = task};
    task->step.server.at_most = EVENT_NONE;
    return &task->step;
}

int task_untrue(lua_State *lua, const char *verb, const char *text)
{
    struct step *step = task_step(lua, STEP_UNTRUE, verb);
    struct task *task = step->owner;
    snprintf(task->text, sizeof task->text, "%s", text);
    step->data = task->text;
    step->size = strlen(task->text);
    return task_wait(lua, verb_done);
}
