/*
 * Autolab reads the last line of an autograder's output, and the line before it for a formatted
 * view: https://docs.autolabproject.com/features/formatted-feedback/ and
 * https://docs.autolabproject.com/lab/#writing-autograders
 *
 * Lines of text for people come first, each set in by two spaces. The one problem is named as the
 * lab ("05-epoll-level"): the assessment needs a problem of this name. Without a mark no score is
 * sent, so that the one of before stays. No string has a colon: the view takes what is before one
 * for a key.
 */
#include <stdlib.h>
#include <string.h>

#include "grading/export/formats.h"
#include "grading/export/sheet.h"

/* Takes the text. */
static char *without_colons(char *text)
{
    for (char *c = text; c && *c; c++)
        if (*c == ':')
            *c = ';';
    return text;
}

static json_t *outcome_of(const struct export_row *row)
{
    bool passed = row->status == ROW_PASSED;
    char *hint = without_colons(strdup(row->message));
    json_t *outcome = passed || !hint || !hint[0]
                          ? json_pack("{s:b}", "passed", passed)
                          : json_pack("{s:b, s:s}", "passed", passed, "hint", hint);
    free(hint);
    return outcome;
}

/* Names are keys, which may come twice in a script: then the place makes a difference. */
static void add_outcome(json_t *stage, const struct export_row *row, size_t place)
{
    char *title = without_colons(sheet_title(row)), *other = NULL;
    if (title && json_object_get(stage, title) &&
        asprintf(&other, "%s (%zu)", title, place) < 0)
        other = NULL;
    if (title)
        json_object_set_new(stage, other ? other : title, outcome_of(row));
    free(other);
    free(title);
}

static json_t *stage_of(const struct export_sheet *sheet, bool build)
{
    json_t *stage = json_object();
    for (size_t i = 0; i < sheet->count; i++)
        if (sheet->rows[i].build == build)
            add_outcome(stage, &sheet->rows[i], i + 1);
    return stage;
}

static json_t *view_of(const struct export_sheet *sheet)
{
    if (sheet->state == RESULT_INFRASTRUCTURE) {
        char *hint = without_colons(strdup(sheet->summary));
        json_t *view =
            json_pack("{s:s, s:[s], s:{s:{s:b, s:s*}}}", "_presentation", "semantic", "stages",
                      "Machine", "Machine", "it could grade", "passed", 0, "hint", hint);
        free(hint);
        return view;
    }
    return json_pack("{s:s, s:[s, s], s:o, s:o}", "_presentation", "semantic", "stages",
                     "Build", "Checks", "Build", stage_of(sheet, true), "Checks",
                     stage_of(sheet, false));
}

static json_t *scores_of(const struct export_sheet *sheet)
{
    char *problem = without_colons(strdup(sheet->lab));
    double points = sheet->state == RESULT_GRADED ? sheet->points : 0;
    json_t *scores =
        sheet->state == RESULT_INFRASTRUCTURE || !problem
            ? json_pack("{s:{}}", "scores")
            : json_pack("{s:{s:f}, s:[f]}", "scores", problem, points, "scoreboard", points);
    free(problem);
    return scores;
}

static void put_lines(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(out, "  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void put_rows(FILE *out, const struct export_sheet *sheet)
{
    static const char *const words[] = {
        [ROW_PASSED] = "ok", [ROW_FAILED] = "FAIL", [ROW_UNSEEN] = "unseen"};
    put_lines(out, sheet->summary);
    for (size_t i = 0; i < sheet->count; i++) {
        const struct export_row *row = &sheet->rows[i];
        char *title = sheet_title(row);
        fprintf(out, "  %-6s  %s  %.6g of %.6g\n", words[row->status], title ? title : "",
                row->points, row->max_points);
        free(title);
        put_lines(out, row->message);
        put_lines(out, row->output);
    }
}

EXPORT_WRITER(export_autolab)
{
    struct export_sheet *sheet = sheet_make(result, options, SHEET_TEXT, failure);
    if (!sheet)
        return -1;
    put_rows(out, sheet);
    int status = export_dump(out, view_of(sheet), JSON_COMPACT, failure);
    if (status == 0)
        status = export_dump(out, scores_of(sheet), JSON_COMPACT, failure);
    sheet_free(sheet);
    return status;
}
