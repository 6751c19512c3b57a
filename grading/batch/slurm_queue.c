/* What Slurm is asked, and told: scontrol, squeue, sbatch, scancel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/batch/ask.h"
#include "grading/batch/slurm.h"

#define PREFIX        "iolab-"
#define CHUNK_DEFAULT 1000 /* MaxArraySize of Slurm less one: indexes end below it */

int slurm_queue_limits(struct slurm *slurm, struct failure *failure)
{
    static const char *const words[] = {"scontrol", "show", "config", NULL};
    char *text = batch_ask(slurm->batch, words, failure);
    if (!text)
        return -1;
    const char *found = strstr(text, "MaxArraySize");
    unsigned long size = 0;
    if (found && (found = strchr(found, '=')))
        size = strtoul(found + 1, NULL, 10);
    slurm->chunk = size > 1 ? size - 1 : CHUNK_DEFAULT;
    free(text);
    return 0;
}

static void remember_job(struct slurm *slurm, const char *job)
{
    for (size_t i = 0; i < slurm->job_count; i++)
        if (strcmp(slurm->jobs[i], job) == 0)
            return;
    if (slurm->job_count < SLURM_JOBS_MOST && (slurm->jobs[slurm->job_count] = strdup(job)))
        slurm->job_count++;
}

/* A row of squeue: name, number of the array, index. Others than ours are passed over. */
static void look_at(struct slurm *slurm, const char *row)
{
    char name[64], job[32];
    char run[sizeof slurm->run];
    size_t offset, index;
    if (sscanf(row, "%63s %31s %zu", name, job, &index) != 3 ||
        sscanf(name, PREFIX "%16[0-9a-f]-%zu", run, &offset) != 2 ||
        strcmp(run, slurm->run) != 0)
        return;
    remember_job(slurm, job);
    if (index > 0 && offset + index <= slurm->count)
        slurm->lines[offset + index - 1].queued = true;
}

/* Of all our jobs, not of some by number: of a number that Slurm has forgotten already it would
   say the same as of a wrong one. */
int slurm_queue_look(struct slurm *slurm, struct failure *failure)
{
    static const char *const words[] = {"squeue",   "--me",          "--array", "--noheader",
                                        "--format", "%100j %32F %K", NULL};
    char *text = batch_ask(slurm->batch, words, failure), *at = NULL;
    if (!text)
        return -1;
    for (size_t i = 0; i < slurm->count; i++)
        slurm->lines[i].queued = false;
    for (size_t i = 0; i < slurm->job_count; i++)
        free(slurm->jobs[i]);
    slurm->job_count = 0;
    for (char *row = strtok_r(text, "\n", &at); row; row = strtok_r(NULL, "\n", &at))
        look_at(slurm, row);
    free(text);
    return 0;
}

int slurm_queue_submit(struct slurm *slurm, size_t offset, const char *indexes,
                       struct failure *failure)
{
    char name[64], first[32], limit[16] = "", *array = NULL;
    snprintf(name, sizeof name, PREFIX "%s-%zu", slurm->run, offset);
    snprintf(first, sizeof first, "%zu", offset);
    if (slurm->round->jobs > 0)
        snprintf(limit, sizeof limit, "%%%d", slurm->round->jobs);
    if (asprintf(&array, "%s%s", indexes, limit) < 0)
        return failure_set(failure, STATUS_MACHINE, "there is no memory");
    /* What a node has lost is submitted again by us, who know whether there is a result. */
    static const char said[] = SLURM_SAID, script[] = SLURM_SCRIPT;
    const char *const words[] = {"sbatch", "--parsable", "--no-requeue", "--ntasks",
                                 "1",      "--output",   said,           "--open-mode",
                                 "append", "--job-name", name,           "--array",
                                 array,    script,       first,          NULL};
    char *text = batch_ask(slurm->batch, words, failure);
    bool done = text != NULL;
    free(array);
    free(text);
    return done ? 0 : -1;
}

void slurm_queue_cancel(struct slurm *slurm)
{
    const char *words[SLURM_JOBS_MOST + 2] = {"scancel"};
    struct failure ignored;
    if (slurm_queue_look(slurm, &ignored) < 0 || slurm->job_count == 0)
        return;
    for (size_t i = 0; i < slurm->job_count; i++)
        words[i + 1] = slurm->jobs[i];
    free(batch_ask(slurm->batch, words, &ignored));
}
