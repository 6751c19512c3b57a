/* The worksheet for Moodle: RFC 4180, Moodle's columns, no formulas, no mark that nobody gave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "grading/export/export.h"

#define COLUMNS 8
#define ROWS    16
#define EVIL    "=cmd|' /C calc'!A0\",\"x\r\n\x1b[31m\xff"

struct table {
    char cells[ROWS][COLUMNS][4096];
    size_t rows;
};

/* One cell from *at on, by RFC 4180; moves on to what ends it. */
static void read_cell(const char **at, char *cell)
{
    size_t size = 0;
    bool quoted = **at == '"';
    for (*at += quoted; **at; ++*at) {
        if (quoted && (*at)[0] == '"' && (*at)[1] != '"')
            break;
        if (!quoted && (**at == ',' || **at == '\r'))
            break;
        assert_true(quoted || **at != '"');
        *at += quoted && **at == '"';
        cell[size++] = **at;
        assert_true(size < 4096);
    }
    cell[size] = '\0';
    if (quoted)
        assert_int_equal(*(*at)++, '"');
}

/* Every line has the same cells and ends with CRLF. */
static struct table *table_of(const char *text)
{
    struct table *table = calloc(1, sizeof *table);
    for (const char *at = text; *at; at += 2, table->rows++) {
        assert_true(table->rows < ROWS);
        for (size_t column = 0; column < COLUMNS; column++) {
            read_cell(&at, table->cells[table->rows][column]);
            if (column + 1 < COLUMNS)
                assert_int_equal(*at++, ',');
        }
        assert_memory_equal(at, "\r\n", 2);
    }
    return table;
}

static struct table *worksheet(struct mark *all, size_t count)
{
    const struct marks marks = {all, count};
    struct failure failure;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(export_moodle(out, &marks, &failure), 0);
    fclose(out);
    struct table *table = table_of(text);
    free(text);
    assert_int_equal(table->rows, count + 1);
    return table;
}

static struct mark graded(char *id, char *name)
{
    static char nothing[] = "";
    return (struct mark){.student = id,
                         .id = id,
                         .name = name,
                         .section = nothing,
                         .submitted = true,
                         .attempt = 1,
                         .points = 86,
                         .mark = 66,
                         .days = 2,
                         .penalty = 20,
                         .why = nothing,
                         .reason = nothing,
                         .by = nothing};
}

static void the_columns_are_moodles(void **state)
{
    static const char *const columns[COLUMNS] = {
        "Identifier", "Full name",     "Email address",         "Status",
        "Grade",      "Maximum Grade", "Last modified (grade)", "Feedback comments"};
    (void)state;
    char id[] = "ada@example.org", name[] = "Ada Lovelace";
    struct mark mark = graded(id, name);
    struct table *table = worksheet(&mark, 1);
    for (size_t i = 0; i < COLUMNS; i++)
        assert_string_equal(table->cells[0][i], columns[i]);
    assert_string_equal(table->cells[1][0], "ada@example.org");
    assert_string_equal(table->cells[1][1], "Ada Lovelace");
    assert_string_equal(table->cells[1][2], "ada@example.org");
    assert_string_equal(table->cells[1][3], "Submitted for grading - graded");
    assert_string_equal(table->cells[1][4], "66.00");
    assert_string_equal(table->cells[1][5], "100.00");
    assert_string_equal(table->cells[1][7],
                        "86 of 100 points. Late by 2 days: 20 points less.");
    free(table);
}

static void a_participant_is_found_in_moodles_names(void **state)
{
    (void)state;
    char moodle[] = "Ada Lovelace_12345_assignsubmission_file_", other[] = "ada",
         fake[] = "x__assignsubmission_file_";
    struct mark all[] = {graded(moodle, moodle), graded(other, moodle), graded(fake, fake)};
    struct table *table = worksheet(all, 3);
    assert_string_equal(table->cells[1][0], "Participant 12345");
    assert_string_equal(table->cells[2][0], "Participant 12345");
    assert_string_equal(table->cells[3][0], fake);
    free(table);
}

static void no_cell_is_a_formula_or_breaks_out(void **state)
{
    (void)state;
    static const char *const firsts[] = {"=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", EVIL};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        char *evil = strdup(firsts[i]);
        struct mark mark = graded(evil, evil);
        mark.attempt = 0;
        mark.overridden = true;
        mark.why = evil;
        struct table *table = worksheet(&mark, 1);
        for (size_t column = 0; column < COLUMNS; column++)
            if (column != 6) /* always "-" */
                assert_int_equal(strspn(table->cells[1][column], "=+-@\t\r"), 0);
        assert_int_equal(table->cells[1][0][0], '\'');
        assert_int_equal(table->cells[1][7][0], '\'');
        free(table);
        free(evil);
    }
}

static void what_has_no_mark_yet_has_an_empty_grade(void **state)
{
    (void)state;
    char id[] = "ada", why[] = "The machine could not grade it yet.";
    struct mark all[] = {graded(id, id), graded(id, id), graded(id, id)};
    all[0].submitted = false;
    all[0].attempt = 0;
    all[1].attempt = 0;
    all[1].why = why;
    all[2].submitted = false;
    all[2].attempt = 0;
    all[2].overridden = true;
    struct table *table = worksheet(all, 3);
    assert_string_equal(table->cells[1][4], "");
    assert_string_equal(table->cells[1][3], "No submission");
    assert_string_equal(table->cells[2][4], "");
    assert_string_equal(table->cells[2][7], why);
    assert_string_equal(table->cells[3][4], "66.00");
    free(table);
}

static void long_names_and_no_marks_at_all(void **state)
{
    (void)state;
    char *name = calloc(1, 10001);
    memset(name, '"', 10000);
    struct mark mark = graded(name, name);
    free(worksheet(&mark, 1));
    free(worksheet(NULL, 0));
    free(name);
}

static void a_full_disk_is_a_failure(void **state)
{
    (void)state;
    const struct marks none = {0};
    struct failure failure = {.text = ""};
    FILE *out = fopen("/dev/full", "we");
    assert_non_null(out);
    assert_int_equal(export_moodle(out, &none, &failure), -1);
    assert_int_equal(failure.status, STATUS_MACHINE);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_columns_are_moodles),
        cmocka_unit_test(a_participant_is_found_in_moodles_names),
        cmocka_unit_test(no_cell_is_a_formula_or_breaks_out),
        cmocka_unit_test(what_has_no_mark_yet_has_an_empty_grade),
        cmocka_unit_test(long_names_and_no_marks_at_all),
        cmocka_unit_test(a_full_disk_is_a_failure),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
