/* Files that scripts of a lab share. */
#include "script_fixture.h"

#define SHARED   "greeting.lua"
#define A_CHECK  "check 'a' { points = 1, hints = { 'a', 'b' }, run = function() end }"
#define TWO      "local function hello() return 'hello' end\nreturn hello, 2\n"
#define USES_TWO "local hello, two = share 'greeting' assert(hello() == 'hello' and two == 2) "

/* A script in one folder, what it shares in another. NULL with a failure. */
static struct scenario *load(const char *script, const char *shared, struct failure *failure)
{
    char *folder = script_folder(), *beside = script_folder(), path[512];
    script_write(folder, SCRIPT_NAME, script, strlen(script));
    if (shared)
        script_write(beside, SHARED, shared, strlen(shared));
    snprintf(path, sizeof path, "%s/%s", folder, SCRIPT_NAME);
    struct scenario *scenario = scenario_load(path, beside, true, failure);
    script_remove(folder, SCRIPT_NAME);
    script_remove(beside, SHARED);
    return scenario;
}

static void what_it_returns(void **state)
{
    struct failure failure = {.text = ""};
    (void)state;
    struct scenario *scenario = load(USES_TWO A_CHECK, TWO, &failure);
    if (!scenario)
        fail_msg("%s", failure.text);
    assert_int_equal(scenario_check_count(scenario), 1);
    scenario_free(scenario);
    scenario = load("assert(select('#', share 'greeting') == 0) " A_CHECK, "", &failure);
    if (!scenario)
        fail_msg("%s", failure.text);
    scenario_free(scenario);
}

static void what_is_wrong(void **state)
{
    static const struct {
        const char *script, *shared, *said;
    } trials[] = {
        {"\nshare 'greeting'", NULL, "/greeting.lua: No such file"},
        {"\nshare 'greeting'", NULL, "20-test.lua:2: cannot read "},
        {"share 'greeting'", "\nreturn +", "greeting.lua:2: unexpected symbol"},
        {"share 'greeting'", "\nnothing()", "greeting.lua:2: attempt to call a nil value"},
        {"local f = share 'greeting'\n\nf()",
         "return function() error('20 is too many', 2) end", "20-test.lua:3: 20 is too many"},
        {"share 'greeting'", A_CHECK,
         "greeting.lua:1: a file that is shared declares no checks"},
        {"share 'greeting'", "share 'greeting'", "C stack overflow"},
        {"share 'greeting'", "while true do end", "greeting.lua:1: the script ran for 2 s"},
        {"share 'greeting'", "\x1bLuaT\x19\x93", "attempt to load a binary chunk"},
        {"share '../greeting'", TWO, "20-test.lua:1: share takes the name of a file"},
        {"share '/etc/passwd'", TWO, "20-test.lua:1: share takes the name of a file"},
        {"share 'greeting.lua'", TWO, "20-test.lua:1: share takes the name of a file"},
        {"share ''", TWO, "share takes the name of a file"},
        {"share()", TWO, "share takes the name of a file"},
        {"share { 'greeting' }", TWO, "share takes the name of a file"},
        {"share(('x'):rep(1000))", TWO, "share takes the name of a file"},
        {"pcall(share, 'greeting')", NULL, "20-test.lua:1: cannot read "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct failure failure = {.text = ""};
        assert_null(load(trials[i].script, trials[i].shared, &failure));
        if (!strstr(failure.text, trials[i].said))
            fail_msg("%s: wanted \"%s\", got \"%s\"", trials[i].script, trials[i].said,
                     failure.text);
    }
}

/* A script that is wrong is found wrong when it is loaded, not by the one who runs its third check. */
static void only_at_the_top(void **state)
{
    (void)state;
    struct played played = script_play(CHECK("share 'greeting'"), 1);
    played_as(&played, OUTCOME_SCRIPT, "20-test.lua:1: share stands at the top level");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_returns),
        cmocka_unit_test(what_is_wrong),
        cmocka_unit_test(only_at_the_top),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
