/* JSON, TAP and JUnit: well formed whatever the strings are, and read back. */
#include "tests/report_fixture.h"

#include <jansson.h>
#include <unistd.h>

static void json_is_read_back(void **state)
{
    (void)state;
    struct report report = report_mixed(HOSTILE);
    char *text = written("json", &report, NULL);
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s", error.text);
    assert_string_equal(json_string_value(json_object_get(json, "schema")), REPORT_SCHEMA);
    static const char *const keys[] = {"lab",       "title",    "source", "seed",
                                       "kernel",    "tier",     "score",  "built",
                                       "max_score", "duration", "build",  "time_scale"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(json_object_get(json, keys[i]));
    assert_true(json_real_value(json_object_get(json, "score")) == 10);
    assert_true(json_real_value(json_object_get(json, "max_score")) == 20);
    json_t *checks = json_object_get(json, "checks");
    assert_int_equal(json_array_size(checks), 4);
    json_t *failed = json_array_get(checks, 1);
    assert_int_equal(json_integer_value(json_object_get(failed, "number")), 21);
    assert_string_equal(json_string_value(json_object_get(failed, "status")), "fail");
    assert_non_null(strstr(json_string_value(json_object_get(failed, "message")), "a]]>b<c>"));
    json_t *evidence = json_object_get(failed, "evidence");
    json_t *calls = json_object_get(evidence, "calls");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(calls, 0), "event")),
                     42);
    assert_int_equal(json_integer_value(json_object_get(evidence, "failed_at")), 44);
    json_decref(json);
    free(text);
    report_clear(&report);
}

/* One plan, one line a test point, YAML blocks closed, nothing else. */
static void check_tap(char *text, size_t points)
{
    size_t seen = 0, plans = 0;
    bool inside = false;
    assert_int_equal(strncmp(text, "TAP version 14\n", 15), 0);
    for (char *line = strtok(text + 15, "\n"); line; line = strtok(NULL, "\n")) {
        if (strcmp(line, "  ---") == 0 || strcmp(line, "  ...") == 0) {
            assert_true(inside != (line[2] == '-'));
            inside = line[2] == '-';
        } else if (inside) {
            assert_int_equal(strncmp(line, "  ", 2), 0);
        } else if (strncmp(line, "1..", 3) == 0) {
            plans++;
        } else {
            char expected[16];
            bool bad = strncmp(line, "not ", 4) == 0;
            snprintf(expected, sizeof expected, "ok %zu - ", ++seen);
            assert_int_equal(strncmp(line + (bad ? 4 : 0), expected, strlen(expected)), 0);
        }
    }
    assert_false(inside);
    assert_int_equal(plans, 1);
    assert_int_equal(seen, points);
}

static void tap_is_well_formed(void **state)
{
    (void)state;
    struct report report = report_mixed(HOSTILE);
    char *text = written("tap", &report, NULL);
    assert_non_null(strstr(text, "ok 1 - 11 passes\n"));
    assert_non_null(strstr(text, "not ok 2 - 21 a]]>b<c>&\"'"));
    assert_non_null(strstr(text, "\\# skip not ok 1"));
    assert_non_null(strstr(text, "ok 4 - 41 unseen # SKIP "));
    check_tap(text, 4);
    free(text);
    report_clear(&report);
}

/* xmllint's word on it: 0 when well formed; 127 when it is not installed. */
static int lint(const char *text)
{
    FILE *out = popen("xmllint --noout - 2>&1", "w");
    assert_non_null(out);
    fputs(text, out);
    int status = pclose(out);
    return WEXITSTATUS(status);
}

static void junit_is_well_formed(void **state)
{
    (void)state;
    struct report report = report_mixed(HOSTILE);
    report.build = HOSTILE;
    char *text = written("junit", &report, NULL);
    assert_non_null(strstr(text, "tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""));
    assert_non_null(strstr(text, "<failure message=\"a]]&#62;b&#60;c&#62;&#38;"));
    assert_null(strstr(text, "]]>"));
    for (const char *c = text; *c; c++)
        assert_true((unsigned char)*c >= 0x20 || *c == '\n' || *c == '\t');
    assert_int_equal(lint(text), 0);
    free(text);
    report_clear(&report);
}

static void an_empty_report_is_one_too(void **state)
{
    (void)state;
    struct report report = report_made();
    char *text = written("junit", &report, NULL);
    assert_int_equal(lint(text), 0);
    free(text);
    text = written("tap", &report, NULL);
    check_tap(text, 0);
    free(text);
    text = written("json", &report, NULL);
    json_decref(json_loads(text, 0, NULL));
    free(text);
}

static void formats_are_found_by_name(void **state)
{
    (void)state;
    assert_null(report_format_find("yaml"));
    assert_string_equal(report_format_names(), "text, json, tap, junit");
}

/* Statuses of all checks, as letters, and the exit status that they make. */
static void exit_status_of_a_report(void **state)
{
    static const struct {
        const char *statuses;
        enum iolab_status status;
    } rows[] = {
        {"p", STATUS_WELL},     {"pu", STATUS_WELL},    {"pf", STATUS_FAILED},
        {"ef", STATUS_FAILED},  {"pe", STATUS_MACHINE}, {"u", STATUS_MACHINE},
        {"uu", STATUS_MACHINE}, {"e", STATUS_MACHINE},  {"", STATUS_MACHINE},
        {"uf", STATUS_FAILED},  {"ue", STATUS_MACHINE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = report_made();
        for (const char *c = rows[i].statuses; *c; c++)
            report_add(&report, verdict_made(1, "x",
                                             *c == 'p'   ? VERDICT_PASS
                                             : *c == 'f' ? VERDICT_FAIL
                                             : *c == 'e' ? VERDICT_ERROR
                                                         : VERDICT_NOT_OBSERVED,
                                             "m"));
        if (report_status(&report) != rows[i].status)
            fail_msg("\"%s\" gives %d", rows[i].statuses, report_status(&report));
        report_clear(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read_back),
        cmocka_unit_test(tap_is_well_formed),
        cmocka_unit_test(junit_is_well_formed),
        cmocka_unit_test(an_empty_report_is_one_too),
        cmocka_unit_test(formats_are_found_by_name),
        cmocka_unit_test(exit_status_of_a_report),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
