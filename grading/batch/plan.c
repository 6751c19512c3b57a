/* What is to be done. See plan.h. */
#include "grading/batch/plan.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/batch/collect.h"
#include "grading/batch/progress.h"
#include "grading/batch/take.h"
#include "grading/batch/words.h"

#define FULL 100.0 /* points of a lab */

static int by_key(const void *one, const void *other)
{
    return strcmp(((const struct mark *)one)->student, ((const struct mark *)other)->student);
}

/* Has this student's newest final attempt less than full points? */
static bool short_of_full(const struct marks *marks, const char *key)
{
    const struct mark wanted = {.student = (char *)key};
    const struct mark *mark =
        marks->count ? bsearch(&wanted, marks->all, marks->count, sizeof *marks->all, by_key)
                     : NULL;
    return !mark || mark->attempt == 0 || mark->points < FULL;
}

/* `marks`: sorted by key, only asked when --failed was given. */
static int decide(struct batch *batch, struct batch_task *task, const struct marks *marks,
                  struct failure *failure)
{
    const struct batch_options *options = batch->options;
    if (book_has(batch->book, task->key, task->files, batch->course, &task->had, failure) < 0)
        return -1;
    task->todo =
        !task->had || options->again || (options->failed && short_of_full(marks, task->key));
    return 0;
}

static int decide_all(struct batch *batch, struct batch_plan *plan, struct failure *failure)
{
    struct marks marks = {0};
    int status = batch->options->failed ? book_marks(batch->book, &marks, failure) : 0;
    if (status == 0 && marks.count)
        qsort(marks.all, marks.count, sizeof *marks.all, by_key);
    for (size_t i = 0; status == 0 && i < plan->count; i++) {
        status = decide(batch, &plan->tasks[i], &marks, failure);
        plan->todo += plan->tasks[i].todo;
    }
    marks_free(&marks);
    return status;
}

static bool wanted(const struct batch *batch, const char *key)
{
    const char *pattern = batch->options->only;
    return !pattern || fnmatch(pattern, key, 0) == 0;
}

static int take_all(struct batch *batch, struct batch_plan *plan, struct intake *intake,
                    struct failure *failure)
{
    size_t count = intake_count(intake);
    plan->tasks = calloc(count + 1, sizeof *plan->tasks);
    if (!plan->tasks)
        return failure_set(failure, STATUS_MACHINE, "there is no memory");
    for (size_t i = 0; i < count && !batch_interrupted(batch); i++) {
        if (!wanted(batch, intake_entry(intake, i)->key))
            continue;
        batch_progress_note("taking submissions", i + 1, count);
        struct batch_task *task = &plan->tasks[plan->count];
        int taken = batch_take(batch, intake, i, task, failure);
        if (taken < 0)
            return -1;
        plan->count += taken > 0;
        batch->lost += taken == 0;
    }
    if (plan->count == 0 && batch->lost == 0 && !batch->interrupted)
        return failure_set(failure, STATUS_USAGE, "no student's key matches --only %s",
                           batch->options->only ? batch->options->only : "*");
    return 0;
}

int batch_plan_make(struct batch *batch, struct batch_plan *plan, struct failure *failure)
{
    *plan = (struct batch_plan){0};
    struct batch_intake intake;
    int status = batch_intake_open(batch, &intake, failure);
    if (status == 0)
        status = take_all(batch, plan, intake.intake, failure);
    batch_progress_clear();
    batch_intake_close(&intake);
    if (status == 0)
        status = batch_collect_left(batch, failure);
    return status == 0 ? decide_all(batch, plan, failure) : -1;
}

static const char *what(const struct batch_task *task)
{
    if (!task->todo)
        return "is graded";
    return task->refused ? "to be refused" : task->had ? "to be graded again" : "to be graded";
}

void batch_plan_print(const struct batch_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct batch_task *task = &plan->tasks[i];
        batch_put_padded(stdout, task->key, 24);
        printf("  %-18s  ", what(task));
        batch_put(stdout, task->name, 32);
        putchar('\n');
    }
    printf("%zu submissions: %zu to be graded, %zu need nothing\n", plan->count, plan->todo,
           plan->count - plan->todo);
}

void batch_plan_free(struct batch_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->tasks[i].key);
        free(plan->tasks[i].name);
        free(plan->tasks[i].files);
        free(plan->tasks[i].refused);
    }
    free(plan->tasks);
}
