/* Students out of the lines of a roster. See roster_rows.h. */
#include "grading/intake/roster_rows.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grading/intake/csv.h"
#include "grading/intake/intake.h"
#include "grading/intake/shown.h"

#define MOST_DAYS     3650.0
#define MOST_STUDENTS 20000

enum column { STUDENT, NAME, EMAIL, SECTION, EXTENSION, DEADLINE, COLUMNS };

/* What heads a column; the first of them that is there counts. */
static const char *const heads[COLUMNS][6] = {
    [STUDENT] = {"student", "username", "login", "sid", "id"},
    [NAME] = {"name"},
    [EMAIL] = {"email"},
    [SECTION] = {"section"},
    [EXTENSION] = {"extension"},
    [DEADLINE] = {"deadline"},
};

#define NOWHERE CSV_FIELDS

struct reading {
    const char *path;
    struct roster *roster;
    size_t room;
    size_t places[COLUMNS]; /* of each column in a row; NOWHERE */
    FILE *warnings;
    struct failure *failure;
};

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        size--;
    text[size] = '\0';
    return text;
}

static size_t place_of(const struct csv_row *row, const char *const *names)
{
    for (; *names; names++)
        for (size_t i = 0; i < row->count; i++)
            if (strcasecmp(row->fields[i], *names) == 0)
                return i;
    return NOWHERE;
}

static int read_head(struct reading *reading, struct csv *csv)
{
    struct csv_row row;
    if (!csv_read(csv, &row))
        return failure_set(reading->failure, STATUS_USAGE,
                           "%s has no header line (its first line names the columns, as in "
                           "\"student,name,email\")",
                           reading->path);
    for (size_t i = 0; i < row.count; i++)
        row.fields[i] = trim(row.fields[i]);
    for (int column = 0; column < COLUMNS; column++)
        reading->places[column] = place_of(&row, heads[column]);
    if (reading->places[STUDENT] != NOWHERE)
        return 0;
    return failure_set(
        reading->failure, STATUS_USAGE,
        "%s, line %zu: no column is called student (or username, login, sid, id)",
        reading->path, row.line);
}

/* "" when the row has no such field. */
static char *field(const struct reading *reading, struct csv_row *row, enum column column)
{
    static char none[1];
    size_t place = reading->places[column];
    return place < row->count ? trim(row->fields[place]) : none;
}

static int read_extension(const struct reading *reading, const struct csv_row *row,
                          const char *text, double *days)
{
    char *end = NULL, shown[SHOWN_SIZE];
    *days = *text ? strtod(text, &end) : 0;
    if (*text && (*end || end == text || !isfinite(*days) || *days < 0 || *days > MOST_DAYS))
        return failure_set(reading->failure, STATUS_USAGE,
                           "%s, line %zu: extension %s is no number of days from 0 to %.0f",
                           reading->path, row->line, shown_name(text, shown), MOST_DAYS);
    return 0;
}

static int read_deadline(const struct reading *reading, const struct csv_row *row,
                         const char *text, time_t *deadline)
{
    char shown[SHOWN_SIZE];
    *deadline = 0;
    if (*text && roster_time(text, deadline) < 0)
        return failure_set(reading->failure, STATUS_USAGE,
                           "%s, line %zu: deadline %s is no date as 2026-11-28 or "
                           "2026-11-28T22:00+01:00",
                           reading->path, row->line, shown_name(text, shown));
    return 0;
}

static int append(struct reading *reading, const struct roster_student *student)
{
    struct roster *roster = reading->roster;
    if (roster->count == reading->room) {
        size_t room = reading->room ? 2 * reading->room : 64;
        struct roster_student *all = reallocarray(roster->students, room, sizeof *all);
        if (!all)
            return -1;
        roster->students = all;
        reading->room = room;
    }
    roster->students[roster->count++] = *student;
    return 0;
}

static int add(struct reading *reading, struct csv_row *row)
{
    struct roster_student student = {.key = NULL};
    if (read_extension(reading, row, field(reading, row, EXTENSION), &student.extension) < 0 ||
        read_deadline(reading, row, field(reading, row, DEADLINE), &student.deadline) < 0)
        return -1;
    student.student = strdup(field(reading, row, STUDENT));
    student.name = strdup(field(reading, row, NAME));
    student.email = strdup(field(reading, row, EMAIL));
    student.section = strdup(field(reading, row, SECTION));
    student.key = student.student ? intake_key(student.student) : NULL;
    if (student.key && student.name && student.email && student.section &&
        append(reading, &student) == 0)
        return 0;
    roster_student_free(&student);
    return failure_set(reading->failure, STATUS_MACHINE, "there is no memory to read %s",
                       reading->path);
}

static int read_row(struct reading *reading, struct csv_row *row)
{
    char shown[SHOWN_SIZE];
    const char *student = field(reading, row, STUDENT);
    char *key = *student ? intake_key(student) : NULL;
    bool twice = key && roster_find(reading->roster, key);
    free(key);
    if (!*student)
        fprintf(reading->warnings, "line %zu names no student and was left out\n", row->line);
    else if (reading->roster->count == MOST_STUDENTS)
        return failure_set(reading->failure, STATUS_USAGE, "%s names more than %d students",
                           reading->path, MOST_STUDENTS);
    else if (twice)
        fprintf(reading->warnings, "line %zu: %s is there twice; the first line counts\n",
                row->line, shown_name(student, shown));
    else
        return add(reading, row);
    return 0;
}

static int read_rows(struct reading *reading, struct csv *csv)
{
    struct csv_row row;
    while (csv_read(csv, &row))
        if (read_row(reading, &row) < 0)
            return -1;
    if (csv->next)
        return failure_set(reading->failure, STATUS_USAGE,
                           "%s, line %zu: a quote is not closed, or stands within a field",
                           reading->path, row.line);
    if (reading->roster->count == 0)
        return failure_set(reading->failure, STATUS_USAGE, "%s names no student",
                           reading->path);
    return 0;
}

int roster_rows(struct roster *roster, char *text, const char *path, FILE *warnings,
                struct failure *failure)
{
    struct reading reading = {
        .path = path, .roster = roster, .warnings = warnings, .failure = failure};
    struct csv csv;
    csv_start(&csv, text);
    return read_head(&reading, &csv) < 0 ? -1 : read_rows(&reading, &csv);
}
