/* What a script cannot do: leave the sandbox, run for ever, use up memory. */
#include "tests/script_fixture.h"

#include <sys/resource.h>

static void loads(const char *text)
{
    struct failure failure;
    struct scenario *scenario = script_load(text, &failure);
    if (scenario == NULL)
        fail_msg("%s: %s", text, failure.text);
    scenario_free(scenario);
}

static void fails(const char *text, const char *words)
{
    struct failure failure = {.text = ""};
    struct scenario *scenario = script_load(text, &failure);
    print_message("# %s\n", words);
    if (scenario != NULL)
        fail_msg("it loaded; \"%s\" was to be said", words);
    if (strstr(failure.text, words) == NULL)
        fail_msg("wanted \"%s\", got \"%s\"", words, failure.text);
    assert_int_equal(failure.status, STATUS_MACHINE);
}

/* Runs top-level code that must go well. */
static void holds(const char *code)
{
    char script[2048];
    snprintf(script, sizeof script, "%s\n" CHECK(""), code);
    loads(script);
}

static void nothing_but_the_list(void **state)
{
    (void)state;
    holds("for _, name in ipairs { 'io', 'os', 'debug', 'package', 'coroutine', 'require', "
          "'load', 'loadstring', 'loadfile', 'dofile', 'collectgarbage', 'print', 'warn', "
          "'getmetatable', 'setmetatable', 'rawget', 'rawset', 'rawequal', 'rawlen', 'xpcall', "
          "'_G', '_VERSION' } do assert(_ENV[name] == nil, name) end");
    holds("assert(string.dump == nil and math.random == nil and math.randomseed == nil)");
    holds("assert(('x').dump == nil and (''):rep(3) == '' and ('ab'):rep(2, ',') == 'ab,ab')");
    holds(
        "for _, name in ipairs { 'pairs', 'ipairs', 'next', 'select', 'tostring', 'tonumber', "
        "'type', 'assert', 'error', 'pcall', 'string', 'table', 'math', 'utf8', 'check' } do "
        "assert(_ENV[name], name) end");
}

static void no_bytecode(void **state)
{
    static const char bytecode[] = "\x1bLuaT\0\x19\x93\r\n\x1a\n";
    char *folder = script_folder(), path[512];
    struct failure failure;
    (void)state;
    script_write(folder, SCRIPT_NAME, bytecode, sizeof bytecode - 1);
    snprintf(path, sizeof path, "%s/%s", folder, SCRIPT_NAME);
    assert_null(scenario_load(path, folder, false, &failure));
    assert_non_null(strstr(failure.text, "attempt to load a binary chunk"));
    script_remove(folder, SCRIPT_NAME);
}

static void endless_loops(void **state)
{
    (void)state;
    fails("\nwhile true do end", "20-test.lua:2: the script ran for 2 s");
    fails("while true do\npcall(function() while true do end end) end",
          "20-test.lua:2: the sc");
    fails("while true do pcall(pcall, error) end", "20-test.lua:1: the script ran for 2 s");
    fails("table.sort({ 1, 2, 3 }, function()\nwhile true do pcall(error) end end)",
          "20-test.lua:2: the script ran for 2 s");
    fails("('a'):gsub('a', function() while true do end end)", "the script ran for 2 s");
}

/* Each would be over in no time, or never, were the library not bounded. */
static void endless_in_c(void **state)
{
    (void)state;
    holds("assert((''):rep(1 << 60) == '')");
    fails("local s = ('a'):rep(3000) s:find(('a*'):rep(20) .. 'b')", "could take too long");
    fails("local s = ('a'):rep(300000) s:match('.-b')", "could take too long");
    fails("local s = ('a'):rep(100) s:match(('a?'):rep(60) .. 'b')", "could take too long");
    fails("for _ in (('a'):rep(9000)):gmatch('.*.*b') do end", "could take too long");
    fails("(('a'):rep(9000)):gsub('.*.*b', '')", "could take too long");
    fails("('a'):rep(3 << 20):find(('a'):rep(1 << 20) .. 'b', 1, true)", "could take too long");
    fails("table.move({}, 1, 1 << 60, 2)", "more elements than a table can hold");
    fails("local t = {} for i = 0, 62 do t[1 << i] = 1 end t[5], t[9] = 1, 1 table.insert(t, "
          "1, 2)",
          "has holes");
    holds(
        "assert(('a b c'):gsub('%s+', '') == 'abc' and ('k=v'):match('^(%w+)=(%w+)$') == 'k')");
    holds("assert(('x'):rep(1 << 20):find('xy', 1, true) == nil)");
    holds(
        "local t = { 3, 1 } table.insert(t, 2) table.sort(t) assert(table.remove(t, 1) == 1)");
}

static void memory_bombs(void **state)
{
    (void)state;
    fails("x = ('x'):rep(1 << 40)", "20-test.lua:1: ");
    fails("x = ('x'):rep(300 << 20)", "20-test.lua:1: not enough memory");
    fails("local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end",
          "not enough memory");
    fails("local s = 'x' while true do s = s .. s end", "not enough memory");
    fails("local t = {} for i = 1, 1 << 40 do t[i] = i end", "not enough memory");
    fails("x = ('%99999d'):format(1)", "invalid conversion");
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    assert_true(usage.ru_maxrss < 900 * 1024);
}

static void depth(void **state)
{
    (void)state;
    fails("local function f() return 1 + f() end f()", "20-test.lua:1: stack overflow");
    fails("local function f() pcall(f) error('deep') end f()", "20-test.lua:1: ");
    holds("local function f(n) if n > 0 then return f(n - 1) end end f(1000000)");
}

static void errors(void **state)
{
    (void)state;
    fails("\n\nerror('my words')", "20-test.lua:3: my words");
    fails("\nerror({ code = 1 })", "20-test.lua:2: the script raised an error that is no text");
    fails("error()", "20-test.lua:1: the script raised an error that is no text");
    fails("error('no place', 0)", "20-test.lua:1: no place");
    fails("local x =\n= 3", "20-test.lua:2: unexpected symbol near '='");
    fails("cheks 'x' {}", "20-test.lua:1: attempt to call a nil value (global 'cheks')");
    fails("x = nil .. 'a'", "20-test.lua:1: attempt to concatenate a nil value");
    holds("local good, why = pcall(error, 'caught') assert(not good and why == 'caught')");
    holds("local good, a, b = pcall(function() return 1, 2 end) assert(good and a + b == 3)");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_but_the_list),
        cmocka_unit_test(no_bytecode),
        cmocka_unit_test(endless_loops),
        cmocka_unit_test(endless_in_c),
        cmocka_unit_test(memory_bombs),
        cmocka_unit_test(depth),
        cmocka_unit_test(errors),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
