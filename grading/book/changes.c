/*
 * Who would gain or lose by another course: of each student the newest final attempt by it, beside
 * the newest final one by another course of the same files.
 */
#include <stdlib.h>
#include <string.h>

#include "grading/book/store.h"

static const char pairs[] =
    "SELECT s.student, before.number, before.result, after.number, after.result "
    "FROM students s "
    "JOIN attempts after ON after.rank = (SELECT rank FROM attempts"
    " WHERE student = s.student AND course = ?1 AND state <> 'infrastructure'"
    " ORDER BY number DESC LIMIT 1) "
    "JOIN attempts before ON before.rank = (SELECT rank FROM attempts"
    " WHERE student = s.student AND course <> ?1 AND files = after.files"
    " AND state <> 'infrastructure' ORDER BY number DESC LIMIT 1) "
    "ORDER BY s.student";

/* --- checks of a report --- */

struct check {
    json_int_t number;
    const char *status;
};

struct checks {
    struct check *all;
    size_t count;
};

static int by_number(const void *left, const void *right)
{
    const struct check *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* The checks with a number and a status, in order; the texts stay the report's. */
static int checks_of(const struct result *result, struct checks *checks)
{
    const json_t *list = json_object_get(result->report, "checks");
    *checks = (struct checks){.all = calloc(json_array_size(list) + 1, sizeof *checks->all)};
    if (!checks->all)
        return -1;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *check = json_array_get(list, i),
                     *number = json_object_get(check, "number");
        const char *status = json_string_value(json_object_get(check, "status"));
        if (json_is_integer(number) && status)
            checks->all[checks->count++] =
                (struct check){.number = json_integer_value(number), .status = status};
    }
    qsort(checks->all, checks->count, sizeof *checks->all, by_number);
    return 0;
}

/* What happened to a check; NULL: nothing. Either may be NULL, as not every course has every one. */
static const char *verb(const struct check *before, const struct check *after)
{
    if (!before || !after)
        return before ? "gone" : "new";
    if (strcmp(before->status, after->status) == 0)
        return NULL;
    return strcmp(before->status, "pass") == 0  ? "lost"
           : strcmp(after->status, "pass") == 0 ? "won"
                                                : "changed";
}

/* Both lists, in order of number, side by side. */
static void compare(FILE *out, const struct checks *before, const struct checks *after)
{
    const struct check *b = before->all, *b_end = b + before->count;
    const struct check *a = after->all, *a_end = a + after->count;
    const char *between = "";
    while (b < b_end || a < a_end) {
        bool old = b < b_end && (a == a_end || b->number <= a->number);
        bool young = a < a_end && (b == b_end || a->number <= b->number);
        const char *happened = verb(old ? b : NULL, young ? a : NULL);
        if (happened) {
            fprintf(out, "%s%lld %s", between, (long long)(old ? b : a)->number, happened);
            between = ", ";
        }
        b += old;
        a += young;
    }
}

/* "21 lost, 33 won"; the caller frees it. NULL without memory. */
static char *differences(const struct result *before, const struct result *after)
{
    struct checks old = {0}, young = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool whole = out && checks_of(before, &old) == 0 && checks_of(after, &young) == 0;
    if (whole)
        compare(out, &old, &young);
    whole &= out && fclose(out) == 0;
    free(old.all);
    free(young.all);
    if (whole)
        return text;
    free(text);
    return NULL;
}

/* --- changes --- */

static double points_of(const struct result *result)
{
    return result->state == RESULT_GRADED ? result->points / result->max_points * 100 : 0;
}

static struct result *parse(struct book *book, sqlite3_stmt *row, int number,
                            struct failure *failure)
{
    return book_parse(book, (const char *)sqlite3_column_text(row, 0),
                      sqlite3_column_int(row, number),
                      (const char *)sqlite3_column_text(row, number + 1), failure);
}

static int fill(struct change *change, struct book *book, sqlite3_stmt *row,
                struct failure *failure)
{
    struct result *before = parse(book, row, 1, failure);
    struct result *after = before ? parse(book, row, 3, failure) : NULL;
    int status = after ? 0 : -1;
    if (after)
        *change = (struct change){.student = book_text(row, 0),
                                  .before = points_of(before),
                                  .after = points_of(after),
                                  .checks = differences(before, after)};
    if (after && (!change->student || !change->checks))
        status = failure_set(failure, STATUS_MACHINE, "no memory for all changes");
    result_free(before);
    result_free(after);
    return status;
}

static bool same(const struct change *change)
{
    return change->before == change->after && !*change->checks;
}

/* Takes the change over, unless nothing changed. */
static int append(struct change **changes, size_t *count, struct change *change)
{
    struct change *more = realloc(*changes, (*count + 1) * sizeof *more);
    if (!more)
        return -1;
    *changes = more;
    more[(*count)++] = *change;
    *change = (struct change){0};
    return 0;
}

static int add(struct book *book, sqlite3_stmt *row, struct change **changes, size_t *count,
               struct failure *failure)
{
    struct change change = {0};
    int status = fill(&change, book, row, failure);
    if (status == 0 && !same(&change) && append(changes, count, &change) < 0)
        status = failure_set(failure, STATUS_MACHINE, "no memory for all changes");
    free(change.student);
    free(change.checks);
    return status;
}

int book_changes(struct book *book, const char *course, struct change **changes, size_t *count,
                 struct failure *failure)
{
    sqlite3_stmt *row = book_ask(book, pairs, BOOK_WITH(BOOK_TEXT(course)), failure);
    int status = row ? 1 : -1;
    *changes = NULL;
    *count = 0;
    while (status == 1 && (status = book_step(book, row, failure)) == 1)
        if (add(book, row, changes, count, failure) < 0)
            status = -1;
    sqlite3_finalize(row);
    if (status < 0) {
        book_changes_free(*changes, *count);
        *changes = NULL;
        *count = 0;
    }
    return status;
}

void book_changes_free(struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(changes[i].student);
        free(changes[i].checks);
    }
    free(changes);
}
