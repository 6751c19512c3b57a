/*
 * The lines of a check take turns: scenario_step runs those that are ready until one wants a
 * step done, scenario_finish makes the line that waited for a step ready again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scenario/host.h"

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
