/* What exports say of each kind of result. */
#include "grading/tests/export_fixture.h"
#include "grading/tests/export_schemas.h"

#include <math.h>

static void every_result_is_valid_in_every_format(void **state)
{
    size_t place = 0;
    for (size_t detail = PAGE_HIDDEN; detail <= PAGE_FULL; detail++)
        for (size_t i = 0; i < RESULTS; i++, place++)
            for (size_t format = 0; format < FORMATS; format++) {
                char *text = exported_at(format_names[format], result_names[i],
                                         (enum page_detail)detail);
                keep(*state, format_names[format], text, place);
                free(text);
            }
    hold_all(*state, place);
}

static void totals_are_those_of_the_result(void **state)
{
    (void)state;
    for (size_t detail = PAGE_HIDDEN; detail <= PAGE_FULL; detail++)
        for (size_t i = 0; i < 5; i++) { /* those that were graded */
            struct result *result = result_named(result_names[i]);
            json_t *json =
                exported_json("gradescope", result_names[i], (enum page_detail)detail);
            assert_true(fabs(number(json, "score") - result->points) < 1e-6);
            assert_true(fabs(sum_of(json, "score") - result->points) < 1e-6);
            assert_true(fabs(sum_of(json, "max_score") - result->max_points) < 1e-6);
            json_decref(json);
            json = exported_json("classroom50", result_names[i], (enum page_detail)detail);
            assert_true(fabs(number(json, "score") - result->points) <= 0.5);
            assert_true(fabs(number(json, "max-score") - result->max_points) <= 0.5);
            json_decref(json);
            result_free(result);
        }
}

/* --- states --- */

static void what_the_machine_did_costs_nothing(void **state)
{
    (void)state;
    json_t *json = exported_json("gradescope", "infrastructure", PAGE_NAMES);
    assert_true(number(json, "score") == 0);
    assert_non_null(strstr(text_at(json, "output"), "held up"));
    assert_non_null(strstr(text_at(json, "output"), "no fault of your program"));
    assert_non_null(strstr(text_at(json, "output"), "graded again"));
    assert_int_equal(json_array_size(json_object_get(json, "tests")), 0);
    json_decref(json);
    json = exported_json("prairielearn", "infrastructure", PAGE_NAMES);
    assert_true(json_is_false(json_object_get(json, "gradable")));
    assert_null(json_object_get(json, "score"));
    json_decref(json);
    json = exported_json("classroom50", "infrastructure", PAGE_NAMES);
    assert_true(number(json, "max-score") == 0);
    json_decref(json);
    char *text = exported_at("autolab", "infrastructure", PAGE_NAMES);
    assert_non_null(strstr(text, "\n{\"scores\":{}}\n"));
    free(text);
    text = exported_at("junit", "infrastructure", PAGE_NAMES);
    assert_non_null(strstr(text, "tests=\"1\" failures=\"0\" errors=\"1\""));
    free(text);
    text = exported_at("tap", "infrastructure", PAGE_NAMES);
    assert_non_null(strstr(text, "TAP version 14\n1..1\nBail out! The machine"));
    free(text);
}

static void what_was_refused_is_worth_nothing_and_says_why(void **state)
{
    (void)state;
    for (size_t format = 0; format < FORMATS; format++) {
        char *text = exported_at(format_names[format], "refused", PAGE_NAMES);
        assert_non_null(strstr(text, "There is no server.c in it"));
        free(text);
    }
    json_t *json = exported_json("classroom50", "refused", PAGE_NAMES);
    assert_true(number(json, "score") == 0 && number(json, "max-score") == 150);
    json_decref(json);
    json = exported_json("gradescope", "refused", PAGE_NAMES);
    assert_true(number(json, "score") == 0 && sum_of(json, "max_score") == 150);
    json_decref(json);
}

static void what_does_not_compile_shows_the_compilers_words(void **state)
{
    static const char *const told[] = {"gradescope", "prairielearn", "autolab", "junit", "tap"};
    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        char *text = exported_at(told[i], "does-not-compile", PAGE_NAMES);
        assert_non_null(strstr(text, "expected expression before"));
        free(text);
    }
    json_t *json = exported_json("prairielearn", "does-not-compile", PAGE_NAMES);
    assert_true(json_is_false(json_object_get(json, "gradable")));
    json_decref(json);
}

static void what_was_not_run_for_want_of_time_is_a_failed_row(void **state)
{
    (void)state;
    json_t *json = exported_json("gradescope", "out-of-time", PAGE_NAMES);
    const json_t *test = test_with(json, "name", "not run");
    assert_non_null(test);
    assert_string_equal(text_at(test, "status"), "failed");
    assert_non_null(strstr(text_at(test, "output"), "no time"));
    assert_true(number(test, "max_score") > 50 && number(test, "score") == 0);
    assert_true(number(json, "score") > 0); /* of those that were */
    json_decref(json);
}

/* A time limit that let no check be run: there is no report at all. */
static void a_graded_result_without_a_report_is_one_failed_row(void **state)
{
    (void)state;
    const struct export_options options = OPTIONS(PAGE_NAMES);
    struct result *result = result_named("out-of-time");
    json_decref(result->report);
    result->report = NULL;
    result->points = 0;
    char *text = exported("tap", result, &options);
    assert_non_null(strstr(text, "1..1\nnot ok 1 - checks that were not run\n"));
    free(text);
    result_free(result);
}

static void formats_are_found_by_name(void **state)
{
    (void)state;
    assert_null(export_format_find("yaml"));
    for (size_t i = 0; i < FORMATS; i++) {
        assert_string_equal(export_format_find(format_names[i])->name, format_names[i]);
        assert_non_null(strstr(export_names(), format_names[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_result_is_valid_in_every_format, make_folder,
                                        remove_folder),
        cmocka_unit_test(totals_are_those_of_the_result),
        cmocka_unit_test(what_the_machine_did_costs_nothing),
        cmocka_unit_test(what_was_refused_is_worth_nothing_and_says_why),
        cmocka_unit_test(what_does_not_compile_shows_the_compilers_words),
        cmocka_unit_test(what_was_not_run_for_want_of_time_is_a_failed_row),
        cmocka_unit_test(a_graded_result_without_a_report_is_one_failed_row),
        cmocka_unit_test(formats_are_found_by_name),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
