/* What the gradebook knows of the class: policy, roster, submissions that were found. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/book/store.h"

/* --- policy --- */

static bool amount(double number)
{
    return isfinite(number) && number >= 0;
}

int book_policy_set(struct book *book, const struct book_policy *policy,
                    struct failure *failure)
{
    char deadline[21];
    if (!amount(policy->grace) || !amount(policy->penalty) || !amount(policy->most) ||
        !amount(policy->most_days))
        return failure_set(failure, STATUS_USAGE,
                           "grace, penalty, the most that lateness may cost and the most days "
                           "must be numbers from 0");
    return book_run(book,
                    "UPDATE policy SET deadline = ?, grace = ?, penalty = ?, most = ?, "
                    "most_days = ?",
                    BOOK_WITH(BOOK_TEXT(book_time_text(policy->deadline, deadline)),
                              BOOK_REAL(policy->grace), BOOK_REAL(policy->penalty),
                              BOOK_REAL(policy->most), BOOK_REAL(policy->most_days)),
                    failure);
}

int book_policy(struct book *book, struct book_policy *policy, struct failure *failure)
{
    sqlite3_stmt *asked =
        book_ask(book, "SELECT deadline, grace, penalty, most, most_days FROM policy",
                 BOOK_NOTHING, failure);
    int status = asked ? book_step(book, asked, failure) : -1;
    if (status == 1)
        *policy = (struct book_policy){.deadline = book_time(asked, 0),
                                       .grace = sqlite3_column_double(asked, 1),
                                       .penalty = sqlite3_column_double(asked, 2),
                                       .most = sqlite3_column_double(asked, 3),
                                       .most_days = sqlite3_column_double(asked, 4)};
    sqlite3_finalize(asked);
    return status < 0 ? -1 : 0;
}

/* --- roster --- */

static int enlist(struct book *book, const struct roster_student *student,
                  struct failure *failure)
{
    char deadline[21];
    if (!amount(student->extension))
        return failure_set(failure, STATUS_USAGE,
                           "the roster: the extension of %s must be a number of days from 0",
                           student->key);
    return book_run(book,
                    "INSERT INTO students (student, id, name, section, extension, deadline, "
                    "listed) VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (student) DO UPDATE SET "
                    "id = excluded.id, name = excluded.name, section = excluded.section, "
                    "extension = excluded.extension, deadline = excluded.deadline, listed = 1",
                    BOOK_WITH(BOOK_TEXT(student->key), BOOK_TEXT(student->student),
                              BOOK_TEXT(student->name), BOOK_TEXT(student->section),
                              BOOK_REAL(student->extension),
                              BOOK_TEXT(book_time_text(student->deadline, deadline))),
                    failure);
}

int book_roster(struct book *book, const struct roster *roster, struct failure *failure)
{
    if (book_begin(book, failure) < 0)
        return -1;
    int status = book_run(book, "UPDATE students SET listed = 0", BOOK_NOTHING, failure);
    for (size_t i = 0; status == 0 && i < roster->count; i++)
        status = enlist(book, &roster->students[i], failure);
    return book_end(book, status, failure);
}

/* --- submissions --- */

int book_stranger(struct book *book, const char *student, const char *id,
                  struct failure *failure)
{
    return book_run(book,
                    "INSERT INTO students (student, id, listed) VALUES (?, ?, 0) "
                    "ON CONFLICT DO NOTHING",
                    BOOK_WITH(BOOK_TEXT(student), BOOK_TEXT(id)), failure);
}

static int add_submission(struct book *book, const struct book_submission *submission,
                          struct failure *failure)
{
    char submitted[21], now[21];
    const char *when = book_time_text(submission->submitted, submitted);
    int64_t known = 0;
    if (book_whole(
            book,
            "SELECT 1 FROM submissions WHERE student = ? AND files = ? AND submitted IS ?",
            BOOK_WITH(BOOK_TEXT(submission->student), BOOK_TEXT(submission->files),
                      BOOK_TEXT(when)),
            &known, failure) < 0)
        return -1;
    if (known)
        return 0;
    result_time_text(time(NULL), now);
    return book_run(book,
                    "INSERT INTO submissions (student, name, files, submitted, found) "
                    "VALUES (?, ?, ?, ?, ?)",
                    BOOK_WITH(BOOK_TEXT(submission->student), BOOK_TEXT(submission->name),
                              BOOK_TEXT(submission->files), BOOK_TEXT(when), BOOK_TEXT(now)),
                    failure);
}

int book_listed(struct book *book, const char *student, const char *name, char **listed,
                struct failure *failure)
{
    *listed = NULL;
    sqlite3_stmt *asked =
        book_ask(book,
                 "SELECT student FROM students WHERE listed AND (student = ? OR (name <> '' "
                 "AND lower(name) = lower(?))) "
                 "ORDER BY student <> ? LIMIT 2",
                 BOOK_WITH(BOOK_TEXT(student), BOOK_TEXT(name), BOOK_TEXT(student)), failure);
    if (!asked)
        return -1;
    int row = book_step(book, asked, failure);
    if (row == 1)
        *listed = book_text(asked, 0);
    if (row == 1 && *listed && strcmp(*listed, student) != 0 &&
        (row = book_step(book, asked, failure)) == 1) {
        free(*listed); /* two of one name: nobody can tell who it is */
        *listed = NULL;
    }
    sqlite3_finalize(asked);
    return row < 0 ? -1 : 0;
}

int book_submission(struct book *book, const struct book_submission *submission,
                    struct failure *failure)
{
    if (book_begin(book, failure) < 0)
        return -1;
    int status = book_stranger(book, submission->student, submission->name, failure);
    if (status == 0)
        status = add_submission(book, submission, failure);
    return book_end(book, status, failure);
}
