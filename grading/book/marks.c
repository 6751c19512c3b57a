/*
 * Marks: derived from attempts, lateness and overrides each time they are asked for. The newest
 * final attempt is that with the highest number; what the machine could not grade counts for
 * nobody and against nobody.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/book/late.h"
#include "grading/book/store.h"

/* The columns of `everybody`. */
enum column {
    STUDENT,
    ID,
    NAME,
    SECTION,
    LISTED,
    EXTENSION,
    DEADLINE,
    SUBMITTED,
    NUMBER,
    STATE,
    OFFICIAL,
    POINTS,
    MAX_POINTS,
    WHEN,
    WHY,
    LAST_NUMBER,
    LAST_WHY,
    OVERRIDE,
    REASON,
    GIVER,
};

/* `final` is the newest final attempt, `last` the newest of any kind, `given` the newest override.
   When an attempt does not say when it was handed in, the first time that these files came does. */
static const char everybody[] =
    "SELECT s.student, s.id,"
    " CASE WHEN s.name <> '' THEN s.name ELSE (SELECT name FROM submissions"
    "  WHERE student = s.student ORDER BY rank DESC LIMIT 1) END,"
    " s.section, s.listed, s.extension, s.deadline,"
    " last.rank IS NOT NULL OR EXISTS (SELECT 1 FROM submissions WHERE student = s.student),"
    " final.number, final.state, final.official, final.points, final.max_points,"
    " ifnull(final.submitted, (SELECT min(submitted) FROM submissions"
    "  WHERE student = s.student AND files = final.files)),"
    " final.why, last.number, last.why, given.points, given.reason, given.giver "
    "FROM students s "
    "LEFT JOIN attempts final ON final.rank = (SELECT rank FROM attempts"
    " WHERE student = s.student AND state <> 'infrastructure' ORDER BY number DESC LIMIT 1) "
    "LEFT JOIN attempts last ON last.rank = (SELECT rank FROM attempts"
    " WHERE student = s.student ORDER BY number DESC LIMIT 1) "
    "LEFT JOIN overrides given ON given.rank = (SELECT max(rank) FROM overrides"
    " WHERE student = s.student) "
    "ORDER BY s.student";

void marks_number(double number, char text[32])
{
    sqlite3_snprintf(32, text, "%.2f", number);
    char *end = text;
    while (*end)
        end++;
    while (end > text && end[-1] == '0')
        *--end = '\0';
    if (end > text && end[-1] == '.')
        *--end = '\0';
}

/* --- one sentence to people --- */

static char *say_late(const struct mark *mark, const struct marks_lateness *late,
                      const struct book_policy *policy)
{
    char days[32], number[32], *why = NULL;
    int length = -1;
    marks_number(late->days, days);
    marks_number(late->too_late ? policy->most_days : mark->penalty, number);
    if (late->too_late)
        length =
            asprintf(&why, "Late by %s begun days; what is later than %s is worth nothing.",
                     days, number);
    else
        length = asprintf(&why, "Late by %s begun %s: %s points less.", days,
                          late->days > 1 ? "days" : "day", number);
    return length < 0 ? NULL : why;
}

static char *say_waiting(const struct mark *mark, sqlite3_stmt *row)
{
    const char *last = (const char *)sqlite3_column_text(row, LAST_WHY);
    char *why = NULL;
    int length = -1;
    if (sqlite3_column_type(row, LAST_NUMBER) == SQLITE_NULL)
        length = asprintf(&why, "%s",
                          mark->submitted ? "Not graded yet." : "Nothing was handed in.");
    else
        length = asprintf(&why, "No mark yet: this machine could not grade it%s%s",
                          last && *last ? ": " : ".", last && *last ? last : "");
    return length < 0 ? NULL : why;
}

static char *say_final(const struct mark *mark, sqlite3_stmt *row, bool undated)
{
    char *why = NULL;
    int length = -1;
    const char *refused = (const char *)sqlite3_column_text(row, WHY);
    if (mark->state == RESULT_REFUSED)
        length = asprintf(&why, "%s",
                          refused && *refused ? refused
                                              : "There is nothing in it that can be graded.");
    else if (sqlite3_column_int(row, LAST_NUMBER) != mark->attempt)
        length =
            asprintf(&why, "This machine could not grade a later attempt; attempt %d counts.",
                     mark->attempt);
    else
        length = asprintf(&why, "%s",
                          undated ? "When it was handed in is not known; it counts as in time."
                                  : "");
    return length < 0 ? NULL : why;
}

/* --- one line --- */

static double clamp(double mark)
{
    return fmax(0, fmin(100, mark));
}

/* A lab under construction may have less than 100 points in all. */
static double of_hundred(const struct mark *mark, sqlite3_stmt *row)
{
    double most = sqlite3_column_double(row, MAX_POINTS);
    if (mark->state != RESULT_GRADED || most <= 0)
        return 0;
    return clamp(sqlite3_column_double(row, POINTS) / most * 100);
}

static void value_attempt(struct mark *mark, sqlite3_stmt *row,
                          const struct book_policy *policy)
{
    const char *state = (const char *)sqlite3_column_text(row, STATE);
    mark->state = RESULT_INFRASTRUCTURE;
    if (!state || result_state_find(state, &mark->state) < 0) {
        mark->why = say_waiting(mark, row);
        return;
    }
    time_t when = book_time(row, WHEN);
    mark->attempt = sqlite3_column_int(row, NUMBER);
    mark->official = sqlite3_column_int(row, OFFICIAL);
    mark->points = of_hundred(mark, row);
    struct marks_lateness late =
        marks_late(policy, mark->points, when, sqlite3_column_double(row, EXTENSION),
                   book_time(row, DEADLINE));
    mark->days = late.days;
    mark->penalty = late.costs;
    mark->mark = clamp(mark->points - mark->penalty);
    mark->why = late.costs > 0 ? say_late(mark, &late, policy)
                               : say_final(mark, row, policy->deadline && !when);
}

static int fill(struct mark *mark, sqlite3_stmt *row, const struct book_policy *policy)
{
    *mark = (struct mark){
        .student = book_text(row, STUDENT),
        .id = book_text(row, ID),
        .name = book_text(row, NAME),
        .section = book_text(row, SECTION),
        .listed = sqlite3_column_int(row, LISTED),
        .submitted = sqlite3_column_int(row, SUBMITTED),
        .overridden = sqlite3_column_type(row, OVERRIDE) != SQLITE_NULL,
    };
    value_attempt(mark, row, policy);
    mark->reason = mark->overridden ? book_text(row, REASON) : strdup("");
    mark->by = mark->overridden ? book_text(row, GIVER) : strdup("");
    if (mark->overridden) {
        mark->override_points = sqlite3_column_double(row, OVERRIDE);
        mark->mark = clamp(mark->override_points);
    }
    bool whole = mark->student && mark->id && mark->name && mark->section && mark->reason &&
                 mark->by && mark->why;
    return whole ? 0 : -1;
}

/* --- all lines --- */

static struct mark *next(struct marks *marks)
{
    struct mark *more = marks->all;
    if ((marks->count & (marks->count - 1)) == 0)
        more = realloc(marks->all, (marks->count ? 2 * marks->count : 1) * sizeof *more);
    if (!more)
        return NULL;
    marks->all = more;
    return &more[marks->count++];
}

static int gather(struct book *book, struct marks *marks, const struct book_policy *policy,
                  struct failure *failure)
{
    sqlite3_stmt *row = book_ask(book, everybody, BOOK_NOTHING, failure);
    int status = row ? 1 : -1;
    while (status == 1 && (status = book_step(book, row, failure)) == 1) {
        struct mark *mark = next(marks);
        if (!mark || fill(mark, row, policy) < 0)
            status = failure_set(failure, STATUS_MACHINE, "no memory for all marks");
    }
    sqlite3_finalize(row);
    return status;
}

/* One transaction, so that the policy is that of the same moment; it only reads. */
int book_marks(struct book *book, struct marks *marks, struct failure *failure)
{
    struct book_policy policy = {0};
    *marks = (struct marks){0};
    if (book_run(book, "BEGIN", BOOK_NOTHING, failure) < 0)
        return -1;
    int status = book_policy(book, &policy, failure);
    if (status == 0)
        status = gather(book, marks, &policy, failure);
    status = book_end(book, status, failure);
    if (status < 0)
        marks_free(marks);
    return status;
}

bool marks_waiting(const struct mark *mark)
{
    return mark->submitted && mark->attempt == 0 && !mark->overridden;
}

void marks_free(struct marks *marks)
{
    for (size_t i = 0; i < marks->count; i++) {
        struct mark *mark = &marks->all[i];
        char *texts[] = {mark->student, mark->id, mark->name, mark->section,
                         mark->reason,  mark->by, mark->why};
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
            free(texts[j]);
    }
    free(marks->all);
    *marks = (struct marks){0};
}
