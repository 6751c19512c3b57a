/* Overrides: marks that people set, and take back. Each is kept. */
#include <math.h>

#include "grading/book/store.h"

static int check(double points, const char *reason, const char *by, struct failure *failure)
{
    if (!(points <= 100))
        return failure_set(
            failure, STATUS_USAGE,
            "a mark that is set must be from 0 to 100 (less than 0 takes it back)");
    if (!by || !*by)
        return failure_set(failure, STATUS_USAGE,
                           "a mark that is set needs a name: who set it");
    if (points >= 0 && (!reason || !*reason))
        return failure_set(failure, STATUS_USAGE, "a mark that is set needs a reason");
    return 0;
}

static int known(struct book *book, const char *student, struct failure *failure)
{
    int64_t known = 0;
    if (book_whole(book, "SELECT 1 FROM students WHERE student = ?",
                   BOOK_WITH(BOOK_TEXT(student)), &known, failure) < 0)
        return -1;
    if (known)
        return 0;
    return failure_set(failure, STATUS_USAGE,
                       "the gradebook %s has no student %s; students are named as the folders "
                       "in submissions/",
                       book->path, student);
}

/* SQLite takes NaN for NULL, which is how it is kept that overrides are taken back. */
static int insert(struct book *book, const char *student, double points, const char *reason,
                  const char *by, struct failure *failure)
{
    char now[21];
    result_time_text(time(NULL), now);
    return book_run(book,
                    "INSERT INTO overrides (student, points, reason, giver, given) "
                    "VALUES (?, ?, ?, ?, ?)",
                    BOOK_WITH(BOOK_TEXT(student), BOOK_REAL(points < 0 ? NAN : points),
                              BOOK_TEXT(reason ? reason : ""), BOOK_TEXT(by), BOOK_TEXT(now)),
                    failure);
}

int book_override(struct book *book, const char *student, double points, const char *reason,
                  const char *by, struct failure *failure)
{
    if (check(points, reason, by, failure) < 0 || book_begin(book, failure) < 0)
        return -1;
    int status = known(book, student, failure);
    if (status == 0)
        status = insert(book, student, points, reason, by, failure);
    return book_end(book, status, failure);
}
