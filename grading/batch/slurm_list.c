/* The list of tasks, and the script that each task of an array runs. See slurm.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "grading/batch/collect.h"
#include "grading/batch/command.h"
#include "grading/batch/files.h"
#include "grading/batch/slurm.h"
#include "grading/result/whole.h"

/* --- the list --- */

static int put_list(FILE *out, const void *what)
{
    const struct slurm *slurm = what;
    for (size_t i = 0; i < slurm->count; i++)
        fprintf(out, "%s %d %s\n", slurm->lines[i].key, slurm->lines[i].number,
                slurm->lines[i].submitted);
    return ferror(out) ? -1 : 0;
}

static int grow(struct slurm *slurm, size_t more, struct failure *failure)
{
    struct slurm_line *lines =
        reallocarray(slurm->lines, slurm->count + more + 1, sizeof *slurm->lines);
    if (!lines)
        return failure_set(failure, STATUS_MACHINE, "there is no memory");
    slurm->lines = lines;
    return 0;
}

/* Takes a line of the list apart; a line that is none ends the list. */
static bool parse(struct slurm *slurm, const char *text)
{
    struct slurm_line line = {0};
    bool whole = sscanf(text, "%ms %d %ms", &line.key, &line.number, &line.submitted) == 3;
    if (whole) {
        slurm->lines[slurm->count++] = line;
        return true;
    }
    free(line.key);
    free(line.submitted);
    return false;
}

static int read_list(struct slurm *slurm, struct failure *failure)
{
    char *text = batch_read_all(SLURM_TASKS), *at = NULL;
    size_t lines = 0;
    for (const char *byte = text; byte && *byte; byte++)
        lines += *byte == '\n';
    int status = grow(slurm, lines, failure);
    for (char *line = text ? strtok_r(text, "\n", &at) : NULL; status == 0 && line;
         line = strtok_r(NULL, "\n", &at))
        if (!parse(slurm, line))
            break;
    free(text);
    return status;
}

static void forget(struct slurm *slurm)
{
    for (size_t i = 0; i < slurm->count; i++) {
        free(slurm->lines[i].key);
        free(slurm->lines[i].submitted);
    }
    slurm->count = 0;
}

int slurm_list_open(struct slurm *slurm, struct failure *failure)
{
    if (batch_folder(SLURM_FOLDER, failure) < 0)
        return -1;
    return batch_read(SLURM_JOB, slurm->run, sizeof slurm->run)
               ? read_list(slurm, failure)
               : slurm_list_renew(slurm, failure);
}

int slurm_list_renew(struct slurm *slurm, struct failure *failure)
{
    unsigned long long number;
    forget(slurm);
    if (unlink(SLURM_TASKS) < 0 && errno != ENOENT)
        return failure_errno(failure, STATUS_MACHINE, SLURM_TASKS);
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return failure_errno(failure, STATUS_MACHINE, "cannot draw a number");
    snprintf(slurm->run, sizeof slurm->run, "%016llx", number);
    return batch_write(SLURM_JOB, slurm->run, failure);
}

void slurm_list_close(struct slurm *slurm)
{
    forget(slurm);
    free(slurm->lines);
    for (size_t i = 0; i < slurm->job_count; i++)
        free(slurm->jobs[i]);
}

/* --- the script --- */

/* A word for the shell: nothing in it means anything. */
static void put_quoted(FILE *out, const char *word)
{
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

struct script {
    const char *folder;
    struct batch_words words;
    size_t shared; /* words that are the same for all; the others have variables in them */
};

static int put_script(FILE *out, const void *what)
{
    const struct script *script = what;
    fputs("#!/bin/sh\n"
          "# A task of an array of Slurm: grades the student of its line in \"tasks\".\n"
          "folder=",
          out);
    put_quoted(out, script->folder);
    fputs("\nline=$(sed -n \"$(($1 + SLURM_ARRAY_TASK_ID))p\" \"$folder/" SLURM_TASKS "\")\n"
          "read -r key number submitted <<END\n$line\nEND\n"
          "[ \"$submitted\" != - ] || submitted=\n"
          "exec >\"$folder/" BATCH_SAID "/$key.$number\" 2>&1 </dev/null\nexec",
          out);
    for (size_t i = 0; i < script->shared; i++) {
        fputc(' ', out);
        put_quoted(out, script->words.words[i]);
    }
    for (size_t i = script->shared; i < script->words.count; i++)
        fprintf(out, " \"%s\"", script->words.words[i]);
    fputs(" ${submitted:+--submitted \"$submitted\"}\n", out);
    return ferror(out) ? -1 : 0;
}

static int write_script(struct batch *batch, struct failure *failure)
{
    static const struct batch_own own = {"$folder", "$key", "$number", NULL};
    struct script script = {.folder = batch->folder};
    int status = batch_command(batch, &script.words, failure);
    script.shared = script.words.count;
    if (status == 0)
        status = batch_command_own(batch, &own, &script.words, failure);
    if (status == 0)
        status = whole_write(SLURM_SCRIPT, put_script, &script, failure);
    batch_command_free(&script.words);
    return status;
}

/* --- the tasks of a round --- */

static int by_key(const void *one, const void *other)
{
    const struct slurm_line *a = *(struct slurm_line *const *)one;
    const struct slurm_line *b = *(struct slurm_line *const *)other;
    int order = strcmp(a->key, b->key);
    return order ? order : a->number - b->number;
}

/* The lines that were there, sorted, to be searched. */
static struct slurm_line **sorted(struct slurm *slurm)
{
    struct slurm_line **index = calloc(slurm->count + 1, sizeof *index);
    for (size_t i = 0; index && i < slurm->count; i++)
        index[i] = &slurm->lines[i];
    if (index)
        qsort(index, slurm->count, sizeof *index, by_key);
    return index;
}

static struct slurm_line *find(struct slurm_line **index, size_t count,
                               const struct batch_task *task)
{
    struct slurm_line wanted = {.key = task->key, .number = task->attempt}, *key = &wanted;
    struct slurm_line **found =
        count ? bsearch(&key, index, count, sizeof *index, by_key) : NULL;
    return found ? *found : NULL;
}

static int append(struct slurm *slurm, struct batch_task *task, struct failure *failure)
{
    char submitted[32];
    batch_command_time(task->submitted, submitted, sizeof submitted);
    struct slurm_line *line = &slurm->lines[slurm->count++];
    *line = (struct slurm_line){
        .key = strdup(task->key),
        .submitted = strdup(*submitted ? submitted : "-"),
        .number = task->attempt,
        .task = task,
    };
    if (line->key && line->submitted)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "there is no memory");
}

/* A task that a batch has submitted before it was killed. */
static void adopt(struct slurm_line *line, struct batch_task *task)
{
    line->task = task;
    line->submissions = line->queued;
}

int slurm_list_add(struct slurm *slurm, struct failure *failure)
{
    const struct batch_round *round = slurm->round;
    size_t before = slurm->count;
    int status = grow(slurm, round->count, failure);
    struct slurm_line **index = status == 0 ? sorted(slurm) : NULL;
    for (size_t i = 0; status == 0 && index && i < round->count; i++) {
        struct batch_task *task = round->tasks[i];
        status = batch_collect_number(slurm->batch, task, failure);
        struct slurm_line *line = find(index, before, task);
        if (line && status == 0)
            adopt(line, task);
        else if (status == 0)
            status = append(slurm, task, failure);
    }
    free(index);
    if (status == 0)
        status = whole_write(SLURM_TASKS, put_list, slurm, failure);
    return status == 0 ? write_script(slurm->batch, failure) : -1;
}
