/* The rows that a report brings. See making.h. */
#include <stdlib.h>
#include <string.h>

#include "grading/export/making.h"
#include "grading/export/text.h"

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static enum row_status status_of(const json_t *check)
{
    const char *status = export_field(check, "status");
    return strcmp(status, "pass") == 0   ? ROW_PASSED
           : strcmp(status, "fail") == 0 ? ROW_FAILED
                                         : ROW_UNSEEN;
}

static bool is_hidden(const json_t *check)
{
    return json_is_true(json_object_get(check, "hidden"));
}

static double worth(const json_t *check, double most)
{
    return making_within(number_of(check, "max_points"), 0, most);
}

/* What the numbers of checks say, without their texts. */
static struct export_row row_of(const struct making *making, const json_t *check)
{
    double max_points = worth(check, making->sheet->max_points) * making->scale;
    double points = number_of(check, "points") * making->scale;
    return (struct export_row){
        .number = (int)making_within(number_of(check, "number"), 0, 9999),
        .status = status_of(check),
        .max_points = max_points,
        .points = making_within(points, 0, max_points),
        .seconds = making_within(number_of(check, "duration"), 0, 1e6),
    };
}

static void add_to_hidden(struct making *making, const struct export_row *row)
{
    struct export_row *hidden = &making->hidden;
    hidden->points += row->points;
    hidden->max_points += row->max_points;
    hidden->seconds = making_within(hidden->seconds + row->seconds, 0, 1e6);
    if (!making->some_hidden || row->status > hidden->status)
        hidden->status = row->status;
    making->some_hidden = true;
}

static void add_check(struct making *making, const json_t *check)
{
    const struct export_options *options = making->options;
    struct export_row row = row_of(making, check);
    if (is_hidden(check) && options->hidden == PAGE_HIDDEN) {
        add_to_hidden(making, &row);
        return;
    }
    if (making->sheet->count == MAKING_CHECKS)
        return; /* its points are among those of what was not run */
    bool told = row.status != ROW_PASSED && (!is_hidden(check) || options->hidden == PAGE_FULL);
    making_add(making, row, export_field(check, "name"),
               told ? export_field(check, "message") : "",
               told ? export_story(check, options->hints, making->most) : strdup(""));
}

static void add_build(struct making *making, const json_t *report)
{
    struct export_row row = {.build = true};
    row.status = making->sheet->built ? ROW_PASSED : ROW_FAILED;
    making_add(making, row, "it compiles",
               making->sheet->built ? ""
                                    : "The compiler rejects it, so that no check could run.",
               export_text(export_field(report, "build"), making->most));
}

/* Points that add up to more than the result's whole count in proportion. */
static void set_scale(struct making *making, const json_t *checks)
{
    double sum = 0;
    for (size_t i = 0; i < json_array_size(checks); i++)
        sum += worth(json_array_get(checks, i), making->sheet->max_points);
    double most = making->sheet->max_points;
    making->scale = sum > most + MAKING_LEAST ? most / sum : 1;
}

void making_add_report(struct making *making, const json_t *report)
{
    const json_t *checks = json_object_get(report, "checks");
    set_scale(making, checks);
    making->sheet->built = !json_is_false(json_object_get(report, "built"));
    add_build(making, report);
    for (size_t i = 0; i < json_array_size(checks); i++)
        add_check(making, json_array_get(checks, i));
    if (making->some_hidden)
        making_add(making, making->hidden, "hidden checks", "", strdup(""));
}
