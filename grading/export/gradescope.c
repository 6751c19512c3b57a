/*
 * results.json of Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/
 *
 * Every test is visible, since one that is hidden hides the total too: what students may not see
 * is left out or merged by the sheet. The score at the top is what counts. What only instructors
 * may see goes into extra_data, which Gradescope stores and shows to nobody.
 */
#include <stdlib.h>

#include "grading/export/formats.h"
#include "grading/export/sheet.h"
#include "grading/export/text.h"

/* The reason first, then what it rests on. */
static json_t *output_of(const struct export_row *row)
{
    return row->message[0]
               ? json_sprintf("%s\n%s%s", row->message, row->output[0] ? "\n" : "", row->output)
               : json_string(row->output);
}

static json_t *test_of(const struct export_row *row)
{
    char *title = sheet_title(row);
    json_t *test = json_pack("{s:s*, s:s, s:o*, s:s, s:s}", "name", title, "status",
                             row->status == ROW_PASSED ? "passed" : "failed", "output",
                             output_of(row), "output_format", "text", "visibility", "visible");
    free(title);
    if (test && !row->build) { /* of what is worth nothing, no points are shown */
        json_object_set_new(test, "score", json_real(row->points));
        json_object_set_new(test, "max_score", json_real(row->max_points));
    }
    if (test && row->number)
        json_object_set_new(test, "number", json_sprintf("%d", row->number));
    return test;
}

static void put_text(json_t *object, const char *key, const char *text)
{
    char *line = text ? export_line(text, 200) : NULL;
    json_object_set_new(object, key, line ? json_string(line) : json_null());
    free(line);
}

/* How it came about, to tell attempts apart and to run one again. */
static json_t *extra_of(const struct result *result)
{
    json_t *extra = json_object();
    const json_t *seed = json_object_get(result->report, "seed");
    const json_t *tier = json_object_get(result->report, "tier");
    put_text(extra, "lab", result->lab);
    put_text(extra, "state", result_state_name(result->state));
    put_text(extra, "files", result->files);
    put_text(extra, "course", result->course);
    put_text(extra, "box", result->box);
    put_text(extra, "limits", result->limits);
    put_text(extra, "tier", json_string_value(tier));
    put_text(extra, "submitted", result->submitted);
    json_object_set_new(extra, "official", json_boolean(result->official));
    json_object_set_new(extra, "tries", json_integer(result->tries));
    if (json_is_integer(seed))
        json_object_set_new(extra, "seed", json_integer(json_integer_value(seed)));
    return extra;
}

static json_t *tests_of(const struct export_sheet *sheet)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < sheet->count; i++)
        json_array_append_new(tests, test_of(&sheet->rows[i]));
    return tests;
}

EXPORT_WRITER(export_gradescope)
{
    struct export_sheet *sheet = sheet_make(result, options, SHEET_TEXT, failure);
    if (!sheet)
        return -1;
    bool graded = sheet->state == RESULT_GRADED;
    json_t *json = json_pack("{s:f, s:f, s:s, s:s, s:s, s:s, s:o, s:o}", "score",
                             graded ? sheet->points : 0.0, "execution_time", sheet->seconds,
                             "output", sheet->summary, "output_format", "text", "visibility",
                             "visible", "stdout_visibility", "hidden", "tests", tests_of(sheet),
                             "extra_data", extra_of(result));
    sheet_free(sheet);
    return export_dump(out, json, JSON_INDENT(2), failure);
}
