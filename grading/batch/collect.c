/* Results into the book. See collect.h. */
#include "grading/batch/collect.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/batch/files.h"
#include "grading/batch/take.h"
#include "grading/batch/words.h"

#define PATH  (2 * NAME_MAX + 64) /* "results/KEY/N.json" */
#define WHOLE 100.0               /* points of a lab */

/* The result in a file, if it is one of this student in this lab; NULL with a failure. */
static struct result *read_own(struct batch *batch, const char *path, const char *key,
                               struct failure *failure)
{
    struct result *result = result_read(path, failure);
    if (result && (strcmp(result->lab, batch->lab) != 0 || strcmp(result->student, key) != 0)) {
        failure_set(failure, STATUS_MACHINE, "%s is of %s, %s", path, result->student,
                    result->lab);
        result_free(result);
        return NULL;
    }
    return result;
}

/* Into results/KEY; what is there already stays, and the new one is dropped. */
static int move(const char *from, const char *key, int number, struct failure *failure)
{
    char folder[PATH], to[PATH + 32];
    snprintf(folder, sizeof folder, "results/%s", key);
    snprintf(to, sizeof to, "%s/%d.json", folder, number);
    if (batch_folder(folder, failure) < 0)
        return -1;
    if (access(to, F_OK) == 0)
        unlink(from);
    else if (rename(from, to) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot keep the result %s", to);
    return 0;
}

/* Adds results/KEY/N.json to the book. The caller frees the result. */
static struct result *add(struct batch *batch, const char *key, int number,
                          struct failure *failure)
{
    char path[PATH + 32];
    bool fresh;
    snprintf(path, sizeof path, "results/%s/%d.json", key, number);
    struct result *result = read_own(batch, path, key, failure);
    if (result && book_add(batch->book, key, number, result, &fresh, failure) == 0)
        return result;
    if (result)
        result_free(result);
    return NULL;
}

/* --- what earlier runs left --- */

/* "KEY.12.json" into KEY and 12. */
static bool parse_name(char *name, int *number)
{
    size_t length = strlen(name);
    char *end;
    if (length < sizeof ".json" || strcmp(name + length - strlen(".json"), ".json") != 0)
        return false;
    name[length - strlen(".json")] = '\0';
    char *dot = strrchr(name, '.');
    if (!dot || dot == name)
        return false;
    long value = strtol(dot + 1, &end, 10);
    *dot = '\0';
    *number = (int)value;
    return *end == '\0' && value > 0 && value < INT_MAX;
}

/* A file of pending/results: a whole result moves on, anything else goes. */
static int bring(struct batch *batch, const char *name, struct failure *failure)
{
    char path[PATH], key[NAME_MAX + 1];
    int number;
    struct failure ignored;
    snprintf(path, sizeof path, BATCH_RESULTS "/%s", name);
    snprintf(key, sizeof key, "%s", name);
    struct result *result =
        parse_name(key, &number) ? read_own(batch, path, key, &ignored) : NULL;
    if (!result) {
        unlink(path);
        return 0;
    }
    result_free(result);
    return move(path, key, number, failure);
}

/* Attempts of one student that lie in results/ but are not in the book. */
static int add_missing(struct batch *batch, const char *key, struct failure *failure)
{
    int number;
    if (book_next_attempt(batch->book, key, &number, failure) < 0)
        return -1;
    for (;; number++) {
        char path[PATH + 32];
        snprintf(path, sizeof path, "results/%s/%d.json", key, number);
        if (access(path, F_OK) < 0)
            return 0;
        struct result *result = add(batch, key, number, failure);
        if (!result)
            return -1;
        result_free(result);
    }
}

/* Calls `act` with each name in a folder. */
static int each(struct batch *batch, const char *folder,
                int (*act)(struct batch *, const char *, struct failure *),
                struct failure *failure)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return failure_errno(failure, STATUS_MACHINE, "%s", folder);
    int status = 0;
    for (struct dirent *entry; status == 0 && (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            status = act(batch, entry->d_name, failure);
    closedir(directory);
    return status;
}

int batch_collect_left(struct batch *batch, struct failure *failure)
{
    if (each(batch, BATCH_RESULTS, bring, failure) < 0)
        return -1;
    return each(batch, "results", add_missing, failure);
}

/* --- of this run --- */

int batch_collect_number(struct batch *batch, struct batch_task *task, struct failure *failure)
{
    return book_next_attempt(batch->book, task->key, &task->attempt, failure);
}

/* A result that no grading made: fields that it has no choice in are the plainest ones. */
static int write_own(struct batch *batch, const struct batch_task *task,
                     enum result_state state, const char *why, struct failure *failure)
{
    char path[PATH], started[32];
    time_t now = time(NULL);
    struct tm parts;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
    const struct result result = {
        .lab = batch->lab,
        .student = task->key,
        .files = task->files,
        .course = batch->course,
        .state = state,
        .why = (char *)why,
        .official = state == RESULT_REFUSED && !batch->options->unofficial,
        .box = "none",
        .limits = "rlimits",
        .tries = 1,
        .started = started,
        .max_points = WHOLE,
    };
    snprintf(path, sizeof path, BATCH_RESULTS "/%s.%d.json", task->key, task->attempt);
    return result_write(&result, path, failure);
}

/* Is the result of what was asked for? Files may have changed since an array was submitted, and
   a node may have another version of the course. */
static void judge(struct batch *batch, struct batch_task *task, const struct result *result)
{
    bool same_course = strcmp(result->course, batch->course) == 0;
    bool same_files = strcmp(result->files, task->files) == 0;
    task->final = result->state != RESULT_INFRASTRUCTURE && same_course && same_files;
    task->seconds = result->seconds;
    task->full = result->points >= result->max_points;
    task->official = result->official;
    if (!same_course)
        batch_warn("%s: attempt %d was graded by another version of the course", task->key,
                   task->attempt);
    if (!same_files)
        batch_take_anew(task->key);
}

static int settle(struct batch *batch, struct batch_task *task, struct failure *failure)
{
    char path[PATH];
    snprintf(path, sizeof path, BATCH_RESULTS "/%s.%d.json", task->key, task->attempt);
    if (move(path, task->key, task->attempt, failure) < 0)
        return -1;
    struct result *result = add(batch, task->key, task->attempt, failure);
    if (!result)
        return -1;
    judge(batch, task, result);
    result_free(result);
    return 0;
}

int batch_collect(struct batch *batch, struct batch_task *task, const char *why,
                  struct failure *failure)
{
    char path[PATH];
    snprintf(path, sizeof path, BATCH_RESULTS "/%s.%d.json", task->key, task->attempt);
    struct result *result = read_own(batch, path, task->key, failure);
    if (result)
        result_free(result);
    else if (write_own(batch, task, RESULT_INFRASTRUCTURE, why, failure) < 0)
        return -1;
    return settle(batch, task, failure);
}

int batch_collect_refusal(struct batch *batch, struct batch_task *task, struct failure *failure)
{
    if (batch_collect_number(batch, task, failure) < 0 ||
        write_own(batch, task, RESULT_REFUSED, task->refused, failure) < 0)
        return -1;
    return settle(batch, task, failure);
}
