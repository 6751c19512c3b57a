/* Marks as CSV: a line a student, no formula, whole or not at all. */
#include "grading/tests/booked.h"

static char *csv(const struct marks *marks)
{
    char path[128], *text = calloc(1, 1 << 16);
    snprintf(path, sizeof path, "%s/marks.csv", booked_folder);
    booked_well(marks_write_csv(marks, path, &booked_failure));
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    assert_true(fread(text, 1, (1 << 16) - 1, in) > 0);
    fclose(in);
    return text;
}

static const char head[] =
    "student,name,section,mark,points,late,penalty,override,reason,by,state,official,attempt,"
    "listed,submitted,why,key\r\n";

static struct mark made(char *id)
{
    return (struct mark){.student = "k",
                         .id = id,
                         .name = "",
                         .section = "",
                         .reason = "",
                         .by = "",
                         .why = "",
                         .state = RESULT_INFRASTRUCTURE};
}

static void a_line_a_student(void **state)
{
    (void)state;
    struct mark all[] = {made("ada"), made("bob"), made("cyd"), made("dan")};
    all[0].attempt = 3;
    all[0].state = RESULT_GRADED;
    all[0].listed = all[0].submitted = all[0].official = true;
    all[0].points = 86.125;
    all[0].days = 2;
    all[0].penalty = 20;
    all[0].mark = 66.125;
    all[1].submitted = all[2].submitted = all[2].overridden = true;
    all[2].override_points = all[2].mark = 50;
    all[2].reason = "said \"so\", twice";
    all[2].by = "B";
    struct marks marks = {all, 4};
    char *text = csv(&marks);
    assert_true(strncmp(text, head, strlen(head)) == 0);
    assert_string_equal(
        text + strlen(head),
        "\"ada\",\"\",\"\",66.13,86.13,2,20,,\"\",\"\",graded,yes,3,yes,yes,\"\",\"k\"\r\n"
        "\"bob\",\"\",\"\",,,,,,\"\",\"\",waiting,,,no,yes,\"\",\"k\"\r\n"
        "\"cyd\",\"\",\"\",50,,,,50,\"said \"\"so\"\", "
        "twice\",\"B\",waiting,,,no,yes,\"\",\"k\"\r\n"
        "\"dan\",\"\",\"\",0,,,,,\"\",\"\",missing,,,no,no,\"\",\"k\"\r\n");
    free(text);
    text = csv(&(struct marks){0});
    assert_string_equal(text, head);
    free(text);
}

static void no_cell_is_a_formula_or_a_command(void **state)
{
    (void)state;
    static const struct {
        const char *name, *cell;
    } cases[] = {{"=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""},
                 {"+1", "\"'+1\""},
                 {"-1", "\"'-1\""},
                 {"@SUM(A1)", "\"'@SUM(A1)\""},
                 {" \t\r\n=1", "\"'    =1\""},
                 {"\xef\xbc\x9d"
                  "1",
                  "\"'\xef\xbc\x9d"
                  "1\""},
                 {"\xef\xbb\xbf=1", "\"' =1\""},
                 {"a=1", "\"a=1\""},
                 {"\",=1,\"", "\"\"\",=1,\"\"\""},
                 {"a\nb\r\nc", "\"a b  c\""},
                 {"\x1b[31mred\x07", "\" [31mred \""},
                 {"\xe2\x80\xae"
                  "dab",
                  "\" dab\""},
                 {"\xd9\x86\xe2\x80\x8c\xd8\xa7", "\"\xd9\x86\xe2\x80\x8c\xd8\xa7\""},
                 {"\xff", "\"\xef\xbf\xbd\""},
                 {"", "\"\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mark mark = made((char *)cases[i].name);
        struct marks marks = {&mark, 1};
        char *text = csv(&marks);
        const char *line = text + strlen(head);
        if (strncmp(line, cases[i].cell, strlen(cases[i].cell)) != 0 ||
            line[strlen(cases[i].cell)] != ',')
            fail_msg("case %zu: %s", i, line);
        free(text);
    }
}

static int write_too_much(void *with)
{
    struct failure failure;
    struct mark mark = made("ada");
    struct marks marks = {&mark, 1};
    graded_limit(50);
    return marks_write_csv(&marks, with, &failure) < 0 && strstr(failure.text, "Make room") &&
                   strstr(failure.text, with)
               ? 0
               : 1;
}

static int write_as_nobody(void *with)
{
    struct failure failure;
    struct marks marks = {0};
    graded_nobody();
    return marks_write_csv(&marks, with, &failure) < 0 &&
                   strstr(failure.text, "Make its folder writable")
               ? 0
               : 1;
}

static void marks_are_written_whole_or_not_at_all(void **state)
{
    (void)state;
    char path[128];
    struct failure failure;
    char *text = csv(&(struct marks){0});
    snprintf(path, sizeof path, "%s/marks.csv", booked_folder);
    assert_int_equal(graded_apart(write_too_much, path), 0);
    assert_int_equal(chmod(booked_folder, 0555), 0);
    assert_int_equal(graded_apart(write_as_nobody, path), 0);
    assert_int_equal(chmod(booked_folder, 0700), 0);
    assert_int_equal(graded_count(booked_folder), 1);
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, strlen(text));
    strcat(path, "/marks.csv");
    assert_int_equal(marks_write_csv(&(struct marks){0}, path, &failure), -1);
    assert_says(failure.text, "Make its folder first");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(a_line_a_student),
        BOOKED(no_cell_is_a_formula_or_a_command),
        BOOKED(marks_are_written_whole_or_not_at_all),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
