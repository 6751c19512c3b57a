/* Whole numbers, sizes, streams that are full, and what Classroom 50 must be told. */
#include "grading/tests/export_fixture.h"
#include "grading/tests/export_schemas.h"

/* --- numbers and sizes --- */

/* Three checks of a third of a point, and hidden ones worth more than the whole. */
static void rounded_scores_add_up(void **state)
{
    (void)state;
    json_t *checks = json_array();
    for (int i = 0; i < 30; i++)
        json_array_append_new(checks,
                              json_pack("{s:i, s:s, s:s, s:f, s:f}", "number", i + 1, "name",
                                        "x", "status", i % 3 ? "pass" : "fail", "points",
                                        i % 3 ? 1 / 3.0 : 0.0, "max_points", 1 / 3.0));
    char lab[] = "05-epoll-level";
    struct result result = {.lab = lab,
                            .state = RESULT_GRADED,
                            .points = 20 / 3.0,
                            .max_points = 10,
                            .report = json_pack("{s:b, s:o}", "built", 1, "checks", checks)};
    const struct export_options options = OPTIONS(PAGE_NAMES);
    char *text = exported("classroom50", &result, &options);
    json_t *json = json_loads(text, 0, NULL);
    assert_true(number(json, "max-score") == 10);
    assert_true(number(json, "score") == sum_of(json, "score"));
    assert_true(number(json, "score") <= 10);
    json_decref(json);
    free(text);
    json_decref(result.report);
}

/* Many times the megabyte that PrairieLearn takes. */
static struct result *with_huge_evidence(void)
{
    struct result *result = result_named("hangs");
    json_t *checks = json_object_get(result->report, "checks");
    char *huge = calloc(1, 20001);
    memset(huge, '"', 20000);
    for (int i = 0; i < 520; i++) {
        json_t *check = json_deep_copy(json_array_get(checks, 5));
        json_object_set_new(json_object_get(check, "evidence"), "difference",
                            json_string(huge));
        json_object_set_new(check, "message", json_string(huge));
        json_object_set_new(check, "name", json_string(huge));
        json_array_append_new(checks, check);
    }
    free(huge);
    return result;
}

static void prairielearn_gets_a_megabyte_at_most(void **state)
{
    const struct export_options options = OPTIONS(PAGE_FULL);
    struct result *result = with_huge_evidence();
    char *text = exported("prairielearn", result, &options);
    assert_true(strlen(text) <= 1000 * 1000);
    assert_non_null(strstr(text, "(cut"));
    keep(*state, "prairielearn", text, 0);
    hold_json(*state, "prairielearn");
    free(text);
    result_free(result);
}

/* --- failures --- */

static void a_full_disk_is_a_failure(void **state)
{
    (void)state;
    const struct export_options options = OPTIONS(PAGE_NAMES);
    struct result *result = result_named("right");
    for (size_t format = 0; format < FORMATS; format++) {
        struct failure failure = {.text = ""};
        FILE *out = fopen("/dev/full", "we");
        assert_non_null(out);
        assert_int_equal(
            export_format_find(format_names[format])->write(out, result, &options, &failure),
            -1);
        assert_int_equal(failure.status, STATUS_MACHINE);
        assert_non_null(strstr(failure.text, "space"));
        fclose(out);
    }
    result_free(result);
}

static void classroom50_says_what_it_was_not_told(void **state)
{
    (void)state;
    struct result *result = result_named("right");
    struct failure failure = {.text = ""};
    struct export_options options = OPTIONS(PAGE_NAMES);
    const struct export_format *format = export_format_find("classroom50");
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    options.classroom = NULL;
    assert_int_equal(format->write(out, result, &options, &failure), -1);
    assert_non_null(strstr(failure.text, "CLASSROOM"));
    setenv("CLASSROOM", "from-the-environment", 1);
    assert_int_equal(format->write(out, result, &options, &failure), 0);
    unsetenv("CLASSROOM");
    options.classroom = "c";
    options.submission = "main";
    assert_int_equal(format->write(out, result, &options, &failure), -1);
    assert_non_null(strstr(failure.text, "submit/"));
    fclose(out);
    assert_non_null(strstr(text, "\"from-the-environment\""));
    free(text);
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounded_scores_add_up),
        cmocka_unit_test_setup_teardown(prairielearn_gets_a_megabyte_at_most, make_folder,
                                        remove_folder),
        cmocka_unit_test(a_full_disk_is_a_failure),
        cmocka_unit_test(classroom50_says_what_it_was_not_told),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
