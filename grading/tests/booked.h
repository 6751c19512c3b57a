/* A gradebook for a test: made in a folder of its own, filled by hand, looked at from outside. */
#ifndef IOLAB_TESTS_BOOKED_H
#define IOLAB_TESTS_BOOKED_H

#include <sqlite3.h>

#include "grading/book/book.h"
#include "grading/tests/graded.h"

static char booked_folder[64], booked_path[96];

static inline int booked_set_up(void **state)
{
    (void)state;
    graded_folder(booked_folder);
    snprintf(booked_path, sizeof booked_path, "%s/book.sqlite", booked_folder);
    return 0;
}

static inline int booked_tear_down(void **state)
{
    (void)state;
    graded_remove(booked_folder);
    return 0;
}

static inline struct book *booked_open(void)
{
    struct failure failure = {0};
    struct book *book = book_open(booked_path, GRADED_LAB, &failure);
    if (!book)
        fail_msg("%s", failure.text);
    return book;
}

/* It cannot be opened, and the failure says so. */
static inline void booked_refused(const char *lab, const char *part)
{
    struct failure failure = {0};
    assert_null(book_open(booked_path, lab, &failure));
    assert_int_not_equal(failure.status, STATUS_WELL);
    assert_says(failure.text, booked_path);
    assert_says(failure.text, part);
}

static struct failure
    booked_failure; /* what booked_well shows: each call in it fills this one */

#define booked_well(call)                                                                      \
    do {                                                                                       \
        if ((call) != 0)                                                                       \
            fail_msg("%s: %s", #call, booked_failure.text);                                    \
    } while (0)

static inline bool booked_add(struct book *book, int number, const struct result *result)
{
    bool fresh = false;
    booked_well(book_add(book, result->student, number, result, &fresh, &booked_failure));
    return fresh;
}

static inline void booked_submit(struct book *book, const char *student, const char *name,
                                 time_t submitted)
{
    struct book_submission submission = {
        .student = student, .name = name, .files = GRADED_FILES, .submitted = submitted};
    booked_well(book_submission(book, &submission, &booked_failure));
}

/* What somebody with the sqlite3 shell would get: the first column of the first row, or the
   error, in `answer`. Returns SQLite's code. */
static inline int booked_shell(const char *sql, char answer[256])
{
    sqlite3 *store;
    sqlite3_stmt *asked = NULL;
    assert_int_equal(sqlite3_open(booked_path, &store), SQLITE_OK);
    sqlite3_busy_timeout(store, 10000);
    int code = sqlite3_prepare_v2(store, sql, -1, &asked, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(asked);
    const char *said = code == SQLITE_ROW    ? (const char *)sqlite3_column_text(asked, 0)
                       : code == SQLITE_DONE ? ""
                                             : sqlite3_errmsg(store);
    snprintf(answer, 256, "%s", said ? said : "NULL");
    sqlite3_finalize(asked);
    sqlite3_close(store);
    return code;
}

static inline void booked_answers(const char *sql, const char *expected)
{
    char answer[256];
    booked_shell(sql, answer);
    assert_string_equal(answer, expected);
}

/* No page is damaged, nothing points to nothing. */
static inline void booked_sound(void)
{
    booked_answers("PRAGMA integrity_check", "ok");
    booked_answers("PRAGMA foreign_key_check", "");
}

#define BOOKED(test) cmocka_unit_test_setup_teardown(test, booked_set_up, booked_tear_down)

#endif
