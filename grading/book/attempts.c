/* Attempts: they are only added to the gradebook, each once. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "grading/book/store.h"

int book_next_attempt(struct book *book, const char *student, int *number,
                      struct failure *failure)
{
    int64_t last = 0;
    if (book_whole(book, "SELECT ifnull(max(number), 0) FROM attempts WHERE student = ?",
                   BOOK_WITH(BOOK_TEXT(student)), &last, failure) < 0)
        return -1;
    if (last >= INT_MAX)
        return failure_set(failure, STATUS_MACHINE,
                           "the gradebook %s: %s has no number left for an attempt", book->path,
                           student);
    *number = (int)last + 1;
    return 0;
}

/* --- adding an attempt --- */

/* Is it of this student and this lab, and could it be read again? What is in the book stays. */
static int check_result(const struct book *book, const char *student, int number,
                        const json_t *json, struct failure *failure)
{
    char name[96];
    snprintf(name, sizeof name, "attempt %d of %s", number, student);
    struct result *again = result_parse(json, name, failure);
    int status = again ? 0 : -1;
    if (again && number < 1)
        status = failure_set(failure, STATUS_USAGE, "%s: attempts count from 1", name);
    else if (again && strcmp(again->student, student) != 0)
        status =
            failure_set(failure, STATUS_USAGE, "%s: the result is of %s", name, again->student);
    else if (again && strcmp(again->lab, book->lab) != 0)
        status =
            failure_set(failure, STATUS_USAGE, "%s: the result is of lab %s, the book of %s",
                        name, again->lab, book->lab);
    result_free(again);
    return status;
}

/* The whole result as text; the caller frees it. NULL with a failure. */
static char *whole_text(const struct book *book, const char *student, int number,
                        const struct result *result, struct failure *failure)
{
    char *text = NULL;
    json_t *json = result_json(result);
    if (!json)
        failure_set(failure, STATUS_MACHINE,
                    "attempt %d of %s: no memory, or a number that is none", number, student);
    else if (check_result(book, student, number, json, failure) == 0) {
        text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
        if (!text)
            failure_set(failure, STATUS_MACHINE, "attempt %d of %s: no memory", number,
                        student);
    }
    json_decref(json);
    return text;
}

static int insert(struct book *book, const char *student, int number,
                  const struct result *result, const char *text, struct failure *failure)
{
    char now[21];
    result_time_text(time(NULL), now);
    return book_run(
        book,
        "INSERT INTO attempts (student, number, state, official, files, course, submitted, "
        "points, max_points, why, added, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        BOOK_WITH(BOOK_TEXT(student), BOOK_WHOLE(number),
                  BOOK_TEXT(result_state_name(result->state)), BOOK_WHOLE(result->official),
                  BOOK_TEXT(result->files), BOOK_TEXT(result->course),
                  BOOK_TEXT(result->submitted), BOOK_REAL(result->points),
                  BOOK_REAL(result->max_points), BOOK_TEXT(result->why), BOOK_TEXT(now),
                  BOOK_TEXT(text)),
        failure);
}

static int insert_once(struct book *book, const char *student, int number,
                       const struct result *result, const char *text, bool *fresh,
                       struct failure *failure)
{
    int64_t known = 0;
    if (book_whole(book, "SELECT 1 FROM attempts WHERE student = ? AND number = ?",
                   BOOK_WITH(BOOK_TEXT(student), BOOK_WHOLE(number)), &known, failure) < 0)
        return -1;
    *fresh = !known;
    if (known)
        return 0;
    if (book_stranger(book, student, student, failure) < 0)
        return -1;
    return insert(book, student, number, result, text, failure);
}

int book_add(struct book *book, const char *student, int number, const struct result *result,
             bool *fresh, struct failure *failure)
{
    int status = -1;
    char *text = whole_text(book, student, number, result, failure);
    if (text && book_begin(book, failure) == 0)
        status = book_end(
            book, insert_once(book, student, number, result, text, fresh, failure), failure);
    free(text);
    return status;
}

/* --- asking for attempts --- */

int book_has(struct book *book, const char *student, const char *files, const char *course,
             bool *has, struct failure *failure)
{
    int64_t found = 0;
    if (book_whole(book,
                   "SELECT 1 FROM (SELECT files, course FROM attempts WHERE student = ? AND "
                   "state <> 'infrastructure' ORDER BY number DESC LIMIT 1) "
                   "WHERE files = ? AND course = ?",
                   BOOK_WITH(BOOK_TEXT(student), BOOK_TEXT(files), BOOK_TEXT(course)), &found,
                   failure) < 0)
        return -1;
    *has = found;
    return 0;
}

struct result *book_parse(const struct book *book, const char *student, int number,
                          const char *text, struct failure *failure)
{
    char *name = NULL;
    json_t *json = json_loads(text, 0, NULL);
    struct result *result = NULL;
    if (asprintf(&name, "the gradebook %s, attempt %d of %s", book->path, number, student) < 0)
        name = NULL;
    if (name)
        result = result_parse(json, name, failure);
    else
        failure_errno(failure, STATUS_MACHINE, "the gradebook %s", book->path);
    json_decref(json);
    free(name);
    return result;
}

struct result *book_result(struct book *book, const char *student, int number,
                           struct failure *failure)
{
    struct result *result = NULL;
    sqlite3_stmt *asked =
        book_ask(book, "SELECT result FROM attempts WHERE student = ? AND number = ?",
                 BOOK_WITH(BOOK_TEXT(student), BOOK_WHOLE(number)), failure);
    int status = asked ? book_step(book, asked, failure) : -1;
    if (status == 1)
        result = book_parse(book, student, number, (const char *)sqlite3_column_text(asked, 0),
                            failure);
    else if (status == 0)
        failure_set(failure, STATUS_USAGE, "the gradebook %s has no attempt %d of %s",
                    book->path, number, student);
    sqlite3_finalize(asked);
    return result;
}
