/* Marks: what attempts, lateness and overrides are derived to. */
#include "grading/tests/booked.h"

#include "grading/book/late.h"

#define HOUR     ((time_t)3600)
#define DAY      (24 * HOUR)
#define DEADLINE ((time_t)1795903800) /* 2026-11-28T22:10:00Z */

/* --- lateness --- */

static void a_day_late_begins_with_its_first_second(void **state)
{
    (void)state;
    static const struct {
        struct book_policy policy;
        time_t submitted, deadline;
        double extension, days, costs;
    } cases[] = {
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE, 0, 0, 0, 0},
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE + 1, 0, 0, 1, 10},
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE + DAY, 0, 0, 1, 10},
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE + DAY + 1, 0, 0, 2, 20},
        {{DEADLINE, 0, 10, 0, 0}, 0, 0, 0, 0, 0},    /* not known */
        {{0, 0, 10, 0, 0}, DEADLINE, 1000, 0, 0, 0}, /* no deadline */
        {{DEADLINE, 0.5, 10, 0, 0}, DEADLINE + HOUR / 2, 0, 0, 0, 0},
        {{DEADLINE, 0.5, 10, 0, 0}, DEADLINE + HOUR / 2 + 1, 0, 0, 1, 10},
        {{DEADLINE, 0.5, 10, 0, 0}, DEADLINE + HOUR / 2 + DAY, 0, 0, 1, 10},
        {{DEADLINE, 1, 10, 0, 0}, DEADLINE + 2 * DAY + HOUR, 0, 2, 0, 0},
        {{DEADLINE, 1, 10, 0, 0}, DEADLINE + 2 * DAY + HOUR + 1, 0, 2, 1, 10},
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE + DAY, DEADLINE + DAY, 0, 0, 0},
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE, DEADLINE - 1, 0, 1, 10},
        {{DEADLINE, 0, 10, 25, 0}, DEADLINE + 3 * DAY, 0, 0, 3, 25},
        {{DEADLINE, 0, 10, 0, 2}, DEADLINE + 2 * DAY, 0, 0, 2, 20},
        {{DEADLINE, 0, 10, 0, 2}, DEADLINE + 2 * DAY + 1, 0, 0, 3, 80},
        {{DEADLINE, 0, 10, 25, 2}, DEADLINE + 3 * DAY, 0, 0, 3, 80}, /* the cap is no help */
        {{DEADLINE, 0, 10, 0, 0}, DEADLINE + 9 * DAY, 0, 0, 9, 80},  /* no more than there is */
        {{DEADLINE, 0, 0, 0, 0}, DEADLINE + 9 * DAY, 0, 0, 9, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct marks_lateness late = marks_late(&cases[i].policy, 80, cases[i].submitted,
                                                cases[i].extension, cases[i].deadline);
        if (late.days != cases[i].days || late.costs != cases[i].costs)
            fail_msg("case %zu: %g days, %g points", i, late.days, late.costs);
    }
}

/* --- marks --- */

/* Marks of the only student. */
static struct marks only(struct book *book)
{
    struct marks marks;
    booked_well(book_marks(book, &marks, &booked_failure));
    assert_int_equal(marks.count, 1);
    return marks;
}

static void marked(struct book *book, int attempt, double mark, const char *why)
{
    struct marks marks = only(book);
    assert_int_equal(marks.all->attempt, attempt);
    assert_true(marks.all->mark == mark);
    assert_says(marks.all->why, why);
    assert_true(*why || !*marks.all->why);
    assert_int_equal(marks_waiting(marks.all),
                     marks.all->submitted && !attempt && !marks.all->overridden);
    marks_free(&marks);
}

static void list(struct book *book, struct roster_student student)
{
    student.student = student.student ? student.student : student.key;
    student.name = student.name ? student.name : "";
    student.email = student.section = student.section ? student.section : "";
    booked_well(book_roster(book, &(struct roster){&student, 1, ""}, &booked_failure));
}

static void an_empty_book_has_no_marks(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct marks marks;
    booked_well(book_marks(book, &marks, &booked_failure));
    assert_int_equal(marks.count, 0);
    marks_free(&marks);
    book_close(book);
}

static void who_hands_in_nothing_gets_nothing(void **state)
{
    (void)state;
    struct book *book = booked_open();
    list(book, (struct roster_student){
                   .key = "ada", .student = "Ada1", .name = "Ada", .section = "B"});
    struct marks marks = only(book);
    assert_string_equal(marks.all->student, "ada");
    assert_string_equal(marks.all->id, "Ada1");
    assert_string_equal(marks.all->name, "Ada");
    assert_string_equal(marks.all->section, "B");
    assert_true(marks.all->listed && !marks.all->submitted && !marks.all->overridden);
    marks_free(&marks);
    marked(book, 0, 0, "Nothing was handed in.");
    book_close(book);
}

static void who_is_on_no_roster_gets_a_mark(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 86);
    booked_submit(book, "ada", "Ada_17", 0);
    marked(book, 0, 0, "Not graded yet.");
    booked_add(book, 1, &result);
    struct marks marks = only(book);
    assert_false(marks.all->listed);
    assert_true(marks.all->submitted && marks.all->official && marks.all->mark == 86);
    assert_string_equal(marks.all->id, "Ada_17");
    assert_string_equal(marks.all->name, "Ada_17");
    marks_free(&marks);
    list(book, (struct roster_student){.key = "ada", .student = "a17"});
    marks = only(book);
    assert_true(marks.all->listed);
    assert_string_equal(marks.all->id, "a17");
    assert_string_equal(marks.all->name, "Ada_17"); /* the roster has none */
    marks_free(&marks);
    book_close(book);
}

static void the_newest_final_attempt_counts(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 0);
    result.state = RESULT_INFRASTRUCTURE;
    booked_add(book, 1, &result);
    marked(book, 0, 0, "No mark yet: this machine could not grade it.");
    result.why = "bubblewrap is missing.";
    booked_add(book, 2, &result);
    marked(book, 0, 0, "No mark yet: this machine could not grade it: bubblewrap is missing.");
    result = graded("ada", 86);
    booked_add(book, 5, &result); /* they may come in any order */
    result.points = 70;
    booked_add(book, 4, &result);
    marked(book, 5, 86, "");
    result.state = RESULT_INFRASTRUCTURE;
    booked_add(book, 6, &result);
    marked(book, 5, 86, "a later attempt; attempt 5 counts");
    result.state = RESULT_REFUSED;
    booked_add(book, 7, &result);
    marked(book, 7, 0, "nothing in it that can be graded");
    result.why = "There is no server.c.";
    booked_add(book, 8, &result);
    marked(book, 8, 0, "There is no server.c.");
    book_close(book);
}

static void points_are_of_a_hundred(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 30);
    result.max_points = 40;
    booked_add(book, 1, &result);
    marked(book, 1, 75, "");
    result.points = result.max_points = 1e-300;
    booked_add(book, 2, &result);
    marked(book, 2, 100, "");
    result.points = result.max_points = 1e300;
    booked_add(book, 3, &result);
    marked(book, 3, 100, "");
    book_close(book);
}

static void lateness_costs(void **state)
{
    (void)state;
    struct book_policy policy = {DEADLINE, 0, 12.5, 0, 0};
    struct book *book = booked_open();
    struct result result = graded("ada", 86);
    booked_add(book, 1, &result);
    booked_well(book_policy_set(book, &policy, &booked_failure));
    marked(book, 1, 86, "When it was handed in is not known; it counts as in time.");
    booked_submit(book, "ada", "Ada", DEADLINE + 3 * DAY);
    booked_submit(book, "ada", "Ada", DEADLINE + 2 * DAY); /* the first of these files */
    marked(book, 1, 61, "Late by 2 begun days: 25 points less.");
    result.submitted = "2026-11-28T22:10:01Z"; /* the attempt knows best */
    booked_add(book, 2, &result);
    marked(book, 2, 73.5, "Late by 1 begun day: 12.5 points less.");
    list(book, (struct roster_student){.key = "ada", .extension = 1});
    marked(book, 2, 86, "");
    list(book, (struct roster_student){.key = "ada", .deadline = DEADLINE - 2 * DAY});
    policy.most_days = 2;
    booked_well(book_policy_set(book, &policy, &booked_failure));
    marked(book, 2, 0, "Late by 3 begun days; what is later than 2 is worth nothing.");
    policy.most_days = 0;
    policy.most = 5;
    booked_well(book_policy_set(book, &policy, &booked_failure));
    marked(book, 2, 81, "5 points less");
    book_close(book);
}

static void the_newest_override_counts(void **state)
{
    (void)state;
    struct book_policy policy = {1000, 0, 10, 0, 0};
    struct book *book = booked_open();
    struct result result = graded("ada", 86);
    booked_submit(book, "ada", "Ada", 2000);
    booked_well(book_override(book, "ada", 55.5, "plagiarism", "Prof. B", &booked_failure));
    booked_well(book_override(book, "ada", 60, "talked to her", "Prof. C", &booked_failure));
    marked(book, 0, 60, "Not graded yet.");
    booked_well(book_policy_set(book, &policy, &booked_failure));
    booked_add(book, 1, &result);
    struct marks marks = only(book);
    assert_true(marks.all->overridden && marks.all->override_points == 60);
    assert_true(marks.all->mark == 60 && marks.all->points == 86 && marks.all->penalty == 10);
    assert_string_equal(marks.all->reason, "talked to her");
    assert_string_equal(marks.all->by, "Prof. C");
    marks_free(&marks);
    booked_well(book_override(book, "ada", -1, "mistake", "Prof. C", &booked_failure));
    marks = only(book);
    assert_true(!marks.all->overridden && marks.all->mark == 76);
    assert_string_equal(marks.all->reason, "");
    marks_free(&marks);
    booked_well(book_override(book, "ada", 0, "again", "Prof. C", &booked_failure));
    marked(book, 1, 0, "Late");
    book_close(book);
}

static void numbers_are_short(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0, "0"},     {100, "100"},    {86.5, "86.5"}, {100.0 / 3, "33.33"},
                 {0.001, "0"}, {99.999, "100"}, {1200, "1200"}};
    char text[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        marks_number(cases[i].number, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_late_begins_with_its_first_second),
        BOOKED(an_empty_book_has_no_marks),
        BOOKED(who_hands_in_nothing_gets_nothing),
        BOOKED(who_is_on_no_roster_gets_a_mark),
        BOOKED(the_newest_final_attempt_counts),
        BOOKED(points_are_of_a_hundred),
        BOOKED(lateness_costs),
        BOOKED(the_newest_override_counts),
        cmocka_unit_test(numbers_are_short),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
