/* The report for people: short when all is well, the story when not, each story once. */
#include "tests/report_fixture.h"

static const struct report_style plain = {.width = 80};

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text) {
        size_t length = strcspn(text, "\n");
        longest = length > longest ? length : longest;
        text += length + (text[length] == '\n');
    }
    return longest;
}

static size_t times(const char *text, const char *word)
{
    size_t count = 0;
    while ((text = strstr(text, word)) != NULL) {
        count++;
        text++;
    }
    return count;
}

static void all_well_is_short(void **state)
{
    (void)state;
    struct report report = report_made();
    for (int i = 11; i < 14; i++)
        report_add(&report, verdict_made(i, "a check", VERDICT_PASS, NULL));
    char *text = written("text", &report, &plain);
    assert_int_equal(lines_of(text), 5);
    assert_non_null(strstr(text, "01-blocking  Blocking sockets"));
    assert_non_null(strstr(text, "score 30 of 30, 3 of 3 checks passed, 2.5 s, seed 4242"));
    free(text);
    struct report_style told = plain;
    told.told = true;
    text = written("text", &report, &told);
    assert_int_equal(lines_of(text), 2);
    free(text);
    report_clear(&report);
}

static void a_failure_tells_its_story(void **state)
{
    (void)state;
    struct report report = report_made();
    struct verdict *verdict = verdict_made(21, "a silent client keeps nobody waiting",
                                           VERDICT_FAIL, "client 2: 0 of 6 bytes came");
    for (int i = 0; i < 12; i++) {
        add_line(&verdict->steps, &verdict->step_count, "client 1: send 5 bytes");
        add_line(&verdict->calls, &verdict->call_count, "thread 1: recv(5) = 3");
    }
    verdict->difference = strdup("first difference at byte 0 of the stream:\n"
                                 "expected      0  68  |h|\n1\n2\n3\ngot 1\n2\n3\n4\n");
    report_add(&report, verdict);
    char *text = written("text", &report, &plain);
    static const char *const words[] = {
        "FAIL   21  a silent client keeps nobody waiting",
        "client 2: 0 of 6 bytes came",
        "thread 1 has been asleep in recv(4) on connection 1 for 1.9 s",
        "hint: Which call is your server asleep in?",
        "iolab hint 01 21",
        "iolab show 01/21",
        "expected      0  68",
        "score 0 of 10",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(text, words[i]))
            fail_msg("no \"%s\" in:\n%s", words[i], text);
    assert_true(lines_of(text) <= 25 + 5);
    assert_true(longest_line(text) <= 80);
    free(text);
    report_clear(&report);
}

static void what_befell_many_is_told_once(void **state)
{
    (void)state;
    struct report report = report_made();
    for (int i = 11; i < 40; i++) {
        char message[80];
        snprintf(message, sizeof message, "The server died of SIGSEGV at 0.%03d s.", i);
        report_add(&report, verdict_made(i, "a check", VERDICT_FAIL, message));
    }
    struct report_style told = plain;
    told.told = true;
    char *text = written("text", &report, &told);
    assert_int_equal(times(text, "SIGSEGV"), 1);
    assert_non_null(strstr(text, "the same in checks 12, 13, 14"));
    assert_true(lines_of(text) < 25);
    free(text);
    report_clear(&report);
}

static void what_does_not_compile_is_told_once(void **state)
{
    (void)state;
    struct report report = report_made();
    report.built = false;
    report.build = "server.c:4:1: error: expected ';'\n  4 | int x\n";
    for (int i = 11; i < 30; i++)
        report_add(&report, verdict_made(i, "a check", VERDICT_FAIL, "it does not compile"));
    char *text = written("text", &report, &plain);
    assert_int_equal(times(text, "server.c:4:1: error"), 1);
    assert_true(lines_of(text) < 10);
    free(text);
    report.built = true;
    text = written("text", &report, &plain);
    assert_non_null(strstr(text, "the compiler warns"));
    free(text);
    report_clear(&report);
}

static void hostile_text_cannot_move_the_cursor(void **state)
{
    (void)state;
    struct report report = report_mixed(HOSTILE HOSTILE HOSTILE HOSTILE);
    report.build = HOSTILE;
    for (int unicode = 0; unicode < 2; unicode++) {
        struct report_style style = {.width = 60, .unicode = unicode};
        char *text = written("text", &report, &style);
        for (const char *c = text; *c; c++)
            assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
        assert_null(strstr(text, "\x7f"));
        assert_null(strstr(text, "\xe2\x80\xae"));
        assert_true(unicode == (strstr(text, "\xc3\xa9") != NULL));
        free(text);
    }
    report_clear(&report);
}

static void colour_is_never_the_only_sign(void **state)
{
    (void)state;
    struct report report = report_mixed("m");
    struct report_style style = {.width = 80, .colour = true};
    char *text = written("text", &report, &style);
    assert_non_null(strstr(text, "\033["));
    static const char *const words[] = {"ok", "FAIL", "error", "unseen"};
    for (size_t i = 0; i < 4; i++)
        assert_non_null(strstr(text, words[i]));
    free(text);
    text = written("text", &report, &plain);
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "1 not observed, which counts neither way"));
    assert_non_null(strstr(text, "an error of the lab or of this machine"));
    free(text);
    report_clear(&report);
}

static void a_file_is_no_terminal(void **state)
{
    (void)state;
    FILE *out = tmpfile();
    setenv("TERM", "xterm", 1);
    struct report_style style = report_style_for(out);
    assert_false(style.terminal);
    assert_false(style.colour);
    assert_int_equal(style.width, 80);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_well_is_short),
        cmocka_unit_test(a_failure_tells_its_story),
        cmocka_unit_test(what_befell_many_is_told_once),
        cmocka_unit_test(what_does_not_compile_is_told_once),
        cmocka_unit_test(hostile_text_cannot_move_the_cursor),
        cmocka_unit_test(colour_is_never_the_only_sign),
        cmocka_unit_test(a_file_is_no_terminal),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
