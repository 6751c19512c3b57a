/* See bench.h. */
#include "bench/bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grade/folder.h"

/* Of a round that is watched. */
#define WATCHED_MESSAGES 2000
#define WATCHED_EACH     5 /* at least, of each connection */
#define WATCHED_SECONDS  60.0

/* --- rounds --- */

static void tell(const struct bench_row *row, int round, const char *what)
{
    char load[BENCH_LOAD_TEXT];
    bench_describe(load, row->load);
    fprintf(stderr, "\r\033[Kround %d: %s, %s: %s\n", round + 1, row->subject->name, load,
            what);
}

static void keep(struct bench_row *row, const struct round_result *result)
{
    for (int i = 0; i < FIGURE_COUNT; i++)
        row->values[i][row->rounds] = result->figures[i];
    row->rounds++;
    if (result->doubt[0] && row->doubts++ == 0)
        memcpy(row->doubt, result->doubt, sizeof row->doubt);
}

void bench_histogram(char *path, size_t size, const char *histograms,
                     const struct bench_row *row)
{
    int used = snprintf(path, size, "%s/%s-%d", histograms, row->subject->name,
                        row->load->connections);
    if (row->load->idle)
        used += snprintf(path + used, size - (size_t)used, "+%d", row->load->idle);
    if (!row->load->path)
        used += snprintf(path + used, size - (size_t)used, "x%d", row->load->size);
    snprintf(path + used, size - (size_t)used, ".hgrm");
}

static void play(const struct bench_spec *spec, struct round_spec one, struct bench_row *row,
                 int round)
{
    char histogram[4096];
    struct failure failure;
    struct round_result result;
    bench_histogram(histogram, sizeof histogram, spec->histograms, row);
    if (round == spec->rounds - 1)
        one.histogram = histogram;
    if (round_run(&one, &result, &failure) < 0) {
        memcpy(row->failed, failure.text, sizeof row->failed);
        if (spec->progress)
            tell(row, round, row->failed);
        return;
    }
    keep(row, &result);
    if (spec->progress) {
        char text[64];
        snprintf(text, sizeof text, "%.0f messages/s", result.figures[FIGURE_RATE]);
        tell(row, round, text);
    }
}

/* Few messages, each connection's own: the tracer stops the server at every call. */
static struct load_spec watched_load(struct load_spec load)
{
    int each = WATCHED_MESSAGES / load.connections;
    load.total = each < WATCHED_EACH ? WATCHED_EACH : each;
    load.rate = load.warm_up = load.ramp = 0;
    load.seconds = WATCHED_SECONDS;
    return load;
}

static void play_watched(const struct bench_spec *spec, struct round_spec one,
                         struct bench_row *row)
{
    struct failure failure;
    struct round_result result;
    if (spec->progress)
        tell(row, spec->rounds, "watched");
    one.watched = true;
    one.load = watched_load(one.load);
    if (round_run(&one, &result, &failure) < 0) {
        memcpy(row->unwatched, failure.text, sizeof row->unwatched);
        return;
    }
    row->values[FIGURE_CALLS][0] = result.figures[FIGURE_CALLS];
    row->values[FIGURE_WAKEUPS][0] = result.figures[FIGURE_WAKEUPS];
}

/* A row's round in a new folder; the one behind the last is watched. */
static void play_row(const struct bench_spec *spec, const char *folder, struct bench_row *row,
                     int round, const atomic_int *stop)
{
    struct round_spec one = {.subject = row->subject,
                             .folder = folder,
                             .load = *row->load,
                             .progress = spec->progress,
                             .stop = stop};
    mkdir(folder, 0777);
    chmod(folder, 0777); /* the server may be somebody else */
    if (round < spec->rounds)
        play(spec, one, row, round);
    else if (!row->subject->address)
        play_watched(spec, one, row);
    folder_remove(folder);
}

static int make_rows(const struct bench_spec *spec, const struct subjects *subjects,
                     struct bench *bench, struct failure *failure)
{
    bench->count = 0;
    bench->histograms = spec->histograms;
    mkdir(spec->histograms, 0755); /* it may be there */
    bench->rows = calloc(spec->load_count * subjects->count + 1, sizeof *bench->rows);
    if (!bench->rows)
        return failure_set(failure, STATUS_MACHINE, "there is not enough memory for results");
    for (size_t i = 0; i < spec->load_count; i++)
        for (size_t k = 0; k < subjects->count; k++)
            bench->rows[bench->count++] =
                (struct bench_row){.subject = &subjects->items[k], .load = &spec->loads[i]};
    return 0;
}

/* A server that could not be measured once is not tried again. */
int bench_run(const struct bench_spec *spec, const struct subjects *subjects,
              const atomic_int *stop, struct bench *bench, struct failure *failure)
{
    char folder[4096];
    if (make_rows(spec, subjects, bench, failure) < 0)
        return -1;
    snprintf(folder, sizeof folder, "%s/work", subjects->folder);
    for (int round = 0; round < spec->rounds + spec->watched; round++)
        for (size_t i = 0; i < bench->count && !*stop; i++)
            if (!bench->rows[i].failed[0])
                play_row(spec, folder, &bench->rows[i], round, stop);
    bench->complete = true;
    for (size_t i = 0; i < bench->count; i++)
        if (bench->rows[i].rounds < spec->rounds || bench->rows[i].doubts > 0)
            bench->complete = false;
    return 0;
}

void bench_free(struct bench *bench)
{
    free(bench->rows);
    *bench = (struct bench){.rows = NULL};
}
