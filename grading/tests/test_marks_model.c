/*
 * The gradebook beside a model of plain arrays: two thousand operations drawn from a fixed seed
 * go into both, and after each hundred all marks must be the same.
 */
#include "grading/tests/booked.h"

#include <math.h>

#define STUDENTS   12
#define OPERATIONS 2000
#define MOST       1000 /* of anything that a student can have */
#define DAY        86400
#define NOW        1795903800

/* --- the model --- */

struct handed {
    int files;
    time_t submitted;
};

struct tried {
    int number, files;
    enum result_state state;
    double points, most;
    time_t submitted;
};

struct person {
    struct handed handed[MOST];
    struct tried tried[MOST];
    int handed_count, tried_count;
    double extension, override;
    time_t deadline;
    bool known, listed, overridden;
    char id[16], name[16], delivered[16]; /* of the roster; the newest as delivered */
};

static struct person people[STUDENTS];
static struct book_policy policy;
static struct book *book;

static const char *const files[] = {GRADED_FILES, GRADED_OTHERS, GRADED_COURSE, GRADED_LATER};

static long draw(long below)
{
    return random() % below;
}

static void key_of(const struct person *person, char key[16])
{
    snprintf(key, 16, "s%02d", (int)(person - people));
}

static const struct tried *newest_final(const struct person *person)
{
    const struct tried *newest = NULL;
    for (int i = 0; i < person->tried_count; i++)
        if (person->tried[i].state != RESULT_INFRASTRUCTURE &&
            (!newest || person->tried[i].number > newest->number))
            newest = &person->tried[i];
    return newest;
}

static time_t when(const struct person *person, const struct tried *attempt)
{
    time_t first = 0;
    if (attempt->submitted)
        return attempt->submitted;
    for (int i = 0; i < person->handed_count; i++) {
        const struct handed *handed = &person->handed[i];
        if (handed->files == attempt->files && handed->submitted &&
            (!first || handed->submitted < first))
            first = handed->submitted;
    }
    return first;
}

/* Counts the days one by one, and the points with them. */
static int days_late(const struct person *person, time_t submitted)
{
    int days = 0;
    if (!policy.deadline || !submitted)
        return 0;
    double end = (double)(person->deadline ? person->deadline : policy.deadline) +
                 policy.grace * 3600 + person->extension * DAY;
    while ((double)submitted > end + (double)days * DAY)
        days++;
    return days;
}

static double cost(double points, int days)
{
    double costs = 0;
    for (int i = 0; i < days; i++)
        costs += policy.penalty;
    if (policy.most > 0 && costs > policy.most)
        costs = policy.most;
    if (costs > points || (days && policy.most_days > 0 && days > policy.most_days))
        costs = points;
    return costs;
}

/* --- operations, on both --- */

static void change_policy(struct person *person)
{
    (void)person;
    policy = (struct book_policy){.deadline = draw(5) ? NOW + draw(10) * DAY : 0,
                                  .grace = (double)draw(5),
                                  .penalty = (double)draw(20),
                                  .most = draw(2) ? (double)draw(100) : 0,
                                  .most_days = draw(2) ? (double)draw(10) : 0};
    booked_well(book_policy_set(book, &policy, &booked_failure));
}

static void change_roster(struct person *person)
{
    struct roster_student students[STUDENTS];
    struct roster roster = {students, 0, ""};
    char keys[STUDENTS][16];
    for (person = people; person < people + STUDENTS; person++) {
        person->listed = draw(4) != 0;
        if (!person->listed)
            continue;
        person->known = true;
        person->extension = (double)draw(3);
        person->deadline = draw(4) ? 0 : NOW + draw(10) * DAY;
        snprintf(person->id, sizeof person->id, "id%ld", draw(100));
        snprintf(person->name, sizeof person->name, "name%ld", draw(100));
        if (draw(3) == 0)
            person->name[0] = '\0';
        key_of(person, keys[roster.count]);
        students[roster.count] = (struct roster_student){.key = keys[roster.count],
                                                         .student = person->id,
                                                         .name = person->name,
                                                         .email = "",
                                                         .section = "",
                                                         .extension = person->extension,
                                                         .deadline = person->deadline};
        roster.count++;
    }
    booked_well(book_roster(book, &roster, &booked_failure));
}

static bool handed_before(const struct person *person, struct handed handed)
{
    for (int i = 0; i < person->handed_count; i++)
        if (person->handed[i].files == handed.files &&
            person->handed[i].submitted == handed.submitted)
            return true;
    return false;
}

static void hand_in(struct person *person)
{
    char key[16], name[16];
    struct handed handed = {(int)draw(4), draw(4) ? NOW + draw(15) * DAY + draw(3) : 0};
    key_of(person, key);
    snprintf(name, sizeof name, "as %ld", draw(100));
    booked_well(book_submission(
        book, &(struct book_submission){key, name, files[handed.files], handed.submitted},
        &booked_failure));
    if (!person->known)
        strcpy(person->id, name);
    person->known = true;
    if (handed_before(person, handed))
        return;
    strcpy(person->delivered, name);
    person->handed[person->handed_count++] = handed;
}

static bool tried_before(const struct person *person, int number)
{
    for (int i = 0; i < person->tried_count; i++)
        if (person->tried[i].number == number)
            return true;
    return false;
}

static void attempt(struct person *person)
{
    char key[16], submitted[21];
    struct tried tried = {.number = 1 + (int)draw(60),
                          .files = (int)draw(4),
                          .state = (enum result_state)draw(3),
                          .points = (double)draw(41),
                          .most = draw(2) ? 40 : 100,
                          .submitted = draw(2) ? NOW + draw(15) * DAY + draw(3) : 0};
    key_of(person, key);
    struct result result = graded(key, tried.points);
    result.files = (char *)files[tried.files];
    result.state = tried.state;
    result.max_points = tried.most;
    result_time_text(tried.submitted, submitted);
    result.submitted = tried.submitted ? submitted : NULL;
    assert_int_equal(booked_add(book, tried.number, &result),
                     !tried_before(person, tried.number));
    if (!person->known)
        strcpy(person->id, key);
    person->known = true;
    if (!tried_before(person, tried.number))
        person->tried[person->tried_count++] = tried;
}

static void set_mark(struct person *person)
{
    char key[16];
    struct failure failure;
    double points = draw(3) ? (double)draw(101) : -1;
    key_of(person, key);
    int status = book_override(book, key, points, "reason", "by", &failure);
    assert_int_equal(status, person->known ? 0 : -1);
    if (status == 0) {
        person->overridden = points >= 0;
        person->override = points;
    }
}

static void ask(struct person *person)
{
    char key[16];
    int which = (int)draw(4), next = 1, number = 0, newest = 0;
    bool has = false, found = false;
    key_of(person, key);
    for (int i = 0; i < person->tried_count; i++) {
        const struct tried *tried = &person->tried[i];
        if (tried->state != RESULT_INFRASTRUCTURE && tried->number > newest) {
            newest = tried->number;
            found = tried->files == which;
        }
        next = tried->number >= next ? tried->number + 1 : next;
    }
    booked_well(book_has(book, key, files[which], GRADED_COURSE, &has, &booked_failure));
    assert_int_equal(has, found);
    booked_well(book_next_attempt(book, key, &number, &booked_failure));
    assert_int_equal(number, next);
}

static void open_again(struct person *person)
{
    (void)person;
    book_close(book);
    book = booked_open();
}

/* --- both beside each other --- */

static void same_double(const char *key, const char *what, double is, double expected)
{
    if (fabs(is - expected) > 1e-9)
        fail_msg("%s: %s is %g, not %g", key, what, is, expected);
}

static void same_mark(const struct mark *mark, const struct person *person)
{
    const struct tried *final = newest_final(person);
    int days = final ? days_late(person, when(person, final)) : 0;
    double points =
        final && final->state == RESULT_GRADED ? final->points * 100 / final->most : 0;
    double costs = cost(points, days);
    const char *name = *person->name ? person->name : person->delivered;
    assert_string_equal(mark->id, person->id);
    assert_string_equal(mark->name, name);
    assert_int_equal(mark->listed, person->listed);
    assert_int_equal(mark->submitted, person->handed_count || person->tried_count);
    assert_int_equal(mark->attempt, final ? final->number : 0);
    assert_int_equal(mark->state, final ? final->state : RESULT_INFRASTRUCTURE);
    same_double(mark->student, "points", mark->points, points);
    same_double(mark->student, "days", mark->days, days);
    same_double(mark->student, "penalty", mark->penalty, costs);
    assert_int_equal(mark->overridden, person->overridden);
    same_double(mark->student, "mark", mark->mark,
                person->overridden ? person->override : points - costs);
    assert_true(mark->mark >= 0 && mark->mark <= 100);
    assert_true(*mark->why || (final && final->state == RESULT_GRADED && costs == 0));
}

static void compare(void)
{
    struct marks marks;
    size_t count = 0;
    booked_well(book_marks(book, &marks, &booked_failure));
    for (struct person *person = people; person < people + STUDENTS; person++) {
        char key[16];
        if (!person->known)
            continue;
        key_of(person, key);
        assert_true(count < marks.count);
        assert_string_equal(marks.all[count].student, key);
        same_mark(&marks.all[count++], person);
    }
    assert_int_equal(count, marks.count);
    marks_free(&marks);
}

static void the_book_agrees_with_the_model(void **state)
{
    (void)state;
    static void (*const operations[])(struct person *) = {
        change_policy, change_roster, hand_in, hand_in,  hand_in, attempt,   attempt,
        attempt,       attempt,       attempt, set_mark, ask,     open_again};
    srandom(20261128);
    book = booked_open();
    for (int i = 1; i <= OPERATIONS; i++) {
        operations[draw(sizeof operations / sizeof *operations)](&people[draw(STUDENTS)]);
        if (i % 100 == 0)
            compare();
    }
    book_close(book);
    booked_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {BOOKED(the_book_agrees_with_the_model)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
