/* Loading a scenario, and playing a check of it step by step. See scenario.h and host.h. */
#include "scenario/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scenario/host.h"

static int provide(lua_State *lua)
{
    static const struct class *const classes[] = {&class_test, &class_client, &class_server,
                                                  &class_task, &class_barrier};
    declare_provide(lua);
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        class_provide(lua, classes[i]);
    return 0;
}

static int load_file(struct scenario *scenario, struct failure *failure)
{
    const char *slash = strrchr(scenario->path, '/');
    const char *label = slash != NULL ? slash + 1 : scenario->path;
    if (declare_number(scenario->path, &scenario->number) != 0)
        return failure_set(failure, STATUS_MACHINE,
                           "%s: the name of a scenario begins with its number, 10 to 999, and "
                           "a hyphen: 20-slow.lua",
                           scenario->path);
    if (sandbox_open(&scenario->sandbox, label, provide, scenario, failure) != 0 ||
        sandbox_load(&scenario->sandbox, scenario->path, failure) != 0)
        return -1;
    if (scenario->count == 0)
        return failure_set(failure, STATUS_MACHINE, "%s: no check stands in it",
                           scenario->path);
    return 0;
}

struct scenario *scenario_load(const char *path, bool hidden, struct failure *failure)
{
    struct scenario *scenario = calloc(1, sizeof *scenario);
    if (scenario != NULL) {
        scenario->hidden = hidden;
        scenario->path = strdup(path);
        scenario->checks = calloc(CHECKS_MOST, sizeof *scenario->checks);
    }
    if (scenario == NULL || scenario->path == NULL || scenario->checks == NULL)
        failure_set(failure, STATUS_MACHINE, "%s: no memory", path);
    else if (load_file(scenario, failure) == 0)
        return scenario;
    scenario_free(scenario);
    return NULL;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    if (scenario->sandbox.lua != NULL)
        task_free_all(scenario);
    sandbox_close(&scenario->sandbox);
    declare_free(scenario->checks, scenario->count);
    free(scenario->path);
    free(scenario);
}

size_t scenario_check_count(const struct scenario *scenario)
{
    return scenario->count;
}

const struct check *scenario_check(const struct scenario *scenario, size_t index)
{
    return index < scenario->count ? &scenario->checks[index] : NULL;
}

const struct check *scenario_current(const struct scenario *scenario)
{
    return scenario->check;
}

void scenario_stop(struct scenario *scenario, enum event_outcome outcome, const char *format,
                   ...)
{
    if (scenario->ended)
        return;
    scenario->ended = true;
    scenario->outcome = outcome;
    scenario->failure.status = outcome == OUTCOME_SCRIPT ? STATUS_MACHINE : STATUS_FAILED;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(scenario->failure.text, sizeof scenario->failure.text, format, arguments);
    va_end(arguments);
}

void scenario_abort(struct scenario *scenario, enum event_outcome outcome, const char *message)
{
    scenario_stop(scenario, outcome, "%s", message);
}

/* In protected mode: run(t) on the stack of the first line. */
static int push_run(lua_State *lua)
{
    struct scenario *scenario = lua_touserdata(lua, 1);
    lua_State *line = scenario->tasks->lua;
    lua_rawgeti(line, LUA_REGISTRYINDEX, scenario->runs[scenario->check - scenario->checks]);
    class_push(line, &class_test, 0);
    return 0;
}

static void forget(struct scenario *scenario)
{
    task_free_all(scenario);
    scenario->running = NULL;
    scenario->ready = scenario->silent = (struct queue){NULL, NULL};
    scenario->task_count = scenario->live = scenario->waiting_steps = 0;
    scenario->timed = scenario->quiets = 0;
    scenario->clients = 0;
    scenario->ended = false;
    scenario->outcome = OUTCOME_OK;
    scenario->failure = (struct failure){.status = STATUS_WELL};
    scenario->generation++;
    scenario->sandbox.doomed = false;
}

int scenario_begin(struct scenario *scenario, size_t index,
                   const struct scenario_options *options, struct failure *failure)
{
    if (index >= scenario->count)
        return failure_set(failure, STATUS_USAGE, "%s has no check %zu", scenario->path, index);
    forget(scenario);
    scenario->check = &scenario->checks[index];
    scenario->options = *options;
    if (!(scenario->options.time_scale >= 1))
        scenario->options.time_scale = 1;
    struct task *first = task_new(scenario, NULL);
    if (first == NULL)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", scenario->path);
    lua_State *lua = scenario->sandbox.lua;
    lua_pushcfunction(lua, push_run);
    lua_pushlightuserdata(lua, scenario);
    if (lua_pcall(lua, 1, 0, 0) != LUA_OK) {
        sandbox_explain(&scenario->sandbox, lua, failure);
        return -1;
    }
    snprintf(first->origin, sizeof first->origin, "%s:%d", scenario->sandbox.label,
             scenario->check->line);
    task_ready(first);
    return 0;
}

/* A line has come to its end: whoever waited for it goes on. */
static void end_task(struct task *task)
{
    struct scenario *scenario = task->scenario;
    task->state = TASK_DONE;
    scenario->live--;
    luaL_unref(scenario->sandbox.lua, LUA_REGISTRYINDEX, task->anchor);
    task->lua = NULL;
    task_unpark_all(&task->joiners);
    if (task->group != NULL && --task->group->members == 0 &&
        task->group->state == TASK_PARKED && task->group->queue == NULL)
        task_ready(task->group);
    if (scenario->live == 0)
        scenario_stop(scenario, OUTCOME_OK, "%s", "");
}

static void run_task(struct task *task)
{
    struct scenario *scenario = task->scenario;
    int arguments = task->lua != NULL && lua_status(task->lua) == LUA_OK
                        ? lua_gettop(task->lua) - 1 /* the function below its arguments */
                        : 0;
    scenario->running = task;
    int status = sandbox_resume(&scenario->sandbox, task->lua, arguments);
    scenario->running = NULL;
    free(task->data);
    task->data = NULL;
    if (status == LUA_OK) {
        end_task(task);
    } else if (status != LUA_YIELD) {
        struct failure failure;
        sandbox_explain(&scenario->sandbox, task->lua, &failure);
        if (task->client != 0)
            scenario_stop(scenario, OUTCOME_SCRIPT, "%s (in the line of client %d)",
                          failure.text, task->client);
        else
            scenario_stop(scenario, OUTCOME_SCRIPT, "%s", failure.text);
    } else if (task->state == TASK_SILENCE) {
        task->behind = scenario->silent.first;
        scenario->silent.first = task;
    }
}

/* Does this line leave the server alone? */
static bool rests(const struct task *task)
{
    return task->state == TASK_DONE || task->state == TASK_PARKED ||
           task->state == TASK_SILENCE ||
           (task->state == TASK_STEP &&
            (task->step.kind == STEP_SLEEP || task->step.kind == STEP_QUIET));
}

/* t:quiet begins once nobody is left to run: then everybody must be at rest. */
static struct step *begin_silence(struct scenario *scenario)
{
    struct task *task = scenario->silent.first;
    if (task == NULL)
        return NULL;
    scenario->silent.first = task->behind;
    for (struct task *other = scenario->tasks; other != NULL; other = other->older)
        if (!rests(other)) {
            scenario_stop(scenario, OUTCOME_SCRIPT,
                          "%s: t:quiet while another line of the script is busy with %s (%s)",
                          task->where, other->step.verb, other->where);
            return NULL;
        }
    task->state = TASK_STEP;
    scenario->quiets++;
    return &task->step;
}

static void unlink_task(struct queue *queue, struct task *task)
{
    struct task *before = NULL;
    for (struct task *at = queue->first; at != task; at = at->behind)
        before = at;
    if (before != NULL)
        before->behind = task->behind;
    else
        queue->first = task->behind;
    if (queue->last == task)
        queue->last = before;
}

/* Lines at a barrier whose limit has gone by go on, and will say so. */
static void wake_late(struct scenario *scenario)
{
    int64_t now = scenario->timed > 0 ? clock_now() : 0;
    for (struct task *task = scenario->tasks; task != NULL && now != 0; task = task->older)
        if (task->state == TASK_PARKED && task->due != 0 && task->due <= now) {
            unlink_task(task->queue, task);
            scenario->timed--;
            task->due = 0;
            task->late = true;
            task_ready(task);
        }
}

static void check_deadlock(struct scenario *scenario)
{
    if (scenario->ended || scenario->waiting_steps > 0 || scenario->timed > 0)
        return;
    struct task *task = scenario->tasks;
    while (task != NULL && task->state != TASK_PARKED)
        task = task->older;
    scenario_stop(scenario, OUTCOME_SCRIPT,
                  "%s: every line of the script waits for another one (a barrier or a join)",
                  task != NULL ? task->where : scenario->sandbox.label);
}

static struct step *next_step(struct scenario *scenario)
{
    struct task *task;
    wake_late(scenario);
    while ((task = scenario->ready.first) != NULL && !scenario->ended) {
        scenario->ready.first = task->behind;
        if (task->behind == NULL)
            scenario->ready.last = NULL;
        run_task(task);
        if (task->state == TASK_STEP && !scenario->ended)
            return &task->step;
    }
    return scenario->ended ? NULL : begin_silence(scenario);
}

struct step *scenario_step(struct scenario *scenario)
{
    struct step *step = scenario->ended ? NULL : next_step(scenario);
    if (step != NULL)
        scenario->waiting_steps++;
    else
        check_deadlock(scenario);
    return step;
}

void scenario_finish(struct scenario *scenario, struct step *step,
                     const struct step_result *result)
{
    struct task *task = step->owner;
    scenario->waiting_steps--;
    if (step->kind == STEP_QUIET)
        scenario->quiets--;
    task->result = *result;
    task->result.data = NULL;
    task->data = result->size > 0 ? malloc(result->size) : NULL;
    if (task->data != NULL)
        task->result.data = memcpy(task->data, result->data, result->size);
    if (result->size > 0 && task->data == NULL)
        scenario_stop(scenario, OUTCOME_SCRIPT, "%s: no memory for %zu bytes", step->where,
                      result->size);
    else if (result->outcome == OUTCOME_SCRIPT)
        scenario_stop(scenario, OUTCOME_SCRIPT, "%s: %s", step->where, result->message);
    else if (result->outcome != OUTCOME_OK && !step->tolerant)
        scenario_stop(scenario, result->outcome, "%s", result->message);
    task_ready(task);
}

bool scenario_ended(struct scenario *scenario, enum event_outcome *outcome,
                    struct failure *failure)
{
    if (scenario->ended && outcome != NULL)
        *outcome = scenario->outcome;
    if (scenario->ended && failure != NULL)
        *failure = scenario->failure;
    return scenario->ended;
}

int64_t scenario_random(const struct step *step, int64_t low, int64_t high)
{
    struct task *task = step->owner;
    return random_between(&task->random, low, high);
}
