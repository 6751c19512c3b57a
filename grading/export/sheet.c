/* A result becomes a sheet. See sheet.h. */
#include "grading/export/sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/export/making.h"
#include "grading/export/text.h"

#define NAME_MOST    160
#define MESSAGE_MOST 600

double making_within(double value, double least, double most)
{
    return isfinite(value) && value > least ? (value < most ? value : most) : least;
}

/* A name that formats can do with: on one line, and not empty. */
static char *name_of(const char *name, const char *otherwise)
{
    const char *all = name ? name : "";
    return export_line(all[strspn(all, " \t\n")] ? all : otherwise, NAME_MOST);
}

void making_add(struct making *making, struct export_row row, const char *name,
                const char *message, char *output)
{
    row.name = name_of(name, "(without a name)");
    row.message = export_line(message, MESSAGE_MOST);
    row.output = output;
    making->failed |= !row.name || !row.message || !row.output;
    making->sum += row.max_points;
    making->sheet->rows[making->sheet->count++] = row;
}

/* --- states --- */

/* What is in the total and in no row: there was no time for it. */
static void add_rest(struct making *making, const char *why)
{
    double rest = making->sheet->max_points - making->sum;
    if (rest <= MAKING_LEAST)
        return;
    struct export_row row = {.status = ROW_FAILED, .max_points = rest};
    making_add(making, row, "checks that were not run",
               why && why[0] ? why : "There was no time left for them.", strdup(""));
}

static void add_refused(struct making *making, const char *why)
{
    struct export_row row = {.status = ROW_FAILED, .max_points = making->sheet->max_points};
    making_add(making, row, "there is something to grade", why, strdup(""));
}

static void add_rows(struct making *making, const struct result *result)
{
    const char *why = result->why ? result->why : "";
    if (result->state == RESULT_REFUSED)
        add_refused(making, why);
    if (result->state != RESULT_GRADED)
        return;
    if (result->report)
        making_add_report(making, result->report);
    add_rest(making, why);
}

/* Ends in a full stop whether the reason brought one or not. */
static char *sentence(const char *before, const char *why, const char *after)
{
    char *line = export_line(why, MESSAGE_MOST), *made = NULL;
    size_t length = line ? strlen(line) : 0;
    const char *stop = length && !strchr(".?!)", line[length - 1]) ? "." : "";
    if (line &&
        asprintf(&made, "%s%s%s%s%s", before, length ? ": " : ".", line, stop, after) < 0)
        made = NULL;
    free(line);
    return made;
}

static char *summary(const struct export_sheet *sheet, const struct result *result)
{
    char *made = NULL;
    if (sheet->state == RESULT_REFUSED)
        return sentence("Nothing in this submission could be graded", result->why, "");
    if (sheet->state == RESULT_INFRASTRUCTURE)
        return sentence("The machine that grades could not grade this submission", result->why,
                        " That is no fault of your program, and it will be graded again.");
    if (!sheet->built)
        return strdup("It does not compile: what the compiler says stands below.");
    if (asprintf(&made, "%.6g of %.6g points.", sheet->points, sheet->max_points) < 0)
        return NULL;
    return made;
}

struct export_sheet *sheet_make(const struct result *result,
                                const struct export_options *options, size_t most,
                                struct failure *failure)
{
    struct export_sheet *sheet = calloc(1, sizeof *sheet);
    struct making making = {.sheet = sheet, .options = options, .most = most, .scale = 1};
    if (sheet && (sheet->rows = calloc(MAKING_CHECKS + 2, sizeof *sheet->rows))) {
        sheet->state = result->state;
        sheet->built = true;
        sheet->max_points = making_within(result->max_points, 0, 1e6);
        sheet->points = making_within(result->points, 0, sheet->max_points);
        sheet->seconds = making_within(result->seconds, 0, 1e6);
        add_rows(&making, result);
        sheet->lab = name_of(result->lab, "lab");
        sheet->summary = summary(sheet, result);
        if (sheet->lab && sheet->summary && !making.failed)
            return sheet;
    }
    sheet_free(sheet);
    failure_set(failure, STATUS_MACHINE, "There is no memory for an export of the result.");
    return NULL;
}

void sheet_free(struct export_sheet *sheet)
{
    for (size_t i = 0; sheet && i < sheet->count; i++) {
        free(sheet->rows[i].name);
        free(sheet->rows[i].message);
        free(sheet->rows[i].output);
    }
    if (sheet) {
        free(sheet->rows);
        free(sheet->lab);
        free(sheet->summary);
    }
    free(sheet);
}

char *sheet_title(const struct export_row *row)
{
    char *title = NULL;
    int size = row->number ? asprintf(&title, "%02d %s", row->number, row->name)
                           : asprintf(&title, "%s", row->name);
    return size < 0 ? NULL : title;
}
