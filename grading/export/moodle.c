/*
 * Marks of a class as Moodle's offline grading worksheet, which an assignment takes back by
 * "Upload grading worksheet": https://docs.moodle.org/en/Offline_grading_worksheet_feedback
 *
 * Moodle finds a student by "Participant N" in the column Identifier, where N is its own number:
 * that is known of submissions that came from Moodle, whose folders are named
 * "Ada Lovelace_12345_assignsubmission_file_". Others have their identifier of the roster there, and
 * their address where that is one: the gradebook's CSV import maps these columns. A mark that
 * nobody has given yet is an empty cell, which Moodle leaves alone. When it was last changed in
 * Moodle is not known here: to change marks that are in Moodle already, tick "Allow updating
 * records that have been modified more recently in Moodle than in the spreadsheet".
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/export/export.h"
#include "grading/export/formats.h"
#include "grading/export/text.h"

#define CELL_MOST 2000
#define MARKER    "_assignsubmission_"

static bool is_formula(const char *text)
{
    char first = text[strspn(text, " ")];
    return first && strchr("=+-@|%", first);
}

/* RFC 4180, each cell quoted. What a spreadsheet would take for a formula gets a ' before it. */
static void put_cell(FILE *out, const char *text, const char *end)
{
    char *line = export_line(text, CELL_MOST);
    const char *c = line ? line : "";
    fputc('"', out);
    if (is_formula(c))
        fputc('\'', out);
    for (; *c; c++) {
        if (*c == '"')
            fputc('"', out);
        fputc(*c, out);
    }
    fprintf(out, "\"%s", end);
    free(line);
}

/* The digits before Moodle's marker, NULL: it is none of its names. */
static const char *participant(const char *name, int *length)
{
    const char *marker = name ? strstr(name, MARKER) : NULL, *digits = marker;
    while (digits && digits > name && isdigit((unsigned char)digits[-1]))
        digits--;
    if (!digits || digits == marker || digits == name || digits[-1] != '_')
        return NULL;
    *length = (int)(marker - digits);
    return digits;
}

static void put_identifier(FILE *out, const struct mark *mark)
{
    char text[64];
    int length = 0;
    const char *digits = participant(mark->id, &length);
    if (!digits)
        digits = participant(mark->name, &length);
    if (digits && length <= 20) {
        snprintf(text, sizeof text, "Participant %.*s", length, digits);
        put_cell(out, text, ",");
    } else {
        put_cell(out, mark->id, ",");
    }
}

static bool is_marked(const struct mark *mark)
{
    return mark->overridden || (mark->submitted && mark->attempt > 0);
}

static const char *status_of(const struct mark *mark)
{
    return !mark->submitted   ? "No submission"
           : !is_marked(mark) ? "Submitted for grading - not graded"
                              : "Submitted for grading - graded";
}

/* What the mark is made of, in sentences. */
static void put_feedback(FILE *out, const struct mark *mark)
{
    char text[CELL_MOST];
    size_t used = 0;
    text[0] = '\0';
    if (mark->attempt > 0)
        used = (size_t)snprintf(text, sizeof text, "%.6g of 100 points.", mark->points);
    if (mark->attempt > 0 && mark->penalty > 0)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 " Late by %.6g days: %.6g points less.", mark->days,
                                 mark->penalty);
    if (mark->why && mark->why[0])
        snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", mark->why);
    put_cell(out, text, "\r\n");
}

static void put_mark(FILE *out, const struct mark *mark)
{
    put_identifier(out, mark);
    put_cell(out, mark->name, ",");
    put_cell(out, mark->id && strchr(mark->id, '@') ? mark->id : "", ",");
    put_cell(out, status_of(mark), ",");
    if (is_marked(mark) && isfinite(mark->mark) && mark->mark >= 0)
        fprintf(out, "%.2f", mark->mark < 100 ? mark->mark : 100);
    fputs(",100.00,-,", out);
    put_feedback(out, mark);
}

int export_moodle(FILE *out, const struct marks *marks, struct failure *failure)
{
    fputs("Identifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum Grade\","
          "\"Last modified (grade)\",\"Feedback comments\"\r\n",
          out);
    for (size_t i = 0; i < marks->count; i++)
        put_mark(out, &marks->all[i]);
    return export_finish(out, failure);
}
