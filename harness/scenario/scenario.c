/* Loading a scenario, beginning a check of it, and how the check ended. See scenario.h. */
#include "scenario/scenario.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct scenario *scenario_load(const char *path, const char *shared, bool hidden,
                               struct failure *failure)
{
    struct scenario *scenario = calloc(1, sizeof *scenario);
    if (scenario != NULL) {
        scenario->hidden = hidden;
        scenario->path = strdup(path);
        scenario->shared = strdup(shared);
        scenario->checks = calloc(CHECKS_MOST, sizeof *scenario->checks);
    }
    if (scenario == NULL || scenario->path == NULL || scenario->shared == NULL ||
        scenario->checks == NULL)
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
    free(scenario->shared);
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
    if (!(scenario->options.time_scale > 0))
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
