/* See rounds.h. */
#include "grading/batch/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "grading/batch/collect.h"
#include "grading/batch/engine.h"
#include "grading/batch/words.h"
#include "grading/one/one.h"

#define ROUNDS 3 /* attempts of a submission in one run, at most */

const struct batch_engine *batch_engine_find(const char *name)
{
    static const struct batch_engine *const engines[] = {&batch_pool, &batch_slurm};
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (strcmp(engines[i]->name, name) == 0)
            return engines[i];
    return NULL;
}

/* Gradings on other machines say themselves what they are worth. */
int batch_may_grade(const struct batch *batch, struct failure *failure)
{
    char why[1024];
    if (batch->options->unofficial || batch->options->engine->remote ||
        one_official(why, sizeof why))
        return 0;
    return failure_set(
        failure, STATUS_MACHINE,
        "official marks cannot be given here: %s\n"
        "With --unofficial submissions are graded all the same, and the marks say "
        "so.",
        why);
}

static int refuse(struct batch *batch, struct batch_plan *plan, struct failure *failure)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->tasks[i].todo && plan->tasks[i].refused &&
            batch_collect_refusal(batch, &plan->tasks[i], failure) < 0)
            return -1;
    return 0;
}

/* Tasks that have no final attempt of this run. The caller frees the list. */
static struct batch_task **open_tasks(struct batch_plan *plan, size_t *count)
{
    struct batch_task **tasks = calloc(plan->count + 1, sizeof *tasks);
    *count = 0;
    for (size_t i = 0; tasks && i < plan->count; i++) {
        struct batch_task *task = &plan->tasks[i];
        if (task->todo && !task->refused && !task->final)
            tasks[(*count)++] = task;
    }
    return tasks;
}

static int run_round(struct batch *batch, struct batch_plan *plan, int jobs,
                     struct batch_progress *progress, struct failure *failure)
{
    struct batch_round round = {.jobs = jobs, .progress = progress};
    round.tasks = open_tasks(plan, &round.count);
    if (!round.tasks)
        return failure_set(failure, STATUS_MACHINE, "there is no memory");
    int status = round.count ? batch->options->engine->run(batch, &round, failure) : 0;
    free(round.tasks);
    return status;
}

static void sum_up(const struct batch_plan *plan, struct batch_summary *summary)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct batch_task *task = &plan->tasks[i];
        if (!task->todo)
            continue;
        summary->refused += task->final && task->refused;
        summary->graded += task->final && !task->refused;
        summary->full += task->final && !task->refused && task->full;
        summary->unofficial += task->final && !task->refused && !task->official;
        summary->left += !task->final;
    }
}

int batch_grade(struct batch *batch, struct batch_plan *plan, struct batch_summary *summary,
                struct failure *failure)
{
    struct batch_progress progress;
    size_t count;
    *summary = (struct batch_summary){0};
    int status = refuse(batch, plan, failure);
    free(open_tasks(plan, &count));
    if (status < 0 || batch_progress_open(&progress, count, failure) < 0)
        return -1;
    for (int round = 1; status == 0 && round <= ROUNDS && !batch_interrupted(batch); round++)
        status = run_round(batch, plan, round < ROUNDS ? batch->options->jobs : 1, &progress,
                           failure);
    summary->median = batch_progress_median(&progress);
    batch_progress_close(&progress);
    sum_up(plan, summary);
    return status;
}
