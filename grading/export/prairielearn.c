/*
 * results.json of PrairieLearn: https://docs.prairielearn.com/externalGrading/#grading-results
 *
 * What does not compile, cannot be graded, or could not be graded here, is "not gradable": it
 * takes no attempt and no points. The file may have 1 MB: when it would be longer, every output
 * is cut, as far as needed.
 */
#include <stdlib.h>
#include <string.h>

#include "grading/export/formats.h"
#include "grading/export/sheet.h"

#define SIZE_MOST ((size_t)1000 * 1000 - 1)

static json_t *test_of(const struct export_row *row)
{
    char *title = sheet_title(row);
    json_t *test = json_pack("{s:s*, s:f, s:f, s:s, s:s}", "name", title, "points", row->points,
                             "max_points", row->max_points, "message", row->message, "output",
                             row->output);
    free(title);
    return test;
}

/* Those with points: the compiler's words are the output of the whole. */
static json_t *tests_of(const struct export_sheet *sheet)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < sheet->count; i++)
        if (!sheet->rows[i].build)
            json_array_append_new(tests, test_of(&sheet->rows[i]));
    return tests;
}

static const char *build_of(const struct export_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        if (sheet->rows[i].build)
            return sheet->rows[i].output;
    return "";
}

static json_t *errors_of(const struct export_sheet *sheet)
{
    json_t *errors = json_array();
    json_array_append_new(errors, json_string(sheet->summary));
    if (build_of(sheet)[0])
        json_array_append_new(errors, json_string(build_of(sheet)));
    return errors;
}

static json_t *results_of(const struct export_sheet *sheet)
{
    const char *build = build_of(sheet);
    if (sheet->state != RESULT_GRADED || !sheet->built)
        return json_pack("{s:b, s:s, s:s, s:o}", "gradable", 0, "message", sheet->summary,
                         "output", build, "format_errors", errors_of(sheet));
    double share = sheet->max_points > 0 ? sheet->points / sheet->max_points : 0;
    return json_pack("{s:b, s:f, s:s, s:s, s:o}", "gradable", 1, "score", share, "message",
                     sheet->summary, "output", build, "tests", tests_of(sheet));
}

/* The text with outputs of at most `most` bytes. NULL with a failure. */
static char *text_with(const struct result *result, const struct export_options *options,
                       size_t most, struct failure *failure)
{
    struct export_sheet *sheet = sheet_make(result, options, most, failure);
    if (!sheet)
        return NULL;
    json_t *json = results_of(sheet);
    char *text = json ? json_dumps(json, JSON_REAL_PRECISION(10)) : NULL;
    json_decref(json);
    sheet_free(sheet);
    if (!text)
        failure_set(failure, STATUS_MACHINE, "There is no memory for the export.");
    return text;
}

/* Less than before, by what it was too long and a little more; 0 in the end. */
static size_t less(size_t most, size_t size)
{
    size_t next = (size_t)((double)most * 0.9 * (double)SIZE_MOST / (double)size);
    return next < 64 ? 0 : next;
}

EXPORT_WRITER(export_prairielearn)
{
    size_t most = SHEET_TEXT, size;
    char *text = text_with(result, options, most, failure);
    while (text && (size = strlen(text)) > SIZE_MOST && most > 0) {
        free(text);
        most = less(most, size);
        text = text_with(result, options, most, failure);
    }
    if (!text)
        return -1;
    fprintf(out, "%s\n", text);
    free(text);
    return export_finish(out, failure);
}
