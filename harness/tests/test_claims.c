/* Claims: outcomes from figures, and the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims/verdict.h"
#include "claims/words.h"

#define TABLE        "harness/claims/claims.lua"
#define CLAIMS_LEAST 36

/* --- outcomes --- */

/* Holds from 10 to 20, in part from 5 to 40. */
static const struct claim ranged = {.holds = {10, 20}, .in_part = {5, 40}};

static enum outcome outcome_of(const double *values, size_t count)
{
    return verdict_of(&ranged, middle_of(values, count), false).outcome;
}

#define OUTCOME(...)                                                                           \
    outcome_of((const double[]){__VA_ARGS__},                                                  \
               sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void the_median_decides(void **state)
{
    (void)state;
    assert_int_equal(OUTCOME(14, 15, 16), OUTCOME_HOLDS);
    assert_int_equal(OUTCOME(7, 7.1, 7.2), OUTCOME_IN_PART);
    assert_int_equal(OUTCOME(29, 30, 31), OUTCOME_IN_PART);
    assert_int_equal(OUTCOME(1, 1.1, 1.2), OUTCOME_FAILS);
    assert_int_equal(OUTCOME(99, 100, 101), OUTCOME_FAILS);
    assert_int_equal(OUTCOME(14, 15, 16, 15, 900), OUTCOME_HOLDS); /* one round is far off */
}

static void near_a_bound_is_uncertain(void **state)
{
    (void)state;
    assert_int_equal(OUTCOME(10.2, 10.3, 10.4), OUTCOME_UNCERTAIN);
    assert_int_equal(OUTCOME(9.7, 9.8, 9.8), OUTCOME_UNCERTAIN);
    assert_int_equal(OUTCOME(12, 15, 29), OUTCOME_UNCERTAIN); /* a quartile is beyond */
    assert_int_equal(OUTCOME(10, 10, 10), OUTCOME_HOLDS);     /* no noise: on the bound */
    struct verdict verdict =
        verdict_of(&ranged, middle_of((const double[]){10.2, 10.3, 10.4}, 3), false);
    assert_non_null(strstr(verdict.why, "by the median it holds"));
    assert_non_null(strstr(verdict.why, "by other rounds it holds in part"));
}

static void few_rounds_are_uncertain_unless_exact(void **state)
{
    const double one = 15, none = NAN;
    (void)state;
    assert_int_equal(outcome_of(&one, 1), OUTCOME_UNCERTAIN);
    assert_int_equal(verdict_of(&ranged, middle_of(&one, 1), true).outcome, OUTCOME_HOLDS);
    assert_int_equal(OUTCOME(15, 15.5, NAN), OUTCOME_UNCERTAIN);
    assert_true(isnan(middle_of(&none, 1).median));
    assert_int_equal(middle_of(&none, 1).rounds, 0);
}

static void bounds_without_an_end(void **state)
{
    const struct claim upwards = {.holds = {5, INFINITY}, .in_part = {5, INFINITY}};
    (void)state;
    const double many[] = {99, 100, 101}, few[] = {1, 1.1, 1.2};
    assert_int_equal(verdict_of(&upwards, middle_of(many, 3), false).outcome, OUTCOME_HOLDS);
    assert_int_equal(verdict_of(&upwards, middle_of(few, 3), false).outcome, OUTCOME_FAILS);
}

static void quartiles_are_interpolated(void **state)
{
    struct middle middle = middle_of((const double[]){4, 1, 2, 3, 5}, 5);
    (void)state;
    assert_true(middle.median == 3 && middle.lower == 2 && middle.upper == 4);
    middle = middle_of((const double[]){1, 3}, 2);
    assert_true(middle.median == 2 && middle.lower == 1.5 && middle.upper == 2.5);
}

/* --- the table --- */

static int read_table(const char *text, struct claims *claims, struct failure *failure)
{
    char path[] = "/tmp/iolab-claims-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int answer = claims_load(claims, path, failure);
    unlink(path);
    return answer;
}

static void wrong(const char *text, const char *words)
{
    struct claims claims;
    struct failure failure = {.text = ""};
    int answer = read_table(text, &claims, &failure);
    claims_free(&claims);
    if (answer == 0 || !strstr(failure.text, words))
        fail_msg("%s: wanted \"%s\", got \"%s\"", text, words, failure.text);
    assert_int_equal(failure.status, STATUS_MACHINE);
    assert_non_null(strstr(failure.text, "iolab-claims-"));
}

#define START "topic 'x'\nclaim { id = 'a', says = 'b', place = 'c', "

static void wrong_tables_name_the_line(void **state)
{
    (void)state;
    wrong("topic 'x'", "no claim{} stands in it");
    wrong("\nclaim {", ":2:");
    wrong("claim { id = 'a' }", ":1: a claim stands under a topic");
    wrong("topic(3)", ":1: topic takes a text");
    wrong("topic 'x'\n\nclaim { id = 'a' }", ":3: claim{} needs id, says and place");
    wrong("topic 'x'\nclaim { iid = 'a' }", ":2: claim{} has no key iid; did you mean id?");
    wrong(START
          "untestable = 'd', measure = { cost = { by = 'call' } }, holds = { most = 1 } }",
          "needs measure or untestable, and not both");
    wrong(START "}", "needs measure or untestable");
    wrong("topic 'x' claim { id = 'A b', says = 's', place = 'p', untestable = 'u' }",
          "the id \"A b\"");
    wrong(START "untestable = 'd' }" START "untestable = 'd' }", "there is a claim a already");
    wrong("while true do end", ":1: the script ran for 2 s");
}

static void wrong_experiments_name_what_is_meant(void **state)
{
    (void)state;
    wrong(START "measure = { costs = { by = 'call' } } }", "did you mean cost?");
    wrong(START "measure = { cost = { by = 'cal' } } }",
          "knows no \"cal\"; did you mean call?");
    wrong(START "measure = { cost = { } } }", "needs by, such as \"call\"");
    wrong(START "measure = { cost = { idle = 3, by = 'call' } } }", "has no key idle");
    wrong(START "measure = { cost = 3 } }", "takes a table of parameters");
    wrong(START "measure = { } }", "needs an experiment");
    wrong(START "measure = { cost = { by = 'call' }, fact = { by = 'poll beyond' } } }",
          "this is the second");
    wrong(START "measure = { wait = { by = 'poll', idle = -1 } } }", "must be a whole number");
    wrong(START "measure = { switch = { by = 'threads', count = 0 } } }", "must be 1 or more");
}

static void wrong_bounds_are_told(void **state)
{
    (void)state;
#define MEASURE "measure = { cost = { by = 'call' } }, "
    wrong(START MEASURE "}", "needs the bounds within which it holds");
    wrong(START MEASURE "holds = { least = 2, most = 1 } }", "least is more than most");
    wrong(START MEASURE "holds = { } }", "needs least, most, or both");
    wrong(START MEASURE "holds = { most = 'x' } }", "must be a number");
    wrong(START MEASURE "holds = { most = 0 / 0 } }", "must be a number");
    wrong(START MEASURE "holds = { most = 5 }, in_part = { most = 4 } }",
          "must include those of holds");
}

static void a_right_table_is_read(void **state)
{
    struct claims claims;
    struct failure failure;
    (void)state;
    assert_int_equal(
        read_table(START "measure = { wait = { by = 'poll', idle = 7 } }, "
                         "against = { wait = { by = 'epoll' } }, holds = { least = 5 } }",
                   &claims, &failure),
        0);
    const struct claim *claim = &claims.items[0];
    assert_string_equal(claim->topic, "x");
    assert_int_equal(claim->measure.parameters.idle, 7);
    assert_string_equal(claim->against.way->name, "epoll");
    assert_true(claim->holds.least == 5 && isinf(claim->holds.most));
    assert_true(claim->in_part.least == 5);
    assert_string_equal(claim_unit(claim), "times");
    assert_true(claim_chosen(claim, NULL) && claim_chosen(claim, "b,a") &&
                claim_chosen(claim, "?") && !claim_chosen(claim, "b") &&
                !claim_chosen(claim, ""));
    claims_free(&claims);
}

/* Reading it has found every experiment and way that it names. */
static void the_table_is_complete(void **state)
{
    struct claims claims;
    struct failure failure = {.text = ""};
    size_t tested = 0, explained = 0;
    (void)state;
    if (claims_load(&claims, TABLE, &failure) < 0)
        fail_msg("%s", failure.text);
    for (size_t i = 0; i < claims.count; i++) {
        const struct claim *claim = &claims.items[i];
        assert_true(claim->says[0] && claim->place[0]);
        tested += claim->measure.experiment != NULL;
        explained += claim->why != NULL;
    }
    assert_true(tested >= CLAIMS_LEAST);
    assert_true(explained >= 3);
    claims_free(&claims);
}

static void figures_in_words(void **state)
{
    char text[WORDS_SIZE];
    const struct way way = {"w", "us", "", NULL}, question = {"q", "yes", "", NULL};
    struct claim claim = {.measure = {.way = &way, .experiment = experiment_find("cost")},
                          .holds = {1, 2.5},
                          .in_part = {0.25, INFINITY}};
    struct result result = {.claim = &claim, .middle = {12.34, 1.2, 1234.5, 3}};
    (void)state;
    words_measured(text, &result);
    assert_string_equal(text, "12.3 us (1.20 to 1234)");
    words_bounds(text, &claim);
    assert_string_equal(text, "holds: from 1 to 2.50; in part: from 0.250 up");
    claim.measure.way = &question;
    result.middle = (struct middle){1, 1, 1, 1};
    words_measured(text, &result);
    assert_string_equal(text, "yes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_decides),
        cmocka_unit_test(near_a_bound_is_uncertain),
        cmocka_unit_test(few_rounds_are_uncertain_unless_exact),
        cmocka_unit_test(bounds_without_an_end),
        cmocka_unit_test(quartiles_are_interpolated),
        cmocka_unit_test(wrong_tables_name_the_line),
        cmocka_unit_test(wrong_experiments_name_what_is_meant),
        cmocka_unit_test(wrong_bounds_are_told),
        cmocka_unit_test(a_right_table_is_read),
        cmocka_unit_test(the_table_is_complete),
        cmocka_unit_test(figures_in_words),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
