/* Results: what is written is read again, and each field is checked. */
#include "grading/tests/graded.h"

#include <math.h>
#include <time.h>

/* --- there and back --- */

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct result result = graded_full();
    assert_int_equal(result_write(&result, graded_path, &failure), 0);
    struct result *again = result_read(graded_path, &failure);
    if (!again)
        fail_msg("%s", failure.text);
    json_t *was = result_json(&result), *is = result_json(again);
    assert_true(json_equal(was, is));
    assert_string_equal(again->why, result.why);
    assert_int_equal(again->state, RESULT_GRADED);
    assert_true(again->official);
    assert_true(again->points == 86 && again->lag == 0.004 && again->seconds == 9.1);
    assert_int_equal(graded_count(graded_home), 1);
    json_decref(was);
    json_decref(is);
    json_decref(result.report);
    result_free(again);
}

static void what_need_not_be_there_is_null(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct result result = graded("ada", 0);
    result.state = RESULT_INFRASTRUCTURE;
    result.files = result.course = "";
    result.max_points = 0;
    assert_int_equal(result_write(&result, graded_path, &failure), 0);
    struct result *again = result_read(graded_path, &failure);
    assert_non_null(again);
    assert_null(again->why);
    assert_null(again->submitted);
    assert_null(again->recordings);
    assert_null(again->report);
    assert_int_equal(again->state, RESULT_INFRASTRUCTURE);
    result_free(again);
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct result result = graded("ada", 1);
    result.why = "a\xff\xc0z";
    assert_int_equal(result_write(&result, graded_path, &failure), 0);
    struct result *again = result_read(graded_path, &failure);
    assert_non_null(again);
    assert_string_equal(again->why, "a\xef\xbf\xbd\xef\xbf\xbdz");
    result_free(again);
}

static void a_number_that_is_none_is_not_written(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct result result = graded("ada", NAN);
    assert_null(result_json(&result));
    assert_int_equal(result_write(&result, graded_path, &failure), -1);
    assert_int_equal(graded_count(graded_home), 0);
}

static void what_could_not_be_read_is_not_written(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct result result = graded("ada", 86);
    result.submitted = "yesterday";
    assert_int_equal(result_write(&result, graded_path, &failure), -1);
    assert_says(failure.text, "the field \"submitted\" must be a time");
    assert_int_equal(graded_count(graded_home), 0);
}

/* --- fields --- */

static void every_field_must_be_there(void **state)
{
    (void)state;
    const char *name;
    json_t *value, *whole, *json;
    struct failure failure = {0};
    struct result result = graded_full();
    whole = result_json(&result);
    assert_int_equal(json_object_size(whole), 19);
    json_object_foreach(whole, name, value)
    {
        char said[96];
        json = json_copy(whole);
        json_object_del(json, name);
        assert_null(result_parse(json, "a result", &failure));
        snprintf(said, sizeof said, "a result: the field \"%s\"", name);
        assert_says(failure.text, said);
        json_decref(json);
    }
    json_decref(whole);
    json_decref(result.report);
}

/* Sets a field to a value given as JSON; is it taken? */
static bool takes(const char *name, const char *value)
{
    struct failure failure = {0};
    struct result made = graded_full();
    json_t *json = result_json(&made);
    json_object_set_new(json, name, json_loads(value, JSON_DECODE_ANY, NULL));
    struct result *result = result_parse(json, "a result", &failure);
    bool taken = result;
    if (!result)
        assert_says(failure.text, name);
    result_free(result);
    json_decref(json);
    json_decref(made.report);
    return taken;
}

static void every_field_must_be_of_its_type(void **state)
{
    (void)state;
    static const char *const values[] = {"null", "true", "1", "-1", "\"\\u001b[31m\"",
                                         "[]",   "{}"};
    /* Which of the values above each takes. */
    static const struct {
        const char *name, *taken;
    } fields[] = {
        {"schema", "       "},    {"lab", "       "},        {"student", "       "},
        {"files", "       "},     {"course", "       "},     {"state", "       "},
        {"why", "x   x  "},       {"official", " x     "},   {"box", "    x  "},
        {"limits", "    x  "},    {"tries", "  x    "},      {"lag", "  x    "},
        {"submitted", "x      "}, {"started", "       "},    {"seconds", "  x    "},
        {"points", "  x    "},    {"max_points", "       "}, {"recordings", "x   x  "},
        {"report", "x     x"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (size_t j = 0; j < sizeof values / sizeof *values; j++)
            if (takes(fields[i].name, values[j]) != (fields[i].taken[j] == 'x'))
                fail_msg("%s: %s", fields[i].name, values[j]);
}

static void every_field_must_be_in_its_range(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool taken;
    } cases[] = {
        {"schema", "\"iolab-result/2\"", false},
        {"student", "\"a.b_c-9\"", true},
        {"student", "\"..\"", false},
        {"student", "\".a\"", false},
        {"student", "\"a/b\"", false},
        {"student", "\"Ada\"", false},
        {"student", "\"\"", false},
        {"student", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
         false},
        {"lab", "\"../05\"", false},
        {"lab", "\"07-signal-driven\"", true},
        {"files", "\"9f3c\"", false},
        {"files", "\"\"", false},
        {"course", "\"\"", false},
        {"files", "\"" GRADED_OTHERS "\"", true},
        {"files", "\"Gf3c0000000000000000000000000000000000000000000000000000000000aa\"",
         false},
        {"state", "\"Graded\"", false},
        {"state", "\"refused\"", true},
        {"box", "\"none\"", false}, /* official */
        {"tries", "1.0", false},
        {"tries", "9223372036854775807", false},
        {"lag", "1e308", true},
        {"lag", "-0.001", false},
        {"points", "100", true},
        {"points", "100.001", false},
        {"points", "-0.001", false},
        {"max_points", "85.999", false},
        {"submitted", "\"2026-11-28\"", false},
        {"submitted", "\"2026-02-30T10:00:00Z\"", false},
        {"started", "\"2026-11-30T10:00:00+01:00\"", false},
        {"started", "\"2026-11-30T24:00:00Z\"", false},
        {"recordings", "\"a/..b/c..\"", true},
        {"recordings", "\"..\"", false},
        {"recordings", "\"a//../b\"", false},
        {"recordings", "\"a/..\"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (takes(cases[i].name, cases[i].value) != cases[i].taken)
            fail_msg("%s: %s", cases[i].name, cases[i].value);
}

static void times_have_one_form(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "2026-11-28T22:10:00",
                                        "2026-11-28 22:10:00Z",
                                        " 2026-11-28T22:10:00Z",
                                        "2026-11-28T22:10:00Z ",
                                        "2026-11-28T2:10:00Z",
                                        "2026-13-28T22:10:00Z",
                                        "2026-11-28T22:10:61Z",
                                        "1969-12-31T23:59:59Z",
                                        "99999-11-28T22:10:00Z"};
    char text[21];
    time_t time;
    assert_int_equal(result_time("2026-11-28T22:10:00Z", &time), 0);
    assert_int_equal(time, 1795903800);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(result_time(wrong[i], &time), -1);
    result_time_text((time_t)1795903800, text);
    assert_string_equal(text, "2026-11-28T22:10:00Z");
    result_time_text(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    result_time_text(INT64_MIN, text);
    assert_string_equal(text, "1970-01-01T00:00:01Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GRADED(what_is_written_is_read_again),
        GRADED(what_need_not_be_there_is_null),
        GRADED(bytes_that_are_no_text_are_replaced),
        GRADED(a_number_that_is_none_is_not_written),
        GRADED(what_could_not_be_read_is_not_written),
        GRADED(every_field_must_be_there),
        GRADED(every_field_must_be_of_its_type),
        GRADED(every_field_must_be_in_its_range),
        GRADED(times_have_one_form),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
