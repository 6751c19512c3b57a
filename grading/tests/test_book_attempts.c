/* Attempts: each comes in once and whole, in an order that no clock changes, and stays. */
#include "grading/tests/booked.h"

#include <math.h>
#include <time.h>

/* --- the clock of the book, which a test may turn back --- */

static time_t turned = 1795903800; /* 2026-11-28T22:10:00Z */

time_t time(time_t *into)
{
    if (into)
        *into = turned;
    return turned;
}

/* --- attempts --- */

static void an_attempt_comes_in_once(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 86), other = graded("ada", 10);
    int number = 0;
    booked_well(book_next_attempt(book, "ada", &number, &booked_failure));
    assert_int_equal(number, 1);
    assert_true(booked_add(book, 1, &result));
    assert_false(booked_add(book, 1, &result));
    assert_false(booked_add(book, 1, &other));
    booked_well(book_next_attempt(book, "ada", &number, &booked_failure));
    assert_int_equal(number, 2);
    booked_answers("SELECT count(*) FROM attempts", "1");
    booked_answers("SELECT points FROM attempts", "86.0");
    book_close(book);
}

static void an_attempt_is_kept_whole(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct book *book = booked_open();
    struct result result = graded("ada", 86);
    result.why = "'); DROP TABLE attempts; --\n\x1b[31m";
    result.report = json_pack("{s:s, s:[]}", "schema", "iolab-report/1", "checks");
    booked_add(book, 7, &result);
    book_close(book);
    book = booked_open();
    struct result *again = book_result(book, "ada", 7, &failure);
    assert_non_null(again);
    json_t *was = result_json(&result), *is = result_json(again);
    assert_true(json_equal(was, is));
    json_decref(was);
    json_decref(is);
    json_decref(result.report);
    result_free(again);
    assert_null(book_result(book, "ada", 6, &failure));
    assert_says(failure.text, "no attempt 6 of ada");
    book_close(book);
}

static void not_added(struct book *book, int number, const struct result *result,
                      const char *part)
{
    bool fresh = false;
    struct failure failure = {0};
    assert_int_equal(book_add(book, "ada", number, result, &fresh, &failure), -1);
    assert_says(failure.text, part);
    assert_false(fresh);
}

static void a_result_that_is_not_sound_is_not_added(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 101);
    not_added(book, 1, &result, "points");
    result = graded("ada", INFINITY);
    not_added(book, 1, &result, "a number that is none");
    result = graded("bob", 1);
    not_added(book, 1, &result, "the result is of bob");
    result = graded("ada", 1);
    not_added(book, 0, &result, "count from 1");
    result.lab = "06-kqueue";
    not_added(book, 1, &result, "the result is of lab 06-kqueue");
    result.lab = NULL;
    not_added(book, 1, &result, "lab");
    booked_answers("SELECT count(*) FROM attempts", "0");
    booked_answers("SELECT count(*) FROM students", "0");
    book_close(book);
}

static bool has(struct book *book, const char *files, const char *course)
{
    bool found = false;
    booked_well(book_has(book, "ada", files, course, &found, &booked_failure));
    return found;
}

static void what_was_graded_is_known(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 0);
    result.state = RESULT_INFRASTRUCTURE;
    booked_add(book, 1, &result);
    assert_false(has(book, GRADED_FILES, GRADED_COURSE));
    result.state = RESULT_REFUSED;
    booked_add(book, 2, &result);
    assert_true(has(book, GRADED_FILES, GRADED_COURSE));
    assert_false(has(book, GRADED_OTHERS, GRADED_COURSE));
    assert_false(has(book, GRADED_FILES, GRADED_LATER));
    book_close(book);
}

static void a_clock_that_jumps_back_changes_no_order(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct marks marks;
    for (int number = 1; number <= 3; number++) {
        struct result result = graded("ada", 10 * number);
        turned -= 86400;
        booked_add(book, number, &result);
        booked_well(book_override(book, "ada", number, "reason", "by", &booked_failure));
    }
    booked_answers(
        "SELECT group_concat(number) FROM (SELECT number FROM attempts ORDER BY added)",
        "3,2,1");
    booked_well(book_marks(book, &marks, &booked_failure));
    assert_int_equal(marks.all[0].attempt, 3);
    assert_true(marks.all[0].points == 30 && marks.all[0].override_points == 3);
    marks_free(&marks);
    book_close(book);
}

static void the_last_number_is_the_last(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct book *book = booked_open();
    struct result result = graded("ada", 1);
    int number;
    booked_add(book, INT32_MAX, &result);
    assert_int_equal(book_next_attempt(book, "ada", &number, &failure), -1);
    assert_says(failure.text, "no number left");
    book_close(book);
}

/* --- only added --- */

static void nothing_that_happened_is_changed(void **state)
{
    (void)state;
    static const char *const tries[] = {
        "UPDATE attempts SET points = 100",
        "UPDATE OR REPLACE attempts SET number = 1",
        "DELETE FROM attempts",
        "INSERT OR REPLACE INTO attempts SELECT * FROM attempts",
        "REPLACE INTO attempts VALUES (9, 'ada', 1, 'graded', 1, '', '', '', 1, 1, '', '', '')",
        "UPDATE overrides SET points = 100",
        "DELETE FROM overrides",
        "REPLACE INTO overrides SELECT * FROM overrides",
        "UPDATE submissions SET submitted = NULL",
        "DELETE FROM submissions",
        "REPLACE INTO submissions SELECT * FROM submissions",
    };
    struct book *book = booked_open();
    struct result result = graded("ada", 86);
    char answer[256];
    booked_submit(book, "ada", "Ada", 1000);
    booked_add(book, 1, &result);
    booked_well(book_override(book, "ada", 90, "reason", "by", &booked_failure));
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        assert_int_equal(booked_shell(tries[i], answer), SQLITE_CONSTRAINT);
        assert_says(answer, "are only added");
    }
    booked_answers("SELECT points FROM attempts", "86.0");
    booked_answers("SELECT points FROM overrides", "90.0");
    booked_answers("SELECT submitted FROM submissions", "1970-01-01T00:16:40Z");
    book_close(book);
}

static void types_are_kept(void **state)
{
    (void)state;
    char answer[256];
    book_close(booked_open());
    assert_int_equal(
        booked_shell("INSERT INTO students (student, id, listed) VALUES (x'00', 1, 1)", answer),
        SQLITE_CONSTRAINT);
    assert_int_equal(
        booked_shell("INSERT INTO students (student, id, listed) VALUES ('a', 'a', 2)", answer),
        SQLITE_CONSTRAINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(an_attempt_comes_in_once),
        BOOKED(an_attempt_is_kept_whole),
        BOOKED(a_result_that_is_not_sound_is_not_added),
        BOOKED(what_was_graded_is_known),
        BOOKED(a_clock_that_jumps_back_changes_no_order),
        BOOKED(the_last_number_is_the_last),
        BOOKED(nothing_that_happened_is_changed),
        BOOKED(types_are_kept),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
