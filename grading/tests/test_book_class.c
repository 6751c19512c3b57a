/* What the gradebook knows of a class, and who would gain or lose by another course. */
#include "grading/tests/booked.h"

#include <math.h>

/* --- the class --- */

static void the_same_submission_is_one(void **state)
{
    (void)state;
    struct book *book = booked_open();
    booked_submit(book, "ada", "Ada", 1000);
    booked_submit(book, "ada", "Ada again", 1000);
    booked_answers("SELECT group_concat(name) FROM submissions", "Ada");
    booked_submit(book, "ada", "Ada", 0);
    booked_submit(book, "ada", "Ada", 0);
    booked_answers("SELECT count(*) FROM submissions", "2");
    booked_answers("SELECT id || listed FROM students", "Ada0");
    book_close(book);
}

static void policy_is_kept(void **state)
{
    (void)state;
    struct book_policy policy = {.deadline = 1795903800, 1.5, 10, 50, 7}, read = {.grace = 9};
    struct failure failure = {0};
    struct book *book = booked_open();
    booked_well(book_policy(book, &read, &booked_failure));
    assert_true(read.deadline == 0 && read.grace == 0 && read.most_days == 0);
    booked_well(book_policy_set(book, &policy, &booked_failure));
    book_close(book);
    book = booked_open();
    policy.penalty = NAN;
    assert_int_equal(book_policy_set(book, &policy, &failure), -1);
    policy.penalty = 1;
    policy.most_days = -1;
    assert_int_equal(book_policy_set(book, &policy, &failure), -1);
    assert_says(failure.text, "must be numbers from 0");
    booked_well(book_policy(book, &read, &booked_failure));
    assert_true(read.deadline == policy.deadline && read.grace == 1.5 && read.penalty == 10 &&
                read.most == 50 && read.most_days == 7);
    book_close(book);
}

static void who_left_the_roster_stays(void **state)
{
    (void)state;
    struct roster_student all[] = {
        {.key = "ada", .student = "Ada1", .name = "Ada", .email = "", .section = "A"},
        {.key = "bob", .student = "Bob1", .name = "Bob", .email = "", .section = "B"}};
    struct failure failure = {0};
    struct book *book = booked_open();
    booked_well(book_roster(book, &(struct roster){all, 2, ""}, &booked_failure));
    booked_well(book_roster(book, &(struct roster){all, 1, ""}, &booked_failure));
    booked_answers("SELECT group_concat(student || listed || section) FROM students",
                   "ada1A,bob0B");
    all[0].name = "Ada L.";
    all[1].extension = NAN;
    assert_int_equal(book_roster(book, &(struct roster){all, 2, ""}, &failure), -1);
    assert_says(failure.text, "extension of bob");
    booked_answers("SELECT group_concat(name || listed) FROM students", "Ada1,Bob0");
    book_close(book);
}

static void an_override_has_a_name_and_a_reason(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct book *book = booked_open();
    booked_submit(book, "ada", "Ada", 0);
    assert_int_equal(book_override(book, "bob", 1, "reason", "by", &failure), -1);
    assert_says(failure.text, "no student bob");
    assert_int_equal(book_override(book, "ada", 100.5, "reason", "by", &failure), -1);
    assert_says(failure.text, "from 0 to 100");
    assert_int_equal(book_override(book, "ada", NAN, "reason", "by", &failure), -1);
    assert_int_equal(book_override(book, "ada", 1, "", "by", &failure), -1);
    assert_says(failure.text, "a reason");
    assert_int_equal(book_override(book, "ada", 1, "reason", NULL, &failure), -1);
    assert_says(failure.text, "who set it");
    booked_answers("SELECT count(*) FROM overrides", "0");
    booked_well(book_override(book, "ada", 1, "reason", "by", &booked_failure));
    booked_well(book_override(book, "ada", -1, NULL, "by", &booked_failure));
    booked_answers("SELECT group_concat(ifnull(points, 'back')) FROM overrides", "1.0,back");
    book_close(book);
}

static void names_are_only_texts(void **state)
{
    (void)state;
    static char long_one[10001];
    static const char *const names[] = {"'; DROP TABLE students; --",
                                        "a\nb\r\x1b[31m",
                                        "\xff\xfe",
                                        "../../etc/passwd",
                                        "",
                                        long_one};
    memset(long_one, 'x', 10000);
    struct book *book = booked_open();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char key[8];
        snprintf(key, sizeof key, "s%zu", i);
        booked_submit(book, key, names[i], 0);
    }
    booked_answers("SELECT count(*) FROM students", "6");
    booked_answers("SELECT length(name) FROM submissions WHERE student = 's5'", "10000");
    booked_answers("SELECT hex(name) FROM submissions WHERE student = 's2'", "EFBFBDEFBFBD");
    book_close(book);
    booked_sound();
}

/* --- other courses --- */

static struct result by_course(const char *student, double points, char *course,
                               const char *checks)
{
    struct result result = graded(student, points);
    result.course = course;
    result.report = json_pack("{s:o}", "checks", json_loads(checks, 0, NULL));
    assert_non_null(result.report);
    return result;
}

static void add_by(struct book *book, int number, struct result result)
{
    booked_add(book, number, &result);
    json_decref(result.report);
}

static void who_would_gain_or_lose_is_told(void **state)
{
    (void)state;
    struct change *changes;
    size_t count;
    struct book *book = booked_open();
    static const char before[] =
        "[{'number': 41, 'status': 'fail', 'hidden': true}, {'number': 11, 'status': 'pass'},"
        " {'number': 21, 'status': 'pass'}, {'number': 33, 'status': 'fail'},"
        " {'number': 50, 'status': 'pass'}, {'number': 'x'}, 7, {'number': 51, 'status': 8}]";
    static const char after[] =
        "[{'number': 11, 'status': 'pass'}, {'number': 21, 'status': 'fail'},"
        " {'number': 33, 'status': 'pass'}, {'number': 41, 'status': 'error', 'hidden': true},"
        " {'number': 60, 'status': 'pass'}]";
    char old[sizeof before], young[sizeof after];
    strcpy(old, before);
    strcpy(young, after);
    for (char *at = old; (at = strchr(at, '\''));)
        *at = '"';
    for (char *at = young; (at = strchr(at, '\''));)
        *at = '"';
    add_by(book, 1, by_course("ada", 10, GRADED_COURSE, old));
    add_by(book, 2, by_course("ada", 86, GRADED_COURSE, old));
    add_by(book, 3, by_course("ada", 80, GRADED_LATER, young));
    add_by(book, 1, by_course("bob", 86, GRADED_COURSE, old)); /* only by one */
    add_by(book, 1, by_course("cyd", 86, GRADED_COURSE, old)); /* the same */
    add_by(book, 2, by_course("cyd", 86, GRADED_LATER, old));
    struct result other = by_course("dan", 86, GRADED_COURSE, old); /* other files */
    other.files = GRADED_OTHERS;
    add_by(book, 1, other);
    add_by(book, 2, by_course("dan", 1, GRADED_LATER, young));
    struct result refused = by_course("eve", 0, GRADED_LATER, "[]");
    refused.state = RESULT_REFUSED;
    add_by(book, 1,
           by_course("eve", 50, GRADED_COURSE, "[{\"number\": 1, \"status\": \"pass\"}]"));
    add_by(book, 2, refused);
    booked_well(book_changes(book, GRADED_LATER, &changes, &count, &booked_failure));
    assert_int_equal(count, 2);
    assert_string_equal(changes[0].student, "ada");
    assert_true(changes[0].before == 86 && changes[0].after == 80);
    assert_string_equal(changes[0].checks, "21 lost, 33 won, 41 changed, 50 gone, 60 new");
    assert_string_equal(changes[1].student, "eve");
    assert_true(changes[1].before == 50 && changes[1].after == 0);
    assert_string_equal(changes[1].checks, "1 gone");
    book_changes_free(changes, count);
    booked_well(book_changes(book, GRADED_FILES, &changes, &count, &booked_failure));
    assert_int_equal(count, 0);
    book_changes_free(changes, count);
    book_close(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(the_same_submission_is_one), BOOKED(policy_is_kept),
        BOOKED(who_left_the_roster_stays),  BOOKED(an_override_has_a_name_and_a_reason),
        BOOKED(names_are_only_texts),       BOOKED(who_would_gain_or_lose_is_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
