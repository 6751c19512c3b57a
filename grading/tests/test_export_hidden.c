/* What exports tell of hidden checks, and of hints. */
#include "grading/tests/export_fixture.h"

#define HIDDEN_NAME    "many clients, many sizes"
#define HIDDEN_MESSAGE "the secret of a hidden check"

/* wrong, of which the last check, a hidden one, fails by these words. */
static struct result *with_a_secret(void)
{
    struct result *result = result_named("wrong");
    json_t *checks = json_object_get(result->report, "checks");
    json_t *check = json_array_get(checks, json_array_size(checks) - 2);
    assert_true(json_is_true(json_object_get(check, "hidden")));
    json_object_set_new(check, "name", json_string(HIDDEN_NAME));
    json_object_set_new(check, "status", json_string("fail"));
    json_object_set_new(check, "message", json_string(HIDDEN_MESSAGE));
    json_object_set_new(check, "hint", json_string(HIDDEN_MESSAGE));
    json_object_set_new(json_object_get(check, "evidence"), "difference",
                        json_string(HIDDEN_MESSAGE));
    return result;
}

static void nothing_is_told_of_hidden_checks_beyond_their_level(void **state)
{
    (void)state;
    struct result *result = with_a_secret();
    for (size_t format = 0; format < FORMATS; format++)
        for (size_t detail = PAGE_HIDDEN; detail <= PAGE_FULL; detail++) {
            const struct export_options options = OPTIONS((enum page_detail)detail);
            char *text = exported(format_names[format], result, &options);
            assert_int_equal(strstr(text, HIDDEN_NAME) != NULL, detail >= PAGE_NAMES);
            assert_int_equal(strstr(text, HIDDEN_MESSAGE) != NULL, detail == PAGE_FULL);
            assert_int_equal(strstr(text, "hidden checks") != NULL, detail == PAGE_HIDDEN);
            free(text);
        }
    result_free(result);
}

static void hidden_checks_are_one_test_with_their_points(void **state)
{
    (void)state;
    json_t *json = exported_json("gradescope", "right", PAGE_HIDDEN);
    const json_t *test = test_with(json, "name", "hidden checks");
    assert_non_null(test);
    assert_string_equal(text_at(test, "visibility"), "visible");
    assert_string_equal(text_at(test, "status"), "passed");
    assert_true(number(test, "score") == 50 && number(test, "max_score") == 50);
    json_decref(json);
}

static void hints_are_told_when_asked_for(void **state)
{
    (void)state;
    struct result *result = result_named("hangs");
    struct export_options options = OPTIONS(PAGE_NAMES);
    char *text = exported("gradescope", result, &options);
    assert_non_null(strstr(text, "hint: "));
    free(text);
    options.hints = false;
    text = exported("gradescope", result, &options);
    assert_null(strstr(text, "hint: "));
    free(text);
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_told_of_hidden_checks_beyond_their_level),
        cmocka_unit_test(hidden_checks_are_one_test_with_their_points),
        cmocka_unit_test(hints_are_told_when_asked_for),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
