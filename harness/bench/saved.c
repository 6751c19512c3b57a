/* See saved.h. */
#include "bench/saved.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "iolab-bench/1"

static int wrong(struct failure *failure, const char *path, const char *what)
{
    return failure_set(failure, STATUS_USAGE,
                       "%s: %s: it does not come from iolab bench --format json", path, what);
}

static const struct subject *subject_named(struct saved *saved, const char *name)
{
    struct subjects *subjects = &saved->subjects;
    for (size_t i = 0; i < subjects->count; i++)
        if (strcmp(subjects->items[i].name, name) == 0)
            return &subjects->items[i];
    if (subjects->count == SUBJECTS_MOST)
        return NULL;
    subjects->items[subjects->count].name = (char *)name;
    return &subjects->items[subjects->count++];
}

static bool same_load(const struct load_spec *a, const struct load_spec *b)
{
    bool same_path = a->path && b->path ? strcmp(a->path, b->path) == 0 : a->path == b->path;
    return same_path && a->connections == b->connections && a->idle == b->idle &&
           a->slow == b->slow && a->slow_rate == b->slow_rate && a->size == b->size &&
           a->pipeline == b->pipeline && a->each == b->each && a->total == b->total &&
           a->rate == b->rate && a->ramp == b->ramp && a->seconds == b->seconds &&
           a->threads == b->threads && a->processes == b->processes;
}

/* Rows of one load point to the same one: that is how they are known to belong together. */
static const struct load_spec *load_like(struct saved *saved, const struct load_spec *load)
{
    for (size_t i = 0; i < saved->load_count; i++)
        if (same_load(&saved->loads[i], load))
            return &saved->loads[i];
    if (saved->load_count == BENCH_LOADS_MOST)
        return NULL;
    saved->loads[saved->load_count] = *load;
    return &saved->loads[saved->load_count++];
}

static int read_load(json_t *json, struct load_spec *load)
{
    load->path = json_string_value(json_object_get(json, "path")); /* or null */
    return json_unpack(
        json, "{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:F, s:F, s:F, s:F, s:i, s:i}",
        "connections", &load->connections, "idle", &load->idle, "slow", &load->slow,
        "slow_rate", &load->slow_rate, "size", &load->size, "pipeline", &load->pipeline,
        "messages_each", &load->each, "total", &load->total, "rate", &load->rate, "ramp",
        &load->ramp, "warm_up", &load->warm_up, "seconds", &load->seconds, "threads",
        &load->threads, "processes", &load->processes);
}

/* null: it was not measured, in this round or in none. */
static void read_figure(json_t *figure, struct bench_row *row, double *values)
{
    json_t *rounds = json_object_get(figure, "rounds");
    for (int i = 0; i < row->rounds; i++) {
        json_t *value = json_array_get(rounds, (size_t)i);
        values[i] = json_is_number(value) ? json_number_value(value) : NAN;
    }
}

static void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

static int read_row(struct saved *saved, json_t *json, struct bench_row *row)
{
    const char *server, *doubt, *failed, *unwatched;
    json_t *load_json, *figures;
    struct load_spec load = {.path = NULL};
    if (json_unpack(json, "{s:s, s:o, s:i, s:o, s:i, s:s, s:s, s:s}", "server", &server, "load",
                    &load_json, "rounds", &row->rounds, "figures", &figures, "doubts",
                    &row->doubts, "doubt", &doubt, "failed", &failed, "unwatched",
                    &unwatched) < 0 ||
        read_load(load_json, &load) < 0 || row->rounds < 0 || row->rounds > BENCH_ROUNDS_MOST)
        return -1;
    row->subject = subject_named(saved, server);
    row->load = load_like(saved, &load);
    copy_text(row->doubt, sizeof row->doubt, doubt);
    copy_text(row->failed, sizeof row->failed, failed);
    copy_text(row->unwatched, sizeof row->unwatched, unwatched);
    for (int i = 0; i < FIGURE_COUNT; i++)
        read_figure(json_object_get(figures, figure_name((enum figure)i)), row, row->values[i]);
    return row->subject && row->load ? 0 : -1;
}

static int read_rows(struct saved *saved, json_t *rows, const char *path,
                     struct failure *failure)
{
    size_t count = json_array_size(rows);
    saved->bench.rows = calloc(count ? count : 1, sizeof *saved->bench.rows);
    if (!saved->bench.rows)
        return failure_errno(failure, STATUS_MACHINE, "no memory for %s", path);
    for (size_t i = 0; i < count; i++) {
        char what[64];
        snprintf(what, sizeof what, "result %zu is none", i + 1);
        if (read_row(saved, json_array_get(rows, i), &saved->bench.rows[i]) < 0)
            return wrong(failure, path, what);
        saved->bench.count++;
    }
    return 0;
}

int saved_read(struct saved *saved, const char *path, struct failure *failure)
{
    json_error_t error;
    const char *schema = "";
    int complete = 0;
    json_t *rows;
    *saved = (struct saved){.text = json_load_file(path, 0, &error)};
    if (!saved->text && error.line < 0)
        return failure_set(failure, STATUS_USAGE, "%s", error.text);
    if (!saved->text)
        return failure_set(failure, STATUS_USAGE, "%s:%d: %s", path, error.line, error.text);
    if (json_unpack(saved->text, "{s:s, s:b, s:o}", "schema", &schema, "complete", &complete,
                    "results", &rows) < 0 ||
        strcmp(schema, SCHEMA) != 0 || !json_is_array(rows))
        return wrong(failure, path, "no schema " SCHEMA);
    saved->bench.complete = complete;
    return read_rows(saved, rows, path, failure);
}

/* "05" and "05-epoll-level" name the same. */
static bool is_typed(const struct subject *subject, const char *typed)
{
    size_t size = strlen(typed);
    return strncmp(subject->name, typed, size) == 0 &&
           (subject->name[size] == '\0' || subject->name[size] == '-');
}

static bool is_chosen(const struct subject *subject, char *const *typed, int count)
{
    for (int i = 0; i < count; i++)
        if (is_typed(subject, typed[i]))
            return true;
    return count == 0;
}

static bool is_there(const struct saved *saved, const char *typed)
{
    for (size_t i = 0; i < saved->subjects.count; i++)
        if (is_typed(&saved->subjects.items[i], typed))
            return true;
    return false;
}

int saved_choose(struct saved *saved, char *const *typed, int count, struct failure *failure)
{
    struct bench *bench = &saved->bench;
    size_t kept = 0;
    for (int i = 0; i < count; i++)
        if (!is_there(saved, typed[i]))
            return failure_set(failure, STATUS_USAGE, "no server %s was measured there",
                               typed[i]);
    for (size_t i = 0; i < bench->count; i++)
        if (is_chosen(bench->rows[i].subject, typed, count))
            bench->rows[kept++] = bench->rows[i];
    bench->count = kept;
    return 0;
}

void saved_free(struct saved *saved)
{
    free(saved->bench.rows);
    json_decref(saved->text);
    *saved = (struct saved){.text = NULL};
}
