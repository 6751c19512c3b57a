/*
 * What a student gets: nothing that a submission holds does anything on a page or a terminal, what
 * is hidden is nowhere, each state is told. With PAGES_KEPT (a folder) the hostile page stays
 * there, for a test in a browser.
 */
#include "grading/tests/paged.h"

static char folder[64];

static int set_up(void **state)
{
    (void)state;
    graded_folder(folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    graded_remove(folder);
    return 0;
}

static const struct page_options everything = {
    .hidden = PAGE_FULL, .hints = true, .evidence = true, .pictures = true, .show = "/nowhere"};

static void write_page(const char *where, const struct result *result, const struct mark *mark,
                       struct page_options options)
{
    struct failure failure;
    options.folder = where;
    if (page_student(result, mark, &options, &failure) < 0)
        fail_msg("%s", failure.text);
}

/* --- hostile --- */

static void no_line_is_too_wide(const char *text)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        size_t columns = 0;
        for (const char *byte = line; *byte && *byte != '\n'; byte++)
            columns += ((unsigned char)*byte & 0xC0) != 0x80;
        if (columns > 80)
            fail_msg("%zu columns: %.100s", columns, line);
    }
}

static void hostile_in(const char *where, bool built)
{
    struct result result = graded("ada", 50);
    struct mark mark = paged_mark("ada", "Ada " PAGED_HOSTILE PAGED_WRONG);
    result.report = paged_hostile(built);
    mark.reason = mark.by = mark.why = mark.section = mark.id = PAGED_HOSTILE PAGED_WRONG;
    result.submitted = result.why = PAGED_HOSTILE;
    mark.overridden = true;
    mark.days = 2;
    write_page(where, &result, &mark, everything);
    json_decref(result.report);
}

static void what_is_hostile_does_nothing(void **state)
{
    (void)state;
    for (int built = 0; built < 2; built++) {
        hostile_in(folder, built);
        char *page = paged_read(folder, "pages/ada/index.html");
        char *text = paged_read(folder, "pages/ada/report.txt");
        paged_harmless(page);
        paged_shows(text);
        no_line_is_too_wide(text);
        assert_true(strlen(page) < 600000 && strlen(text) < 200000);
        assert_says(page, "\\u202e");
        assert_says(page, "\\x1b[2J");
        assert_says(page, "a\\x00&#60;script&#62;b\\x00");
        assert_says(text, "more bytes]");
        free(page);
        free(text);
    }
}

static void the_hostile_page_is_kept_when_asked_for(void **state)
{
    (void)state;
    if (!getenv("PAGES_KEPT"))
        skip();
    hostile_in(getenv("PAGES_KEPT"), true);
}

/* --- hidden checks --- */

/* One check that is hidden, one that passed, one that failed, and a rule that was broken in the
   hidden one. */
static json_t *with_secrets(void)
{
    json_t *hidden = paged_check(51, "fail", true, json_string("NAMESECRET"),
                                 json_string("MESSAGESECRET (50-more.lua:7)"));
    json_object_set_new(hidden, "hint", json_string("HINTSECRET"));
    json_object_set_new(hidden, "evidence",
                        json_pack("{s:[{s:f, s:s}], s:s, s:[], s:[]}", "steps", "time", 0.5,
                                  "text", "STEPSECRET", "difference", "BYTESECRET", "asleep",
                                  "calls"));
    json_t *rule =
        paged_check(2, "fail", false, json_string("it sleeps there"),
                    json_string("send(6) slept\n(seen in the check \"NAMESECRET\")"));
    json_object_set_new(rule, "recording", json_string("/elsewhere/51.iorec"));
    json_object_set_new(rule, "evidence",
                        json_pack("{s:[], s:n, s:[], s:[{s:f, s:s}]}", "steps", "difference",
                                  "asleep", "calls", "time", 0.5, "text", "CALLSECRET"));
    return json_pack(
        "{s:s, s:b, s:s, s:[o, o, o, o]}", "title", "a lab", "built", true, "build", "",
        "checks", paged_check(11, "pass", false, json_string("open"), json_null()),
        paged_check(21, "fail", false, json_string("OPENFAILED"), json_string("it came late")),
        hidden, rule);
}

static void show_secrets(enum page_detail detail, char **page, char **text)
{
    struct result result = graded("ada", 2);
    struct mark mark = paged_mark("ada", "Ada");
    struct page_options options = everything;
    options.hidden = detail;
    result.report = with_secrets();
    write_page(folder, &result, &mark, options);
    json_decref(result.report);
    *page = paged_read(folder, "pages/ada/index.html");
    *text = paged_read(folder, "pages/ada/report.txt");
    paged_harmless(*page);
}

static void what_is_hidden_is_nowhere(void **state)
{
    (void)state;
    static const char *const traces[] = {"SECRET",         "51",     "50-more",
                                         "Further checks", "0 of 4", "2 of 8"};
    char *forms[2];
    show_secrets(PAGE_HIDDEN, &forms[0], &forms[1]);
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < sizeof traces / sizeof *traces; k++)
            paged_lacks(forms[i], traces[k]);
        assert_says(forms[i], "OPENFAILED");
        assert_says(forms[i], "seen in a check that is not shown");
        assert_says(forms[i], "The points also count checks");
        free(forms[i]);
    }
}

static void names_are_all_that_is_shown_when_names_are_wanted(void **state)
{
    (void)state;
    static const char *const traces[] = {"MESSAGESECRET", "HINTSECRET", "STEPSECRET",
                                         "BYTESECRET",    "CALLSECRET", "50-more",
                                         "51.iorec"};
    char *forms[2];
    show_secrets(PAGE_NAMES, &forms[0], &forms[1]);
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < sizeof traces / sizeof *traces; k++)
            paged_lacks(forms[i], traces[k]);
        assert_says(forms[i], "NAMESECRET");
        free(forms[i]);
    }
}

static void all_is_shown_when_all_is_wanted(void **state)
{
    (void)state;
    static const char *const parts[] = {"NAMESECRET", "MESSAGESECRET", "HINTSECRET",
                                        "STEPSECRET", "BYTESECRET",    "CALLSECRET"};
    char *forms[2];
    show_secrets(PAGE_FULL, &forms[0], &forms[1]);
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            assert_says(forms[i], parts[k]);
        paged_lacks(forms[i], "The points also count");
        free(forms[i]);
    }
}

static void hints_and_evidence_only_where_wanted(void **state)
{
    (void)state;
    struct result result = graded("ada", 2);
    struct mark mark = paged_mark("ada", "Ada");
    result.report = with_secrets();
    write_page(folder, &result, &mark, (struct page_options){.hidden = PAGE_FULL});
    json_decref(result.report);
    char *page = paged_read(folder, "pages/ada/index.html");
    paged_lacks(page, "HINTSECRET");
    paged_lacks(page, "STEPSECRET");
    paged_lacks(page, "BYTESECRET");
    assert_says(page, "MESSAGESECRET");
    free(page);
}

/* --- states --- */

static void expect_both(const struct result *result, const struct mark *mark, const char *part)
{
    write_page(folder, result, mark, everything);
    char *page = paged_read(folder, "pages/ada/index.html");
    char *text = paged_read(folder, "pages/ada/report.txt");
    paged_harmless(page);
    assert_says(page, part);
    for (char *c = text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    assert_says(text, part);
    free(page);
    free(text);
}

static void every_state_is_told(void **state)
{
    (void)state;
    struct result result = graded("ada", 0);
    struct mark mark = paged_mark("ada", "Ada");
    result.official = false;
    expect_both(&result, &mark, "not an official mark");
    result.state = RESULT_REFUSED;
    result.why = "there is no server.c in it";
    expect_both(&result, &mark, "Nothing in what was handed in could be graded.");
    expect_both(&result, &mark, "there is no server.c in it");
    result.state = RESULT_INFRASTRUCTURE;
    mark.attempt = 0;
    expect_both(&result, &mark, "none yet");
    expect_both(&result, &mark, "not counted against you");
    expect_both(NULL, &mark, "is not graded yet");
    mark.submitted = false;
    expect_both(NULL, &mark, "Nothing was handed in");
}

static void the_mark_is_explained(void **state)
{
    (void)state;
    struct result result = graded("ada", 93);
    struct mark mark = paged_mark("ada", "Ada");
    result.max_points = 125;
    mark.points = 74.4;
    mark.days = 2;
    mark.penalty = 10;
    mark.mark = 64.4;
    expect_both(&result, &mark, "together gave 93 of 125 points");
    expect_both(&result, &mark, "2 begun days");
    expect_both(&result, &mark, "−10");
    expect_both(&result, &mark, "64.4");
    mark.overridden = true;
    mark.override_points = 95;
    mark.by = "the lecturer";
    mark.reason = "shown in the office";
    expect_both(&result, &mark, "by the lecturer");
    expect_both(&result, &mark, "shown in the office");
}

/* --- what cannot be written --- */

static void a_key_that_is_a_path_is_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {"",     ".",   "..",  "../ada", "a/b",
                                       "/etc", "a b", "Ada", "a\nb"};
    struct page_options options = {.folder = folder};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct mark mark = paged_mark(keys[i], "Ada");
        struct failure failure = {0};
        assert_int_equal(page_student(NULL, &mark, &options, &failure), -1);
        assert_says(failure.text, "no folder name");
        assert_int_equal(failure.status, STATUS_MACHINE);
    }
    assert_int_equal(graded_count(folder), 0);
}

static int fill_the_disk(void *with)
{
    struct mark mark = paged_mark("ada", "Ada Second");
    struct page_options options = {.folder = folder};
    struct failure failure = {0};
    graded_limit(100);
    return page_student(NULL, &mark, &options, &failure) == -1 &&
                   strstr(failure.text, with) != NULL
               ? 0
               : 1;
}

static void a_page_is_whole_or_the_old_one(void **state)
{
    (void)state;
    struct mark mark = paged_mark("ada", "Ada First");
    write_page(folder, NULL, &mark, everything);
    assert_int_equal(graded_apart(fill_the_disk, "index.html"), 0);
    char *page = paged_read(folder, "pages/ada/index.html"), pages[96];
    assert_says(page, "Ada First");
    snprintf(pages, sizeof pages, "%s/pages/ada", folder);
    assert_int_equal(graded_count(pages), 2);
    free(page);
}

static void a_file_in_the_way_is_named(void **state)
{
    (void)state;
    char path[96];
    struct mark mark = paged_mark("ada", "Ada");
    struct page_options options = {.folder = folder};
    struct failure failure = {0};
    snprintf(path, sizeof path, "%s/pages", folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(page_student(NULL, &mark, &options, &failure), -1);
    assert_says(failure.text, path);
}

#define PAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGED(what_is_hostile_does_nothing),
        PAGED(the_hostile_page_is_kept_when_asked_for),
        PAGED(what_is_hidden_is_nowhere),
        PAGED(names_are_all_that_is_shown_when_names_are_wanted),
        PAGED(all_is_shown_when_all_is_wanted),
        PAGED(hints_and_evidence_only_where_wanted),
        PAGED(every_state_is_told),
        PAGED(the_mark_is_explained),
        PAGED(a_key_that_is_a_path_is_refused),
        PAGED(a_page_is_whole_or_the_old_one),
        PAGED(a_file_in_the_way_is_named),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
