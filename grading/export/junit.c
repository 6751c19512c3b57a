/*
 * JUnit XML, as Jenkins and others read it:
 * https://github.com/jenkinsci/xunit-plugin, junit-10.xsd
 *
 * A failed check is a failure; one that the machine could not see, and a submission that it could
 * not grade, are errors: a continuous integration then shows the run as broken, not as wrong.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "grading/export/formats.h"
#include "grading/export/sheet.h"

/* The text has no forbidden characters any more. In an attribute a newline survives only
   escaped. */
static void put_escaped(FILE *out, const char *text, bool attribute)
{
    for (uint32_t code; (code = utf8_next(&text)) != 0;)
        if (code == '<' || code == '>' || code == '&' || code == '"' ||
            (attribute && (code == '\n' || code == '\t')))
            fprintf(out, "&#%u;", (unsigned)code);
        else
            utf8_put(out, code);
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    put_escaped(out, text, true);
    fputc('"', out);
}

static void put_outcome(FILE *out, const char *element, const char *type,
                        const struct export_row *row)
{
    fprintf(out, ">\n      <%s", element);
    put_attribute(out, "message", row->message[0] ? row->message : row->name);
    put_attribute(out, "type", type);
    fputc('>', out);
    put_escaped(out, row->output, false);
    fprintf(out, "</%s>\n    </testcase>\n", element);
}

static void put_case(FILE *out, const struct export_sheet *sheet, const struct export_row *row)
{
    char *title = sheet_title(row);
    fputs("    <testcase", out);
    put_attribute(out, "name", title ? title : row->name);
    put_attribute(out, "classname", sheet->lab);
    fprintf(out, " time=\"%.3f\"", row->seconds);
    free(title);
    if (row->status == ROW_FAILED)
        put_outcome(out, "failure", "fail", row);
    else if (row->status == ROW_UNSEEN)
        put_outcome(out, "error", "unseen", row);
    else
        fputs("/>\n", out);
}

static size_t count_of(const struct export_sheet *sheet, enum row_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < sheet->count; i++)
        count += sheet->rows[i].status == status;
    return count;
}

/* Stands for all checks, none of which could run. */
static const struct export_row *machine_of(const struct export_sheet *sheet,
                                           struct export_row *row)
{
    static char name[] = "this machine grades", nothing[] = "";
    *row = (struct export_row){
        .status = ROW_UNSEEN, .name = name, .message = sheet->summary, .output = nothing};
    return sheet->state == RESULT_INFRASTRUCTURE ? row : NULL;
}

static void put_suite(FILE *out, const struct export_sheet *sheet)
{
    struct export_row row;
    const struct export_row *machine = machine_of(sheet, &row);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
    put_attribute(out, "name", sheet->lab);
    fprintf(out,
            " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\">\n",
            sheet->count + !!machine, count_of(sheet, ROW_FAILED),
            count_of(sheet, ROW_UNSEEN) + !!machine, sheet->seconds);
    for (size_t i = 0; i < sheet->count; i++)
        put_case(out, sheet, &sheet->rows[i]);
    if (machine)
        put_case(out, sheet, machine);
    fputs("    <system-out>", out);
    put_escaped(out, sheet->summary, false);
    fputs("</system-out>\n  </testsuite>\n</testsuites>\n", out);
}

EXPORT_WRITER(export_junit)
{
    struct export_sheet *sheet = sheet_make(result, options, SHEET_TEXT, failure);
    if (!sheet)
        return -1;
    put_suite(out, sheet);
    sheet_free(sheet);
    return export_finish(out, failure);
}
