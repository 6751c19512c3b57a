/* Manifests and declarations: what stands in them, and what is said of wrong ones. */
#include "tests/script_fixture.h"

#include <sys/stat.h>

#define LAB                                                                                    \
    "lab { title = 'Blocking', model = 'blocking', summary = 'one line', man = { 'recv(2)' "   \
    "},\n"                                                                                     \
    "files = { 'server.c', 'more.c' }, "

static struct manifest *load_lab(const char *text, struct failure *failure)
{
    char *parent = script_folder(), folder[256];
    snprintf(folder, sizeof folder, "%s/01-blocking", parent);
    assert_int_equal(mkdir(folder, 0700), 0);
    script_write(folder, "lab.lua", text, strlen(text));
    struct manifest *manifest = manifest_load(folder, failure);
    script_remove(strdup(folder), "lab.lua");
    rmdir(parent);
    free(parent);
    return manifest;
}

static void whole_manifest(void **state)
{
    struct failure failure = {.text = ""};
    (void)state;
    struct manifest *lab = load_lab(
        LAB
        "arguments = { 'PORT', '1' }, flags = { '-O1' }, libraries = { '-pthread' },\n"
        "needs = { 'io_uring' }, limits = { descriptors = 64, memory = 1 << 30 }, time = 7.5,\n"
        "rules = { { name = 'it sleeps', points = 5, hints = { 'a' },\n"
        "rules = { sleeps_in = { '@receive' }, threads = 'per-connection' } },\n"
        "{ name = 'no poll', points = 2.5, hints = { 'b' }, rules = { avoids = { 'poll' } "
        "} } },\n"
        "sanitizer = { points = 4, hints = { 'look at line N' } } }",
        &failure);
    if (lab == NULL)
        fail_msg("%s", failure.text);
    assert_string_equal(lab->name, "01-blocking");
    assert_string_equal(lab->title, "Blocking");
    assert_string_equal(lab->man_pages[0], "recv(2)");
    assert_string_equal(lab->files[1], "more.c");
    assert_null(lab->files[2]);
    assert_string_equal(lab->arguments[1], "1");
    assert_int_equal(lab->limits.descriptors, 64);
    assert_true(lab->time == 7.5);
    assert_int_equal(lab->rule_count, 2);
    assert_int_equal(lab->rules[1].number, 2);
    assert_true(lab->rules[1].points == 2.5);
    assert_string_equal(lab->rules[0].rules,
                        "{\"sleeps_in\":[\"@receive\"],\"threads\":\"per-connection\"}");
    assert_true(lab->sanitizer_points == 4);
    assert_string_equal(lab->sanitizer_hints[0], "look at line N");
    manifest_free(lab);
}

static void defaults(void **state)
{
    struct failure failure = {.text = ""};
    (void)state;
    struct manifest *lab = load_lab(LAB "}", &failure);
    if (lab == NULL)
        fail_msg("%s", failure.text);
    assert_string_equal(lab->arguments[0], "PORT");
    assert_null(lab->arguments[1]);
    assert_true(lab->time > 0);
    assert_null(lab->needs);
    assert_int_equal(lab->rule_count, 0);
    manifest_free(lab);
}

static void wrong_manifests(void **state)
{
    static const char *const trials[][2] = {
        {"", "no lab{} stands in it"},
        {"\nlab {}", "01-blocking/lab.lua:2: lab{} needs title, model and summary"},
        {"lab { titel = 'x' }",
         "01-blocking/lab.lua:1: lab{} has no key titel; did you mean "
         "title? (known: title, model, summary, man, files, arguments, "},
        {"lab { title = 3 }", "lab{}: title must be a text, not a number"},
        {"lab 'x'", "lab takes a table"},
        {"lab { title = 'a', model = 'b', summary = 'c' }", "lab{} needs files"},
        {LAB "man = 'recv' }", "lab{}: man must be a list of texts, not a string"},
        {LAB "flags = { x = 'y' } }", "lab{}: flags must be a list of texts"},
        {LAB "flags = { 1 } }", "lab{}: flags must be a list of texts, not a number"},
        {LAB "time = 0 }", "lab{}: time must be more than 0"},
        {LAB "limits = { descriptor = 1 } }",
         "lab{}: limits has no key descriptor; did you mean"},
        {LAB "limits = { cpu = 1.5 } }", "limits: cpu must be a whole number"},
        {LAB "rules = { { name = 'x' } } }", "rules[1] needs name, points, hints and rules"},
        {LAB "rules = { { nam = 'x' } } }", "rules[1] has no key nam; did you mean name?"},
        {LAB "rules = { { name = 'x', hints = { 'a' }, rules = { 1 } } } }",
         "rules[1]: rules: it is a list"},
        {LAB "sanitizer = { points = 3 } }", "needs hints beside its points"},
        {LAB "sanitizer = { points = 300 } }", "must be from 0 to 100"},
        {LAB "} lab { title = 'again' }", "this is the second"},
        {LAB "'loose' }", "takes keys with names"},
        {"lab {", "01-blocking/lab.lua:1: unexpected symbol near <eof>"},
        {"while true do end", "the script ran for 2 s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct failure failure = {.text = ""};
        assert_null(load_lab(trials[i][0], &failure));
        print_message("# %s\n", trials[i][1]);
        if (strstr(failure.text, trials[i][1]) == NULL)
            fail_msg("wanted \"%s\", got \"%s\"", trials[i][1], failure.text);
        assert_int_equal(failure.status, STATUS_MACHINE);
    }
}

static void no_manifest(void **state)
{
    struct failure failure = {.text = ""};
    (void)state;
    assert_null(manifest_load("/nonexistent/01-x", &failure));
    assert_non_null(strstr(failure.text, "/nonexistent/01-x/lab.lua: No such file"));
}

/* --- declarations --- */

static struct scenario *load_as(const char *name, const char *text, struct failure *failure)
{
    char *folder = script_folder(), path[512];
    script_write(folder, name, text, strlen(text));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct scenario *scenario = scenario_load(path, folder, true, failure);
    script_remove(folder, name);
    return scenario;
}

static void declarations(void **state)
{
    struct failure failure = {.text = ""};
    (void)state;
    struct scenario *scenario =
        load_as("20-slow.lua",
                "\ncheck 'first' {\n points = 15,\n hints = { 'a', 'b', 'c' },\n"
                " run = function(t) end,\n}\n"
                "check 'second' { points = 1, hints = { 'a', 'b' }, run = function() end,\n"
                " arguments = { 'PORT', 'IDLE' }, idle = 3,\n"
                " program = 'probe.c', time = 10, model = false,\n"
                " limits = { descriptors = 64 }, sanitize = true, watch = false }",
                &failure);
    if (scenario == NULL)
        fail_msg("%s", failure.text);
    assert_int_equal(scenario_check_count(scenario), 2);
    const struct check *first = scenario_check(scenario, 0),
                       *second = scenario_check(scenario, 1);
    assert_null(scenario_check(scenario, 2));
    assert_string_equal(first->name, "first");
    assert_int_equal(first->number, 21);
    assert_int_equal(first->line, 2);
    assert_true(first->points == 15);
    assert_string_equal(first->hints[2], "c");
    assert_true(first->model && first->watch && first->hidden && !first->sanitize);
    assert_int_equal(second->number, 22);
    assert_string_equal(second->arguments[1], "IDLE");
    assert_int_equal(second->idle, 3);
    assert_non_null(strstr(second->program, "/probe.c"));
    assert_true(!second->model && !second->watch && second->sanitize);
    assert_int_equal(second->limits.descriptors, 64);
    scenario_free(scenario);
}

/* Never longer than said, and whole seconds, as servers take them. */
static void idle_seconds(void **state)
{
    static const struct check three = {.idle = 3}, four = {.idle = 4};
    (void)state;
    assert_int_equal(check_idle(&three, 1), 3);
    assert_int_equal(check_idle(&three, 20), 3);
    assert_int_equal(check_idle(&three, 0.5), 1);
    assert_int_equal(check_idle(&four, 0.5), 2);
    assert_int_equal(check_idle(&four, 0.1), 1);
}

static void basic_files_are_sanitized(void **state)
{
    static const char text[] =
        "check 'a' { points = 1, hints = { 'a', 'b' }, run = function() end }"
        "check 'b' { points = 1, hints = { 'a', 'b' }, run = function() end, sanitize = false "
        "}";
    struct failure failure = {.text = ""};
    (void)state;
    struct scenario *scenario = load_as("10-basic.lua", text, &failure);
    assert_non_null(scenario);
    assert_true(scenario_check(scenario, 0)->sanitize);
    assert_false(scenario_check(scenario, 1)->sanitize);
    scenario_free(scenario);
    scenario = load_as("20-a-name-that-is-longer-than-what-lua-shows-of-it-in-its-errors.lua",
                       text, &failure);
    if (scenario == NULL)
        fail_msg("%s", failure.text);
    scenario_free(scenario);
    assert_null(load_as("basic.lua", text, &failure));
    assert_non_null(strstr(failure.text, "begins with its number"));
}

static void wrong_declarations(void **state)
{
    static const char *const trials[][2] = {
        {"", "no check stands in it"},
        {"check {}", "20-test.lua:1: check takes a name"},
        {"\ncheck 'x' 'y'", "20-test.lua:2: check \"name\" takes a table"},
        {"check 'x' {}", "check{}: run must be a function(t)"},
        {"check 'x' { run = function() end, hint = { 'a' } }",
         "20-test.lua:1: check{} has no key hint; did you mean hints? (known: points, hints, "},
        {"check 'x' { run = function() end, hints = { 'a' } }", "hints, at least two"},
        {"check 'x' { run = function() end, points = 'many' }",
         "check{}: points must be a number, not a string"},
        {"for i = 1, 10 do check('x' .. i) { hints = { 'a', 'b' }, run = function() end } end",
         "at most 9 checks stand in a file"},
        {"check 'x' { run = function() end, hints = { 'a', 'b' }, idle = 3 }",
         "idle = SECONDS, and \"IDLE\" among the arguments, belong together"},
        {"check 'x' { run = function() end, hints = { 'a', 'b' }, arguments = { 'IDLE' } }",
         "idle = SECONDS, and \"IDLE\" among the arguments, belong together"},
        {"error({})", "20-test.lua:1: the script raised an error that is no text"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct failure failure = {.text = ""};
        assert_null(script_load(trials[i][0], &failure));
        print_message("# %s\n", trials[i][1]);
        if (strstr(failure.text, trials[i][1]) == NULL)
            fail_msg("wanted \"%s\", got \"%s\"", trials[i][1], failure.text);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_manifest),     cmocka_unit_test(defaults),
        cmocka_unit_test(wrong_manifests),    cmocka_unit_test(no_manifest),
        cmocka_unit_test(declarations),       cmocka_unit_test(basic_files_are_sanitized),
        cmocka_unit_test(wrong_declarations), cmocka_unit_test(idle_seconds),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
