/*
 * Experiment `load`: a server under load, by the load generator and in namespaces of its own, as
 * iolab bench does it. One round has all figures. Servers are the reference solutions of labs
 * ("05") or peers ("libuv").
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/round.h"
#include "claims/experiment.h"
#include "grade/folder.h"
#include "grade/lab.h"
#include "run/needs.h"

#define WARM_UP 0.1 /* seconds */
#define TIMES   3   /* so many ways, the first, are about time as the generator sees it */

static const struct way ways[] = {
    {"rate", "messages/s", "messages answered in a second", NULL},
    {"p50", "us", "latency: half of the messages are answered sooner", NULL},
    {"p99", "us", "latency: 99 % of the messages are answered sooner", NULL},
    {"cpu", "us", "processor time of the server for a message, connecting included", NULL},
    {"busy", "% of a core", "processor time of the server as a share of one core", NULL},
    {"memory", "MiB", "resident memory of the server with all connections open", NULL},
    {"memory_each", "KiB", "resident memory of the server for each connection", NULL},
    {"threads", "threads", "threads of the server with all connections open", NULL},
    {0},
};

/* In the order of the ways. */
static void fill(const double *figures, double *values)
{
    const double all[] = {figures[FIGURE_RATE],
                          figures[FIGURE_P50],
                          figures[FIGURE_P99],
                          figures[FIGURE_CPU],
                          figures[FIGURE_CPU] * figures[FIGURE_RATE] / 1e4,
                          figures[FIGURE_MEMORY] / 1024,
                          figures[FIGURE_MEMORY_EACH],
                          figures[FIGURE_THREADS]};
    memcpy(values, all, sizeof all);
}

/* "05" is "05-epoll-level". NULL: it was not built yet. */
static const struct subject *find(const struct subjects *subjects, const char *server)
{
    for (size_t i = 0; i < subjects->count; i++)
        if (strncmp(subjects->items[i].name, server, strlen(server)) == 0)
            return &subjects->items[i];
    return NULL;
}

/* What the lab says that its servers need of the machine. A peer is no lab and needs nothing. */
static int check_needs(const char *server, struct failure *failure)
{
    char why[NEEDS_WHY] = "";
    struct failure ignored;
    char *name = lab_resolve(server, &ignored);
    struct lab *lab = name ? lab_load(name, false, failure) : NULL;
    int answer = name && !lab ? -1 : 0;
    if (lab)
        answer = needs_met(lab->manifest->needs, why, failure);
    if (answer == 0 && why[0])
        answer = failure_set(failure, STATUS_MACHINE, "%s", why);
    lab_free(lab);
    free(name);
    return answer;
}

static int prepare(const struct parameters *parameters, struct subjects *subjects,
                   struct failure *failure)
{
    char path[4096];
    const char *root = lab_root(failure);
    if (!root)
        return -1;
    if (!parameters->server)
        return failure_set(failure, STATUS_MACHINE, "this load names no server");
    if (find(subjects, parameters->server))
        return 0;
    snprintf(path, sizeof path, "%s/solutions", root);
    if (access(path, F_OK) < 0)
        return failure_set(failure, STATUS_MACHINE,
                           "the reference servers are not here: students' archives have no "
                           "solutions/");
    if (check_needs(parameters->server, failure) < 0)
        return -1;
    return subjects_add(subjects, parameters->server, true, failure);
}

/* That the generator was slow makes times wrong. What the server used stays right. */
static void fill_doubt(const char *doubt, struct sample *sample)
{
    bool of_generator = strstr(doubt, "generator") != NULL;
    snprintf(sample->doubt, sizeof sample->doubt, "%s", doubt);
    for (size_t i = TIMES; of_generator && ways[i].name; i++)
        sample->sound[i] = true;
}

static int run(const struct parameters *parameters, const struct subjects *subjects,
               struct sample *sample, struct failure *failure)
{
    char folder[4096];
    struct round_result result;
    int threads = (int)parameters->threads, connections = (int)parameters->connections;
    struct round_spec spec = {
        .subject = find(subjects, parameters->server),
        .folder = folder,
        .load = {.connections = connections,
                 .idle = (int)parameters->idle,
                 .size = (int)parameters->size,
                 .pipeline = (int)parameters->pipeline,
                 .rate = (double)parameters->rate,
                 .warm_up = WARM_UP,
                 .seconds = parameters->seconds,
                 .threads = threads < connections ? threads : connections,
                 .seed = 1},
    };
    snprintf(folder, sizeof folder, "%s/work", subjects->folder);
    mkdir(folder, 0777);
    chmod(folder, 0777); /* the server may be somebody else */
    int answer = round_run(&spec, &result, failure);
    folder_remove(folder);
    if (answer < 0)
        return -1;
    fill(result.figures, sample->values);
    fill_doubt(result.doubt, sample);
    return 0;
}

static const struct key keys[] = {
    {"figure", key_text, offsetof(struct parameters, way)},
    EXPERIMENT_KEY(key_text, server),
    EXPERIMENT_KEY(experiment_positive, connections),
    EXPERIMENT_KEY(key_count, idle),
    EXPERIMENT_KEY(experiment_positive, size),
    EXPERIMENT_KEY(experiment_positive, pipeline),
    EXPERIMENT_KEY(key_count, rate),
    EXPERIMENT_KEY(experiment_positive, threads),
    EXPERIMENT_KEY(key_seconds, seconds),
    EXPERIMENT_KEYS_END,
};

extern const struct experiment experiment_load;
const struct experiment experiment_load = {
    .name = "load",
    .keys = keys,
    .ways = ways,
    .usual = {.connections = 1, .size = 64, .pipeline = 1, .threads = 2, .seconds = 0.3},
    .rounds = 4,
    .run = run,
    .prepare = prepare,
};
