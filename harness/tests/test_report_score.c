/* Scores between runs: kept whole or not at all, and read whatever lies there. */
#include "tests/report_fixture.h"

#include <jansson.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char state_home[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(state_home, sizeof state_home, "/tmp/score-XXXXXX");
    if (!mkdtemp(state_home))
        return -1;
    return setenv("XDG_STATE_HOME", state_home, 1);
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", state_home);
    return system(command);
}

static void keep(int passed, int failed, bool unscored)
{
    struct report report = report_made();
    struct failure failure = {0};
    report.unscored = unscored;
    for (int i = 0; i < passed + failed; i++)
        report_add(&report,
                   verdict_made(11 + i, "x", i < passed ? VERDICT_PASS : VERDICT_FAIL, "m"));
    if (score_keep(&report, &failure) < 0)
        fail_msg("%s", failure.text);
    report_clear(&report);
}

static void expect(double best, double last, double max)
{
    struct score score;
    assert_int_equal(score_read("01-blocking", &score), 0);
    assert_true(score.best == best);
    assert_true(score.last == last);
    assert_true(score.max == max);
    assert_string_equal(score.lab, "01-blocking");
}

static void in_folder(const char *name, char *path, size_t size)
{
    struct failure failure;
    char *folder = score_folder("01-blocking", &failure);
    assert_non_null(folder);
    snprintf(path, size, "%s/%s", folder, name);
    free(folder);
}

static void the_best_stays(void **state)
{
    struct score score;
    struct failure failure;
    (void)state;
    assert_int_equal(score_read("01-blocking", &score), -1);
    assert_int_equal(score_load("01-blocking", &score, &failure), 1);
    keep(2, 2, false);
    expect(20, 20, 40);
    keep(3, 1, false);
    expect(30, 30, 40);
    keep(1, 3, false);
    expect(30, 10, 40);
}

static void parts_and_references_do_not_count(void **state)
{
    (void)state;
    keep(2, 2, false);
    keep(1, 0, false);
    expect(20, 20, 40);
    keep(4, 0, true);
    expect(20, 20, 40);
    keep(5, 0, false); /* the lab has grown */
    expect(50, 50, 50);
}

/* Checks 11 and up; those that were passed once stay so. */
static void what_was_passed_stays(void **state)
{
    struct score score;
    (void)state;
    keep(2, 2, false);
    keep(4, 0, true); /* somebody else's */
    keep(1, 3, false);
    keep(3, 0, false); /* of fewer points, as on a machine that sees less */
    expect(20, 10, 40);
    assert_int_equal(score_read("01-blocking", &score), 0);
    for (int number = 0; number < SCORE_NUMBERS; number++)
        assert_int_equal(score.passed[number], number >= 11 && number <= 13);
}

static void the_last_report_is_kept_whole(void **state)
{
    char path[256];
    (void)state;
    keep(1, 1, true);
    in_folder("last.json", path, sizeof path);
    json_t *json = json_load_file(path, 0, NULL);
    assert_non_null(json);
    assert_int_equal(json_array_size(json_object_get(json, "checks")), 2);
    json_decref(json);
}

static void broken_files_are_as_none(void **state)
{
    static const char *const contents[] = {
        "",
        "{",
        "[]",
        "{\"best\": 3}",
        "{\"best\":\"x\",\"last\":1,\"max\":2}",
        "{\"best\":-1,\"last\":1,\"max\":2}",
        "{\"best\":1,\"last\":1,\"max\":2,\"passed\":[100]}",
        "\xff\x01",
    };
    char path[256];
    (void)state;
    in_folder("score.json", path, sizeof path);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        struct score score;
        struct failure failure = {.text = ""};
        FILE *out = fopen(path, "w");
        fputs(contents[i], out);
        fclose(out);
        assert_int_equal(score_read("01-blocking", &score), -1);
        assert_int_equal(score_load("01-blocking", &score, &failure), -1);
        assert_non_null(strstr(failure.text, "score.json cannot be read"));
    }
    keep(2, 2, false);
    expect(20, 20, 40);
}

/* A limit on the size of files stands in for a full disk. */
static void a_full_disk_leaves_what_was_there(void **state)
{
    struct rlimit before, none;
    struct report report = report_made();
    struct failure failure = {0};
    (void)state;
    keep(2, 2, false);
    for (int i = 0; i < 4; i++)
        report_add(&report, verdict_made(11 + i, "x", VERDICT_PASS, "m"));
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    int status = score_keep(&report, &failure);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, -1);
    assert_int_equal(failure.status, STATUS_MACHINE);
    assert_non_null(strstr(failure.text, "last.json"));
    expect(20, 20, 40);
    char path[256], command[320];
    in_folder("", path, sizeof path);
    snprintf(command, sizeof command, "test $(ls '%s' | wc -l) = 2", path);
    assert_int_equal(system(command), 0); /* no half of a file lies about */
    report_clear(&report);
}

static void names_that_are_no_labs(void **state)
{
    struct failure failure;
    struct score score;
    (void)state;
    static const char *const names[] = {"", "..", "a/b", "../../etc", ".hidden"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_null(score_folder(names[i], &failure));
        assert_int_equal(score_read(names[i], &score), -1);
    }
    setenv("XDG_STATE_HOME", "/proc/nothing/here", 1);
    assert_null(score_folder("01-blocking", &failure));
    assert_non_null(strstr(failure.text, "/proc/nothing/here"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_best_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_and_references_do_not_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_passed_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_report_is_kept_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_files_are_as_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_what_was_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_are_no_labs, set_up, tear_down),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
