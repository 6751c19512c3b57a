/* The overview: numbers, states, hostile names, missing programs, pairs without the skeleton. */
#include "grading/tests/booked.h"
#include "grading/tests/paged.h"

#include "grading/pages/chart.h"
#include "grading/pages/similar.h"

static char skeleton[80];

static struct overview_spec spec_of(struct book *book)
{
    snprintf(skeleton, sizeof skeleton, "%s/skeleton", booked_folder);
    return (struct overview_spec){
        .folder = booked_folder, .title = "A class", .book = book, .skeleton = skeleton};
}

static char *overview_of(struct book *book)
{
    struct overview_spec spec = spec_of(book);
    booked_well(overview_write(&spec, &booked_failure));
    char *page = paged_read(booked_folder, "overview/index.html");
    paged_harmless(page);
    return page;
}

static json_t *report_of(bool first, bool second)
{
    return json_pack(
        "{s:s, s:b, s:[o, o]}", "title", "a lab", "built", true, "checks",
        paged_check(11, first ? "pass" : "fail", false, json_string("it answers"), json_null()),
        paged_check(21, second ? "pass" : "fail", true, json_string("it's `late`"),
                    json_null()));
}

static void add(struct book *book, const char *student, const char *name, struct result result)
{
    booked_submit(book, student, name, 0);
    int number = 0;
    booked_well(book_next_attempt(book, student, &number, &booked_failure));
    booked_add(book, number, &result);
    json_decref(result.report);
}

static void add_graded(struct book *book, const char *student, const char *name, double points,
                       bool first, bool second)
{
    struct result result = graded(student, points);
    result.report = report_of(first, second);
    add(book, student, name, result);
}

/* --- what it says --- */

static void a_class_without_anybody_has_an_overview(void **state)
{
    (void)state;
    struct book *book = booked_open();
    char *page = overview_of(book);
    assert_says(page, "Nobody has a mark yet.");
    assert_says(page, "There is no roster");
    free(page);
    book_close(book);
}

static void fill(struct book *book)
{
    struct roster_student students[] = {
        {"ada", "ada", "Ada", "", "", 0, 0},
        {"zoe", "zoe", "Zoe", "", "", 0, 0},
    };
    struct roster roster = {students, 2, ""};
    booked_well(book_roster(book, &roster, &booked_failure));
    struct result lost = graded("ada", 0), refused = graded("bob", 0),
                  other = graded("cyd", 30);
    lost.state = RESULT_INFRASTRUCTURE;
    lost.why = "the machine was held up";
    add(book, "ada", "Ada", lost);
    add_graded(book, "ada", "Ada", 90, true, false);
    refused.state = RESULT_REFUSED;
    refused.why = "there is no server.c in it";
    add(book, "bob", "Bob", refused);
    other.official = false;
    other.box = "none";
    other.tries = 3;
    other.report = report_of(false, false);
    add(book, "cyd", "Cyd", other);
    lost.student = "dan";
    add(book, "dan", "Dan", lost);
}

static void all_is_counted(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "<dt>students</dt><dd><b>5</b>",
        "<dt>graded</dt><dd><b>2</b>",
        "Refused (1)",
        "there is no server.c in it",
        "Not graded yet (1)",
        "the machine was held up",
        "Not handed in (1)",
        "Not on the roster (3)",
        "1 of the attempts that count was graded where",
        "not official (none, cgroup2)",
        "5 attempts are in the book. In 2 of them",
        "Further tries within the attempts that count: 2.",
        "it answers</th><td class=\"number\">1</td><td class=\"number\">1</td>",
        "<td class=\"number\">50 %</td>",
        "(hidden)",
        "10 to 19: 0, 20 to 29: 0, 30 to 39: 1",
        "21 it&#39;s &#96;late&#96;: 0 %",
    };
    struct book *book = booked_open();
    fill(book);
    char *page = overview_of(book);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_says(page, parts[i]);
    free(page);
    book_close(book);
}

static void pages_are_linked_where_there_are_some(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct mark mark = paged_mark("ada", "Ada");
    const struct page_options options = {.folder = booked_folder};
    fill(book);
    booked_well(page_student(NULL, &mark, &options, &booked_failure));
    char *page = overview_of(book);
    assert_says(page, "<a href=\"../pages/ada/index.html\"><bdi>Ada</bdi></a>");
    paged_lacks(page, "../pages/zoe");
    free(page);
    book_close(book);
}

static void hostile_names_do_nothing(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct result result = graded("ada", 10);
    paged_valid = true;
    result.report = paged_hostile(true);
    add(book, "ada", "Ada " PAGED_HOSTILE PAGED_WRONG, result);
    result = graded("bob", 0);
    result.state = RESULT_REFUSED;
    result.why = PAGED_HOSTILE;
    add(book, "bob", PAGED_HOSTILE, result);
    struct overview_spec spec = spec_of(book);
    spec.title = PAGED_HOSTILE PAGED_WRONG;
    booked_well(overview_write(&spec, &booked_failure));
    char *page = paged_read(booked_folder, "overview/index.html");
    paged_harmless(page);
    free(page);
    book_close(book);
}

/* Without PATH there is neither gnuplot nor sim_c. */
static void what_is_missing_is_told(void **state)
{
    (void)state;
    struct book *book = booked_open();
    struct overview_spec spec = spec_of(book);
    fill(book);
    const char *before = getenv("PATH");
    char *path = strdup(before ? before : "/bin");
    assert_non_null(path);
    setenv("PATH", "/nowhere", 1);
    int answer = overview_write(&spec, &booked_failure);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(answer, 0);
    char *page = paged_read(booked_folder, "overview/index.html");
    assert_says(page, "gnuplot is not here");
    assert_says(page, "sim_c is not here");
    assert_says(page, "Students by mark. 0 to 9: 1");
    assert_says(page, "not official (none, cgroup2)");
    free(page);
    book_close(book);
}

static int cannot_work(void *with)
{
    struct book *book = with;
    struct overview_spec spec = spec_of(book);
    struct failure failure = {0};
    setenv("TMPDIR", "/nowhere/at/all", 1);
    return overview_write(&spec, &failure) == -1 && strstr(failure.text, "set TMPDIR") ? 0 : 1;
}

static void without_room_to_work_in_it_fails(void **state)
{
    (void)state;
    struct book *book = booked_open();
    assert_int_equal(graded_apart(cannot_work, book), 0);
    book_close(book);
}

/* --- numbers --- */

static void medians_and_bins_are_right(void **state)
{
    (void)state;
    static const double values[] = {100, 0, 9.99, 10, 99.5, 50};
    struct overview_numbers numbers = {0};
    size_t bins[OVERVIEW_BINS];
    assert_true(overview_share(&numbers, 0.5) == 0);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_int_equal(overview_add(&numbers, values[i]), 0);
    overview_bins(&numbers, bins);
    assert_int_equal(bins[0], 2);
    assert_int_equal(bins[1], 1);
    assert_int_equal(bins[5], 1);
    assert_int_equal(bins[9], 2);
    assert_true(overview_share(&numbers, 0) == 0);
    assert_true(overview_share(&numbers, 1) == 100);
    assert_true(overview_share(&numbers, 0.5) == 30);
    free(numbers.all);
}

/* --- pairs --- */

/* Programs of one pattern of tokens a seed: what is the same but for names has the same seed. */
static void put_code(FILE *out, unsigned seed, const char *name, int statements)
{
    static const char *const operators[] = {"+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^"};
    fprintf(out, "int %s(int %s0)\n{\n", name, name);
    for (int i = 0; i < statements; i++) {
        fprintf(out, "    %s%d = %d", name, i, i);
        for (int k = 0; k < 8; k++) {
            seed = seed * 1103515245 + 12345;
            fprintf(out, " %s %s%d", operators[(seed >> 16) % 10], name, k);
        }
        fputs(";\n", out);
    }
    fputs("}\n", out);
}

static FILE *source_of(const char *folder, const char *file)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", booked_folder, folder);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/%s/%s", booked_folder, folder, file);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    return out;
}

/* The skeleton, and one's own work after it. */
static void hand_in(const char *student, unsigned seed, const char *name, int statements)
{
    char folder[80];
    snprintf(folder, sizeof folder, "submissions/%s", student);
    FILE *out = source_of(folder, "server.c");
    put_code(out, 7, name, 100);
    if (statements)
        put_code(out, seed, name, statements);
    fclose(out);
}

static void submit_four(struct book *book)
{
    fclose(source_of("submissions", "nothing"));
    FILE *out = source_of("skeleton", "server.c");
    put_code(out, 7, "given", 100);
    fclose(out);
    hand_in("ada", 1, "serve", 60);
    hand_in("bob", 1, "talk", 60); /* the same as ada's, renamed */
    hand_in("cyd", 99, "answer", 60);
    hand_in("dan", 0, "given", 0); /* the skeleton */
    static const char *const names[] = {"ada", "bob", "cyd", "dan"};
    for (size_t i = 0; i < 4; i++)
        add_graded(book, names[i], names[i], 50, true, true);
}

static void compare(struct book *book, const char *given, struct overview_class *class,
                    struct overview_similar *similar)
{
    struct overview_spec spec = spec_of(book);
    if (given)
        spec.skeleton = given;
    booked_well(overview_gather(book, class, &booked_failure));
    booked_well(overview_similar(&spec, class, similar, &booked_failure));
}

static void pairs_are_those_alike_without_the_skeleton(void **state)
{
    (void)state;
    struct overview_class class;
    struct overview_similar similar;
    struct book *book = booked_open();
    submit_four(book);
    compare(book, NULL, &class, &similar);
    assert_int_equal(similar.ran, PAGE_RAN);
    assert_true(similar.skeleton);
    assert_int_equal(similar.compared, 3);
    assert_int_equal(similar.brief, 1);
    assert_int_equal(similar.count, 1);
    assert_string_equal(class.students[similar.pairs[0].one].mark->student, "ada");
    assert_string_equal(class.students[similar.pairs[0].other].mark->student, "bob");
    assert_true(similar.pairs[0].of_one > 90 && similar.pairs[0].of_other > 90);
    overview_similar_clear(&similar);
    overview_clear(&class);
    book_close(book);
}

static void without_the_skeleton_everybody_is_alike_and_it_says_so(void **state)
{
    (void)state;
    struct overview_class class;
    struct overview_similar similar;
    struct book *book = booked_open();
    submit_four(book);
    compare(book, "/nowhere/at/all", &class, &similar);
    assert_false(similar.skeleton);
    assert_int_equal(similar.count, 6);
    overview_similar_clear(&similar);
    overview_clear(&class);
    char *page;
    struct overview_spec spec = spec_of(book);
    spec.skeleton = "/nowhere/at/all";
    booked_well(overview_write(&spec, &booked_failure));
    page = paged_read(booked_folder, "overview/index.html");
    assert_says(page, "everybody is alike");
    free(page);
    book_close(book);
}

/* Links, pipes, what is too large, what is no C: none of it is compared, none holds it up. */
static void odd_submissions_are_left_out(void **state)
{
    (void)state;
    char path[256];
    struct overview_class class;
    struct overview_similar similar;
    struct book *book = booked_open();
    submit_four(book);
    snprintf(path, sizeof path, "%s/submissions/bob/server.c", booked_folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("../ada/server.c", path), 0);
    snprintf(path, sizeof path, "%s/submissions/cyd/server.c", booked_folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0);
    FILE *out = source_of("submissions/dan", "server.c");
    for (int i = 0; i < 40000; i++)
        fputs("int x;\n\xff\"", out);
    fclose(out);
    compare(book, NULL, &class, &similar);
    assert_int_equal(similar.ran, PAGE_RAN);
    assert_int_equal(similar.compared, 1);
    assert_int_equal(similar.large, 1);
    assert_int_equal(similar.count, 0);
    overview_similar_clear(&similar);
    overview_clear(&class);
    book_close(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOKED(a_class_without_anybody_has_an_overview),
        BOOKED(all_is_counted),
        BOOKED(pages_are_linked_where_there_are_some),
        BOOKED(hostile_names_do_nothing),
        BOOKED(what_is_missing_is_told),
        BOOKED(without_room_to_work_in_it_fails),
        BOOKED(medians_and_bins_are_right),
        BOOKED(pairs_are_those_alike_without_the_skeleton),
        BOOKED(without_the_skeleton_everybody_is_alike_and_it_says_so),
        BOOKED(odd_submissions_are_left_out),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("overview", tests, NULL, NULL);
}
