/*
 * The engine for Slurm: the tasks of a round as a job array, each one `iolab submission` with
 * one result file in DIR, which all nodes see. Results are brought in as they come. A task that
 * Slurm no longer has and that left no result (its node went) is submitted again.
 */
#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "grading/batch/collect.h"
#include "grading/batch/files.h"
#include "grading/batch/slurm.h"
#include "grading/batch/words.h"

#define LOOK_MS     2000 /* between two looks */
#define MISSING     2    /* looks that find nothing, until a task counts as lost */
#define SUBMISSIONS 3    /* of one task, at most */

static size_t left(const struct slurm *slurm)
{
    size_t count = 0;
    for (size_t i = 0; i < slurm->count; i++)
        count += slurm->lines[i].task != NULL;
    return count;
}

/* --- submitting --- */

static bool to_submit(const struct slurm_line *line)
{
    return line->task && !line->queued && (!line->submissions || line->missing >= MISSING);
}

/* Indexes of lines to submit within a chunk, as "1-300,302"; NULL when there are none. */
static char *indexes_of(struct slurm *slurm, size_t offset, size_t end)
{
    char *text = NULL;
    size_t size = 0, found = 0;
    FILE *out = open_memstream(&text, &size);
    for (size_t i = offset; out && i < end; i++) {
        size_t last = i;
        if (!to_submit(&slurm->lines[i]))
            continue;
        while (last + 1 < end && to_submit(&slurm->lines[last + 1]))
            last++;
        fprintf(out, "%s%zu", found++ ? "," : "", i - offset + 1);
        if (last > i)
            fprintf(out, "-%zu", last - offset + 1);
        i = last;
    }
    if (out && fclose(out) == 0 && found)
        return text;
    free(text);
    return NULL;
}

static void mark_submitted(struct slurm *slurm, size_t offset, size_t end)
{
    for (size_t i = offset; i < end; i++) {
        struct slurm_line *line = &slurm->lines[i];
        if (!to_submit(line))
            continue;
        line->queued = true;
        line->missing = 0;
        line->submissions++;
    }
}

static int submit_chunk(struct slurm *slurm, size_t offset, size_t end, struct failure *failure)
{
    char *indexes = indexes_of(slurm, offset, end);
    if (!indexes)
        return 0;
    int status = slurm_queue_submit(slurm, offset, indexes, failure);
    free(indexes);
    if (status == 0)
        mark_submitted(slurm, offset, end);
    else if (slurm->job_count > 0)
        return 0; /* a limit, perhaps, of jobs at a time: again when some are done */
    return status;
}

static int submit(struct slurm *slurm, struct failure *failure)
{
    for (size_t offset = 0; offset < slurm->count; offset += slurm->chunk) {
        size_t end = offset + slurm->chunk;
        if (submit_chunk(slurm, offset, end < slurm->count ? end : slurm->count, failure) < 0)
            return -1;
    }
    return 0;
}

/* --- collecting --- */

static int collect(struct slurm *slurm, struct slurm_line *line, struct failure *failure)
{
    char said[PATH_MAX], words[512], why[1024];
    snprintf(said, sizeof said, BATCH_SAID "/%s.%d", line->key, line->number);
    batch_first_line(said, words, sizeof words);
    if (!*words)
        batch_first_line(SLURM_SAID, words, sizeof words);
    snprintf(why, sizeof why, "Slurm ended the grading %d times without a result%s%s",
             line->submissions, *words ? ": " : "", words);
    if (batch_collect(slurm->batch, line->task, why, failure) < 0)
        return -1;
    unlink(said);
    batch_progress_end(slurm->round->progress, line->task);
    line->task = NULL;
    return 0;
}

static bool has_result(const struct slurm_line *line)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, BATCH_RESULTS "/%s.%d.json", line->key, line->number);
    return access(path, F_OK) == 0;
}

/* Over NFS a folder that is opened is looked at anew; else what is new in it may hide for a
   minute. */
static void refresh(void)
{
    DIR *folder = opendir(BATCH_RESULTS);
    if (folder)
        closedir(folder);
}

/* Brings in what has come; counts the looks that found nothing of a task, when `known` says that
   Slurm has answered; gives up those that were lost too often. */
static int gather(struct slurm *slurm, bool known, struct failure *failure)
{
    refresh();
    for (size_t i = 0; i < slurm->count; i++) {
        struct slurm_line *line = &slurm->lines[i];
        if (!line->task)
            continue;
        bool there = has_result(line);
        if (known && !there)
            line->missing = line->queued ? 0 : line->missing + 1;
        bool given_up = line->missing >= MISSING && line->submissions >= SUBMISSIONS;
        if ((there || given_up) && collect(slurm, line, failure) < 0)
            return -1;
    }
    return 0;
}

static void draw(struct slurm *slurm)
{
    struct batch_task *tasks[BATCH_JOBS_MOST];
    size_t count = 0;
    for (size_t i = 0; i < slurm->count && count < BATCH_JOBS_MOST; i++)
        if (slurm->lines[i].task && slurm->lines[i].queued)
            tasks[count++] = slurm->lines[i].task;
    batch_progress_draw(slurm->round->progress, tasks, count);
}

/* One look. When the controller does not answer, nothing is known of what it has: the arrays run
   on, and so does the waiting. */
static int look(struct slurm *slurm, bool *told, struct failure *failure)
{
    bool known = slurm_queue_look(slurm, failure) == 0;
    if (!known && !*told) {
        batch_progress_clear();
        batch_warn("%s; waiting for Slurm", failure->text);
    }
    *told = !known;
    if (gather(slurm, known, failure) < 0)
        return -1;
    return known ? submit(slurm, failure) : 0;
}

static void pause_until_next(struct slurm *slurm)
{
    struct pollfd polled = {.fd = slurm->batch->signals, .events = POLLIN};
    draw(slurm);
    poll(&polled, 1, LOOK_MS);
}

static int work(struct slurm *slurm, struct failure *failure)
{
    bool told = false;
    int status = submit(slurm, failure);
    while (status == 0 && left(slurm) > 0 && !batch_interrupted(slurm->batch)) {
        pause_until_next(slurm);
        if (!batch_interrupted(slurm->batch))
            status = look(slurm, &told, failure);
    }
    if (status < 0 || slurm->batch->interrupted)
        slurm_queue_cancel(slurm);
    return status;
}

/* Finds the arrays of a batch that was killed, and goes on with them. */
static int prepare(struct slurm *slurm, struct failure *failure)
{
    if (slurm_queue_limits(slurm, failure) < 0 || slurm_list_open(slurm, failure) < 0 ||
        slurm_queue_look(slurm, failure) < 0)
        return -1;
    if (slurm->job_count == 0 && slurm_list_renew(slurm, failure) < 0)
        return -1;
    return slurm_list_add(slurm, failure);
}

static int run(struct batch *batch, struct batch_round *round, struct failure *failure)
{
    struct slurm slurm = {.batch = batch, .round = round};
    round->progress->jobs = round->jobs;
    int status = prepare(&slurm, failure);
    if (status == 0)
        status = work(&slurm, failure);
    slurm_list_close(&slurm);
    return status;
}

const struct batch_engine batch_slurm = {
    .name = "slurm",
    .run = run,
    .remote = true,
};
