/* Rosters: CSV as people and programs write it, and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/intake/intake.h"
#include "grading/intake/roster.h"

static struct failure failure;

static struct roster *read_bytes(const char *bytes, size_t size)
{
    char path[] = "/tmp/iolab-roster-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), size);
    close(file);
    struct roster *roster = roster_read(path, &failure);
    if (!roster)
        assert_non_null(strstr(failure.text, path));
    unlink(path);
    return roster;
}

static struct roster *read_text(const char *text)
{
    struct roster *roster = read_bytes(text, strlen(text));
    if (!roster)
        fail_msg("%s", failure.text);
    return roster;
}

static void expect_failure(const char *bytes, size_t size, const char *text)
{
    failure = (struct failure){.text = ""};
    assert_null(read_bytes(bytes, size));
    assert_int_equal(failure.status, STATUS_USAGE);
    if (!strstr(failure.text, text))
        fail_msg("\"%s\" is not in: %s", text, failure.text);
}

#define EXPECT_FAILURE(text, why) expect_failure(text, strlen(text), why)

static void all_columns(void **state)
{
    (void)state;
    struct roster *roster = read_text("email,Name,student,extension,color,section,deadline\n"
                                      "a@x.org,Ada Lovelace,ada,1.5,red,A,2026-11-28T22:00Z\n"
                                      "b@x.org,Bob,Bob,,blue,,\n");
    assert_int_equal(roster->count, 2);
    const struct roster_student *ada = &roster->students[0], *bob = &roster->students[1];
    assert_string_equal(ada->key, "ada");
    assert_string_equal(ada->name, "Ada Lovelace");
    assert_string_equal(ada->email, "a@x.org");
    assert_string_equal(ada->section, "A");
    assert_true(ada->extension == 1.5);
    assert_int_equal(ada->deadline, 1795903200);
    assert_string_equal(bob->student, "Bob");
    assert_string_equal(bob->section, "");
    assert_true(bob->extension == 0 && bob->deadline == 0);
    assert_string_equal(roster->warnings, "");
    char *key = intake_key("Bob");
    assert_ptr_equal(roster_find(roster, key), bob);
    assert_null(roster_find(roster, "cat"));
    free(key);
    roster_free(roster);
}

static void names_of_the_column(void **state)
{
    static const char *const names[] = {"student", "username", "login", "sid", "id", "ID"};
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(text, sizeof text, "name,%s\nAda,ada\n", names[i]);
        struct roster *roster = read_text(text);
        assert_string_equal(roster->students[0].student, "ada");
        roster_free(roster);
    }
    struct roster *roster = read_text("id,login,name\n17,ada,Ada\n");
    assert_string_equal(roster->students[0].student, "ada");
    roster_free(roster);
}

static void as_others_write_it(void **state)
{
    static const char *const texts[] = {
        "student,name\nada,\"Lovelace, \"\"Ada\"\"\nof London\"\nbob,Bob\n",
        "student,name\r\nada,\"Lovelace, \"\"Ada\"\"\nof London\"\r\nbob,Bob\r\n",
        "\xEF\xBB\xBFstudent,name\n\n\r\n ada ,\"Lovelace, \"\"Ada\"\"\nof London\"\n\nbob,Bob",
        "student;name\nada;\"Lovelace, \"\"Ada\"\"\nof London\"\nbob;Bob;more;and more\n",
        "\"student\"\t\"name\"\nada\t\"Lovelace, \"\"Ada\"\"\nof London\"\nbob\tBob\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct roster *roster = read_text(texts[i]);
        assert_int_equal(roster->count, 2);
        assert_string_equal(roster->students[0].student, "ada");
        assert_string_equal(roster->students[0].name, "Lovelace, \"Ada\"\nof London");
        assert_string_equal(roster->students[1].name, "Bob");
        roster_free(roster);
    }
}

static void odd_lines_are_told(void **state)
{
    (void)state;
    struct roster *roster =
        read_text("student,name\nada,first\n\"x\ny\",\n,nobody\nada,again\n");
    assert_int_equal(roster->count, 2);
    assert_string_equal(roster->students[0].name, "first");
    assert_non_null(strstr(roster->warnings, "line 5 names no student"));
    assert_non_null(strstr(roster->warnings, "line 6: \"ada\" is there twice"));
    roster_free(roster);
    roster = read_text("student,name\nada,J\xFCrgen\n");
    assert_string_equal(roster->students[0].name, "J\xEF\xBF\xBDrgen");
    assert_non_null(strstr(roster->warnings, "not UTF-8"));
    roster_free(roster);
}

static void hostile_names(void **state)
{
    char *longest = calloc(1, 10100);
    (void)state;
    strcpy(longest, "student,name\n");
    memset(longest + strlen(longest), 'n', 10000);
    struct roster *roster = read_text(longest);
    assert_int_equal(strlen(roster->students[0].student), 10000);
    assert_int_equal(strlen(roster->students[0].key), 64);
    roster_free(roster);
    roster = read_text("student,name\n../../etc,<script>\n=cmd|' /C calc'!A0,\x1b[31m\n");
    assert_int_equal(roster->count, 2);
    assert_null(strchr(roster->students[0].key, '/'));
    assert_string_equal(roster->students[1].name, "\x1b[31m");
    roster_free(roster);
    free(longest);
}

static void what_cannot_be_read(void **state)
{
    (void)state;
    assert_null(roster_read("/nonexistent/roster.csv", &failure));
    assert_non_null(strstr(failure.text, "/nonexistent/roster.csv"));
    assert_null(roster_read("/", &failure));
    EXPECT_FAILURE("", "no header line");
    EXPECT_FAILURE("\n\n", "no header line");
    EXPECT_FAILURE("name,email\nAda,a@x.org\n", "line 1: no column is called student");
    EXPECT_FAILURE("student\n", "names no student");
    EXPECT_FAILURE("student,name\nada,\"Ada\nbob,Bob\n", "line 2: a quote is not closed");
    EXPECT_FAILURE("student,name\nbob,Bob\nada,\"Ada\"x\n", "line 3: a quote");
    EXPECT_FAILURE("student,extension\nada,two\n", "line 2: extension \"two\"");
    EXPECT_FAILURE("student,extension\nada,-1\n", "line 2: extension");
    EXPECT_FAILURE("student,extension\nada,inf\n", "line 2: extension");
    EXPECT_FAILURE("student,extension\nada,nan\n", "line 2: extension");
    EXPECT_FAILURE("student,deadline\nada,28.11.2026\n", "line 2: deadline \"28.11.2026\"");
    expect_failure("student\na\0b\n", 12, "line 2: there is a NUL");
    expect_failure("\xFF\xFEs\0t\0", 6, "UTF-16");
}

/* Any cut and any byte: an answer, and no crash. */
static void broken_bytes(void **state)
{
    static const char text[] = "student;\"name\"\r\nada;\"A \"\"d\"\" a\"\r\nbob;Bob\n";
    char bytes[sizeof text];
    (void)state;
    for (size_t size = 0; size < sizeof text; size++)
        roster_free(read_bytes(text, size));
    for (size_t i = 0; i + 1 < sizeof text; i++)
        for (const char *byte = "\"\n\r;,\xC3"; *byte; byte++) {
            memcpy(bytes, text, sizeof text);
            bytes[i] = *byte;
            roster_free(read_bytes(bytes, sizeof text - 1));
        }
}

static void expect_time(const char *text, time_t expected)
{
    time_t time = 0;
    if (roster_time(text, &time) < 0)
        fail_msg("%s is no time", text);
    if (time != expected)
        fail_msg("%s is %lld", text, (long long)time);
}

static void times(void **state)
{
    (void)state;
    expect_time("2026-11-28T22:10:00Z", 1795903800);
    expect_time("2026-11-28 22:10:00 Z", 1795903800);
    expect_time("2026-11-28 22:10:00.123456 UTC", 1795903800);
    expect_time("2026-11-28T23:10+01:00", 1795903800);
    expect_time("2026-11-28T23:40:00+0130", 1795903800);
    expect_time("2026-11-28T17:10-05", 1795903800);
    expect_time(" 2024-02-29T00:00:00Z ", 1709164800);
    expect_time("2026-11-28T24:00Z", 1795910400);
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    expect_time("2026-11-28T23:10", 1795903800);
    expect_time("2026-11-28", 1795906799);
    expect_time("2026-07-01", 1782943199);
    unsetenv("TZ");
    tzset();
}

static void no_times(void **state)
{
    static const char *const texts[] = {"",
                                        "today",
                                        "2026",
                                        "2026-11",
                                        "2026-13-01",
                                        "2026-02-29",
                                        "2026-11-31",
                                        "2026-11-00",
                                        "26-11-28",
                                        "2026-11-28T",
                                        "2026-11-28T25:00",
                                        "2026-11-28T24:01",
                                        "2026-11-28T10",
                                        "2026-11-28T10:60",
                                        "2026-11-28T10:00:60",
                                        "2026-11-28T10:00:",
                                        "2026-11-28T10:00:00.",
                                        "2026-11-28T10:00+1",
                                        "2026-11-28T10:00+24:00",
                                        "2026-11-28T10:00 PM",
                                        "2026-11-28Z",
                                        "2026-11-28T10:00ZZ",
                                        "1969-12-31",
                                        "2026/11/28",
                                        "2026-11-28x",
                                        "-2026-11-28"};
    time_t time;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (roster_time(texts[i], &time) == 0)
            fail_msg("%s is taken for a time", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_columns),        cmocka_unit_test(names_of_the_column),
        cmocka_unit_test(as_others_write_it), cmocka_unit_test(odd_lines_are_told),
        cmocka_unit_test(hostile_names),      cmocka_unit_test(what_cannot_be_read),
        cmocka_unit_test(broken_bytes),       cmocka_unit_test(times),
        cmocka_unit_test(no_times),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
