/*
 * TAP version 14: https://testanything.org/tap-version-14-specification.html
 *
 * A test point a row; what a failure rests on is a YAML block behind it. What the machine could
 * not see is a SKIP, and when it could grade nothing the document bails out.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "grading/export/formats.h"
#include "grading/export/sheet.h"

/* On the line of a test point a # begins a directive, so it and \ are escaped. */
static void put_description(FILE *out, const char *text)
{
    for (uint32_t code; (code = utf8_next(&text)) != 0;) {
        if (code == '#' || code == '\\')
            fputc('\\', out);
        utf8_put(out, code);
    }
}

/* A double-quoted YAML scalar, on one line: the text has no other control characters. */
static void put_scalar(FILE *out, const char *key, const char *text)
{
    fprintf(out, "  %s: \"", key);
    for (uint32_t code; (code = utf8_next(&text)) != 0;)
        if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (char)code);
        else if (code == '\n' || code == '\t')
            fputs(code == '\n' ? "\\n" : "\\t", out);
        else
            utf8_put(out, code);
    fputs("\"\n", out);
}

static void put_diagnosis(FILE *out, const struct export_row *row)
{
    fputs("  ---\n", out);
    put_scalar(out, "message", row->message);
    fprintf(out, "  severity: fail\n  points: %.6g\n  max_points: %.6g\n", row->points,
            row->max_points);
    if (row->output[0])
        put_scalar(out, "output", row->output);
    fputs("  ...\n", out);
}

static void put_point(FILE *out, const struct export_row *row, size_t place)
{
    char *title = sheet_title(row);
    fprintf(out, "%sok %zu - ", row->status == ROW_FAILED ? "not " : "", place);
    put_description(out, title ? title : row->name);
    free(title);
    if (row->status == ROW_UNSEEN) {
        fputs(" # SKIP ", out);
        put_description(out, row->message[0] ? row->message : "not observed");
    }
    fputc('\n', out);
    if (row->status == ROW_FAILED)
        put_diagnosis(out, row);
}

EXPORT_WRITER(export_tap)
{
    struct export_sheet *sheet = sheet_make(result, options, SHEET_TEXT, failure);
    if (!sheet)
        return -1;
    bool machine = sheet->state == RESULT_INFRASTRUCTURE;
    fprintf(out, "TAP version 14\n1..%zu\n", machine ? 1 : sheet->count);
    if (machine) {
        fputs("Bail out! ", out);
        put_description(out, sheet->summary);
        fputc('\n', out);
    }
    for (size_t i = 0; i < sheet->count; i++)
        put_point(out, &sheet->rows[i], i + 1);
    sheet_free(sheet);
    return export_finish(out, failure);
}
