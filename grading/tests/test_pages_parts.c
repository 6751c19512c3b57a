/* What pages are made of: texts, lines, colours, programs with limits, pictures. */
#include "grading/tests/paged.h"

#include <math.h>

#include "grading/pages/program.h"
#include "grading/pages/style.h"
#include "grading/pages/wrap.h"

/* --- texts --- */

#define WORDS(text) ((struct page_words){text, sizeof text - 1})

static void expect(struct page_words words, size_t most, unsigned form, const char *expected)
{
    char *text = page_clean(words, most, form);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

static void texts_are_made_fit_to_be_shown(void **state)
{
    (void)state;
    expect(WORDS("plain"), 99, PAGE_PLAIN, "plain");
    expect(WORDS(""), 99, PAGE_PLAIN, "");
    expect(WORDS("a\0b"), 99, PAGE_PLAIN, "a\\x00b");
    expect(WORDS("\0"), 99, PAGE_PLAIN, "\\x00");
    expect(WORDS("a\nb\tc\rd"), 99, PAGE_PLAIN, "a\\nb\\tc\\rd");
    expect(WORDS("a\r\nb\tc"), 99, PAGE_LINES, "a\nb    c");
    expect(WORDS("\x1b[1m\x7f\xc2\x85"), 99, PAGE_PLAIN, "\\x1b[1m\\x7f\\x85");
    expect(WORDS("\xe2\x80\xae\xef\xbb\xbf"), 99, PAGE_PLAIN, "\\u202e\\ufeff");
    expect(WORDS("\xf3\xa0\x81\x81"), 99, PAGE_PLAIN, "\\U000e0041"); /* a tag */
    expect(WORDS("\xff\xc3"), 99, PAGE_PLAIN, "\xef\xbf\xbd\xef\xbf\xbd");
    expect(WORDS("<a b='c'>&\""), 99, PAGE_MARKUP, "&#60;a b&#61;&#39;c&#39;&#62;&#38;&#34;");
    expect(WORDS("<a>"), 99, PAGE_PLAIN, "<a>");
    expect(WORDS("\xd9\x85 \xe5\xb1\xb1 \xc3\x89"), 99, PAGE_MARKUP,
           "\xd9\x85 \xe5\xb1\xb1 \xc3\x89");
}

static void long_texts_are_cut_and_say_so(void **state)
{
    (void)state;
    expect(WORDS("0123456789"), 4, PAGE_PLAIN, "0123 [6 more bytes]");
    expect(WORDS("0123456789"), 10, PAGE_PLAIN, "0123456789");
    char line[3002];
    memset(line, 'x', 3000);
    strcpy(line + 3000, "\n");
    char *text = page_clean(page_words(line), 9000, PAGE_LINES);
    assert_non_null(text);
    assert_says(text, "x [2400 more bytes]\n");
    free(text);
}

/* So many marks on a letter that they would lie over the lines around it. */
static void marks_do_not_climb(void **state)
{
    (void)state;
    expect(WORDS("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81o"), 99, PAGE_PLAIN,
           "e\xcc\x81\xcc\x81\xcc\x81\\u0301\\u0301o");
}

static void numbers_are_short(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0, "0"},          {-0.0, "0"},  {86, "86"},   {74.4, "74.4"},
                 {66.666, "66.67"}, {-10, "-10"}, {NAN, "-"},   {INFINITY, "-"},
                 {1e300, "-"},      {100, "100"}, {0.001, "0"}, {-0.001, "0"}};
    char text[PAGE_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(page_number(text, cases[i].number), cases[i].text);
}

static void times_are_read_or_left(void **state)
{
    (void)state;
    char text[PAGE_TIME_SIZE];
    assert_string_equal(page_time(text, "2026-11-28T22:10:00Z"), "2026-11-28 22:10 UTC");
    assert_string_equal(page_time(text, "2026-11-28T22:10:00+01:00"),
                        "2026-11-28T22:10:00+01:00");
    assert_string_equal(page_time(text, "yesterday"), "yesterday");
    assert_string_equal(page_time(text, ""), "");
}

/* --- lines --- */

typedef void put_fn(FILE *out, struct page_words words);

static void put_wrapped(FILE *out, struct page_words words)
{
    page_wrap(out, "first ", 10, words, 9999, PAGE_LINES);
}

static void put_folded(FILE *out, struct page_words words)
{
    page_fold(out, 4, words, 9999);
}

static void put_cut(FILE *out, struct page_words words)
{
    page_cut(out, "first ", words);
}

static char *made(put_fn *put, const char *words)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    put(out, page_words(words));
    assert_int_equal(fclose(out), 0);
    return text;
}

static void expect_made(put_fn *put, const char *words, const char *expected)
{
    char *text = made(put, words);
    assert_string_equal(text, expected);
    free(text);
}

#define TEN   "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

static void lines_have_eighty_columns(void **state)
{
    (void)state;
    expect_made(put_wrapped, "a b", "first     a b\n");
    expect_made(put_wrapped, "a\nb", "first     a\n          b\n");
    expect_made(put_wrapped, FIFTY " " FIFTY, "first     " FIFTY "\n          " FIFTY "\n");
    expect_made(put_wrapped, FIFTY FIFTY,
                "first     " FIFTY TEN TEN "\n          " TEN TEN TEN "\n");
    expect_made(put_folded, FIFTY FIFTY, "    " FIFTY TEN TEN "012345\n    6789" TEN TEN "\n");
    expect_made(put_cut, "short", "first short\n");
    expect_made(put_cut, FIFTY FIFTY, "first " FIFTY TEN TEN "0...\n");
    /* these take two columns each */
    char *wide =
        made(put_cut,
             "山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山山");
    assert_says(wide, "...\n");
    free(wide);
}

/* --- colours --- */

static double light_of(const char *colour, int place)
{
    unsigned value;
    char digits[3] = {colour[1 + 2 * place], colour[2 + 2 * place], '\0'};
    assert_int_equal(sscanf(digits, "%x", &value), 1);
    double share = value / 255.0;
    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

/* Relative luminance, and contrast: WCAG 2.2, definitions. */
static double luminance(const char *colour)
{
    return 0.2126 * light_of(colour, 0) + 0.7152 * light_of(colour, 1) +
           0.0722 * light_of(colour, 2);
}

static double contrast(const char *one, const char *other)
{
    double a = luminance(one), b = luminance(other);
    return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

static void text_stands_out_from_paper_and_card(void **state)
{
    (void)state;
    static const struct {
        const char *name, *shades[2];
    } colours[] = {
#define X(name, light, dark) {#name, {light, dark}},
        PAGE_COLOURS(X)
#undef X
    };
    for (size_t i = 3; i < sizeof colours / sizeof *colours;
         i++) /* paper, card, line: no text */
        for (int shade = 0; shade < 2; shade++)
            for (int under = 0; under < 2; under++)
                if (contrast(colours[i].shades[shade], colours[under].shades[shade]) < 4.5)
                    fail_msg("%s on %s: too little contrast", colours[i].name,
                             colours[under].name);
}

/* --- programs --- */

static enum page_ran run_shell(const char *script, const char *input, double seconds,
                               char **output, size_t *size)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    const struct page_program program = {
        .arguments = arguments, .input = input, .seconds = seconds, .output = 1000};
    return page_run(&program, output, size);
}

static void expect_run(const char *script, enum page_ran ran, const char *said)
{
    char *output;
    size_t size;
    assert_int_equal(run_shell(script, "asked\n", ran == PAGE_SLOW ? 0.2 : 20, &output, &size),
                     ran);
    assert_non_null(output);
    assert_memory_equal(output, said, strlen(said));
    free(output);
}

static void programs_have_limits(void **state)
{
    (void)state;
    expect_run("cat; echo and >&2; echo so", PAGE_RAN, "asked\nso\n");
    expect_run("echo begun; exec sleep 60", PAGE_SLOW, "begun\n");
    expect_run("echo begun; exec >&-; exec sleep 60", PAGE_SLOW, "begun\n");
    expect_run("echo begun; sleep 60 & wait", PAGE_SLOW, "begun\n");
    expect_run("while :; do echo 0123456789; done", PAGE_LARGE, "0123");
    expect_run("echo begun; exit 3", PAGE_BROKEN, "begun\n");
    expect_run("kill -9 $$", PAGE_BROKEN, "");
}

static void a_missing_program_is_told_apart(void **state)
{
    (void)state;
    static const char *const arguments[] = {"/nowhere/at/all", NULL};
    const struct page_program program = {.arguments = arguments, .seconds = 1, .output = 10};
    char *output;
    size_t size;
    assert_int_equal(page_run(&program, &output, &size), PAGE_MISSING);
    free(output);
}

/* --- pictures --- */

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/pictures-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    graded_remove(folder);
    return 0;
}

static void put_file(const char *name, const char *text, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* The page of one with six failed checks, drawn by a script. Checks 13 and 14 share a recording. */
static char *page_drawn_by(const char *script, const char *recordings)
{
    char show[96];
    struct failure failure;
    struct result result = graded("ada", 0);
    struct mark mark = paged_mark("ada", "Ada");
    json_t *checks = json_array();
    put_file("show", script, 0755);
    for (int i = 11; i < 17; i++) {
        char name[96];
        json_t *check =
            paged_check(i, "fail", false, json_string("a check"), json_string("it came late"));
        json_array_append_new(checks, check);
        snprintf(name, sizeof name, "%02d.iorec", i == 14 ? 13 : i);
        json_object_set_new(check, "recording", json_string(name));
        put_file(name, "a recording", 0644);
    }
    snprintf(show, sizeof show, "%s/show", folder);
    result.recordings = (char *)recordings;
    result.report = json_pack("{s:b, s:o}", "built", true, "checks", checks);
    const struct page_options options = {.pictures = true, .folder = folder, .show = show};
    if (page_student(&result, &mark, &options, &failure) < 0)
        fail_msg("%s", failure.text);
    json_decref(result.report);
    return paged_read(folder, "pages/ada/index.html");
}

static int count(const char *text, const char *part)
{
    int found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

static void a_page_has_three_pictures(void **state)
{
    (void)state;
    char *page =
        page_drawn_by("#!/bin/sh\nprintf '<svg id=\"%s\"/>' \"$*\" | tr -d '\\n'\n", ".");
    paged_harmless(page);
    assert_int_equal(count(page, "<img "), 3);
    assert_says(page, "alt=\"Time line of check 11, a check. it came late\"");
    assert_says(page, "Its time line is <a href=\"#check-13\">");
    free(page);
}

static void what_cannot_be_drawn_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *script, *recordings, *said;
    } cases[] = {
        {"#!/bin/sh\nexit 1\n", ".", "its recording cannot be drawn"},
        {"#!/bin/sh\necho no picture\n", ".", "its recording cannot be drawn"},
        {"#!/bin/sh\necho '<svg>'; head -c 300000 /dev/zero\n", ".",
         "it is too large for a page"},
        {"#!/nowhere/at/all\n", ".", "the program that draws it is not here"},
        {"#!/bin/sh\necho '<svg/>'\n", "nowhere", "its recording was not kept"},
        {"#!/bin/sh\necho '<svg/>'\n", "../..", "its recording was not kept"},
        {"#!/bin/sh\necho '<svg/>'\n", "/tmp", "its recording was not kept"},
        {"#!/bin/sh\necho '<svg/>'\n", NULL, "its recording was not kept"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *page = page_drawn_by(cases[i].script, cases[i].recordings);
        paged_harmless(page);
        assert_int_equal(count(page, "<img "), 0);
        assert_int_equal(count(page, cases[i].said), 3);
        free(page);
    }
}

/* A link in the place of a recording is not followed. */
static void a_recording_is_a_plain_file(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/links", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/links/11.iorec", folder);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    char *page = page_drawn_by("#!/bin/sh\necho '<svg/>'\n", "links");
    assert_int_equal(count(page, "<img "), 0);
    free(page);
}

#define PICTURED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_made_fit_to_be_shown),
        cmocka_unit_test(long_texts_are_cut_and_say_so),
        cmocka_unit_test(marks_do_not_climb),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(times_are_read_or_left),
        cmocka_unit_test(lines_have_eighty_columns),
        cmocka_unit_test(text_stands_out_from_paper_and_card),
        cmocka_unit_test(programs_have_limits),
        cmocka_unit_test(a_missing_program_is_told_apart),
        PICTURED(a_page_has_three_pictures),
        PICTURED(what_cannot_be_drawn_is_told),
        PICTURED(a_recording_is_a_plain_file),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pages' parts", tests, NULL, NULL);
}
