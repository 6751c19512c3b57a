/*
 * Lines of a script, driven by hand: in which order steps are handed out, what joins and
 * barriers wait for, and that the same seed gives the same bytes. No sockets here.
 */
#include "tests/script_fixture.h"

static struct scenario *begin_with(const char *text, struct scenario_options options)
{
    struct failure failure = {.text = ""};
    struct scenario *scenario = script_load(text, &failure);
    if (scenario == NULL || scenario_begin(scenario, 0, &options, &failure) != 0)
        fail_msg("%s", failure.text);
    return scenario;
}

static struct scenario *begin(const char *text, uint64_t seed)
{
    return begin_with(text,
                      (struct scenario_options){.seed = seed, .time_scale = 2, .port = 4711});
}

static void finish(struct scenario *scenario, struct step *step)
{
    struct step_result well = {.outcome = OUTCOME_OK};
    scenario_finish(scenario, step, &well);
}

/* Takes the next step, which must be a mark with this text, and finishes it. */
static void marks(struct scenario *scenario, const char *text)
{
    struct step *step = scenario_step(scenario);
    assert_non_null(step);
    assert_int_equal(step->kind, STEP_MARK);
    assert_string_equal(step->data, text);
    finish(scenario, step);
}

static void ends(struct scenario *scenario, enum event_outcome outcome, const char *words)
{
    enum event_outcome ended;
    struct failure failure;
    assert_null(scenario_step(scenario));
    assert_true(scenario_ended(scenario, &ended, &failure));
    if (ended != outcome || strstr(failure.text, words) == NULL)
        fail_msg("wanted %s with \"%s\", got %s: \"%s\"", event_outcome_name(outcome), words,
                 event_outcome_name(ended), failure.text);
    scenario_free(scenario);
}

static void spawn_and_join(void **state)
{
    (void)state;
    struct scenario *scenario = begin(
        CHECK("local a = t:spawn(function() t:mark('in a') t:sleep(1) t:mark('a done') end) "
              "t:mark('root') a:join() a:join() t:mark('joined')"),
        1);
    marks(scenario, "root");
    marks(scenario, "in a");
    struct step *pause = scenario_step(scenario);
    assert_int_equal(pause->kind, STEP_SLEEP);
    assert_null(scenario_step(scenario)); /* everybody waits */
    assert_false(scenario_ended(scenario, NULL, NULL));
    finish(scenario, pause);
    marks(scenario, "a done");
    marks(scenario, "joined");
    ends(scenario, OUTCOME_OK, "");
}

/* Lines that nobody joins are waited for when run has ended. */
static void unjoined(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("t:spawn(function() t:spawn(function() t:mark('inner') end) end)"), 1);
    marks(scenario, "inner");
    ends(scenario, OUTCOME_OK, "");
}

static void steps_say_where(void **state)
{
    (void)state;
    struct scenario *scenario = begin(
        CHECK("\n t:clients(2, function(c)\n c:send('ab', { within = 3 }) end, { rate = 4 })"),
        1);
    struct step *first = scenario_step(scenario), *second = scenario_step(scenario);
    assert_int_equal(first->kind, STEP_CONNECT);
    assert_int_equal(first->client, 1);
    assert_string_equal(first->where, "20-test.lua:2");
    assert_true(first->within == 20); /* 10 s, and the time scale is 2 */
    assert_int_equal(second->kind, STEP_SLEEP);
    assert_true(second->pause == 0.25);
    finish(scenario, first);
    first = scenario_step(scenario);
    assert_int_equal(first->kind, STEP_SEND);
    assert_string_equal(first->where, "20-test.lua:3");
    assert_int_equal(first->size, 2);
    assert_true(first->within == 6);
    finish(scenario, first);
    assert_null(scenario_step(scenario));
    finish(scenario, second);
    second = scenario_step(scenario);
    assert_int_equal(second->client, 2);
    scenario_free(scenario); /* in the middle: nothing is left behind */
}

static void barriers_open_again(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local b = t:barrier(2) t:spawn(function() b:wait() t:mark('a1') b:wait() "
                    "t:mark('a2') end) b:wait() t:mark('b1') b:wait() t:mark('b2')"),
              1);
    marks(scenario, "a1");
    marks(scenario, "b1");
    marks(scenario, "b2");
    marks(scenario, "a2");
    ends(scenario, OUTCOME_OK, "");
}

static void deadlocks(void **state)
{
    (void)state;
    ends(begin(CHECK("\nt:barrier(2):wait()"), 1), OUTCOME_SCRIPT,
         "20-test.lua:2: every line of the script waits for another one");
    ends(begin(CHECK("local a a = t:spawn(function() a:join() end)"), 1), OUTCOME_SCRIPT,
         "cannot join itself");
    ends(begin(CHECK("local a, b a = t:spawn(function() b:join() end) "
                     "b = t:spawn(function() a:join() end)"),
               1),
         OUTCOME_SCRIPT, "every line of the script waits");
}

static void failing_step_ends_all(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("t:spawn(function() t:sleep(1) t:mark('never') end) "
                    "pcall(function() t:sleep(2) end) t:mark('never')"),
              1);
    struct step *one = scenario_step(scenario), *two = scenario_step(scenario);
    struct step_result late = {.outcome = OUTCOME_TIMEOUT, .message = "too late"};
    finish(scenario, two);
    scenario_finish(scenario, one, &late);
    ends(scenario, OUTCOME_TIMEOUT, "too late");
}

static void wrong_verbs(void **state)
{
    (void)state;
    static const char *const trials[][2] = {
        {CHECK("t:file('../x', '')"),
         "20-test.lua:1: t:file: a name has 1 to 255 bytes, no slash"},
        {CHECK("t:file('a/b', '')"), "no slash"},
        {CHECK("t:file('..', '')"), "is not \".\" or \"..\""},
        {CHECK("t:file('.', '')"), "is not \".\" or \"..\""},
        {CHECK("t:file('', '')"), "a name has 1 to 255 bytes"},
        {CHECK("t:file(('n'):rep(256), '')"), "a name has 1 to 255 bytes"},
        {CHECK("t:file('a\\0b', '')"), "no zero"},
        {CHECK("t:file('x')"), "t:file(name, data) takes a string"},
        {CHECK("t:conect()"), "20-test.lua:1: unknown verb t:conect; did you mean connect?"},
        {CHECK("t:xyzzyplugh()"), "(known: connect, try_connect, clients, "},
        {CHECK("pcall(function() t:slep(1) end) t:sleep(1)"), "did you mean sleep?"},
        {CHECK("t:sleep('1')"), "t:sleep takes a number of seconds"},
        {CHECK("t:sleep(-1)"), "t:sleep takes a number of seconds"},
        {CHECK("t:sleep(0/0)"), "t:sleep takes a number of seconds"},
        {CHECK("t:sleep(1, 2)"), "t:sleep: argument 2 is one too many"},
        {CHECK("t:random(3, 2)"), "the lower one first"},
        {CHECK("t:bytes(-1)"), "t:bytes takes a whole number from 0 to 67108864"},
        {CHECK("t:bytes(1 << 40)"), "t:bytes takes a whole number"},
        {CHECK("t:clients(2)"), "t:clients takes a function, not a no value"},
        {CHECK("t:clients(1 << 40, print)"), "t:clients takes a whole number from 0 to"},
        {CHECK("t:barrier(0)"), "1 or more"},
        {CHECK("t:expect(true)"), "t:expect(condition, message) takes a string"},
        {CHECK("t:rules { 1, 2 }"), "t:rules: it is a list; names are wanted"},
        {CHECK("t:rules { a = print, f = function() end }"), "t:rules: only texts"},
        {CHECK("local r = {} r.r = r t:rules(r)"), "too many tables inside one another"},
        {CHECK("table.sort({ 2, 1 }, function() t:sleep(1) end)"),
         "cannot stand in a function"},
        {CHECK("check 'x' { points = 1, hints = { 'a', 'b' }, run = function() end }"),
         "check stands at the top level"},
        {CHECK("while true do pcall(function() while true do end end) end"), "ran for 2 s"},
        {CHECK("t.server.signal('TERM')"), "called with a colon: t.server:verb"},
    };
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        print_message("# %s\n", trials[i][1]);
        ends(begin(trials[i][0], 1), OUTCOME_SCRIPT, trials[i][1]);
    }
}

/* --- random numbers --- */

/* What a script marks as its random text. */
static char *drawn(const char *text, uint64_t seed, const char *line)
{
    struct scenario *scenario = begin(text, seed);
    struct step *step;
    char *found = NULL;
    while ((step = scenario_step(scenario)) != NULL) {
        if (step->kind == STEP_MARK && strncmp(step->data, line, strlen(line)) == 0)
            found = strdup(step->data);
        finish(scenario, step);
    }
    scenario_free(scenario);
    assert_non_null(found);
    return found;
}

static void same(const char *one, uint64_t seed_one, const char *other, uint64_t seed_other,
                 const char *line, bool equal)
{
    char *first = drawn(one, seed_one, line), *second = drawn(other, seed_other, line);
    assert_int_equal(strcmp(first, second) == 0, equal);
    free(first);
    free(second);
}

static void seeds(void **state)
{
    static const char plain[] =
        CHECK("t:spawn(function() t:mark('a' .. t:text(40)) end) "
              "t:spawn(function() t:mark('b' .. t:text(40)) end) t:mark('r' .. t:text(40))");
    static const char other_order[] =
        CHECK("t:spawn(function() t:sleep(1) t:mark('a' .. t:text(40)) end) "
              "t:spawn(function() t:random(1, 9) t:mark('b' .. t:text(40)) end) "
              "t:sleep(1) t:mark('r' .. t:text(40))");
    (void)state;
    same(plain, 1, plain, 1, "a", true);
    same(plain, 1, plain, 1, "r", true);
    same(plain, 1, plain, 2, "a", false);
    same(plain, 1, plain, 2, "r", false);
    same(plain, 1, other_order, 1, "a", true);
    same(plain, 1, other_order, 1, "r", true);
    same(plain, 1, other_order, 1, "b", false);
}

static void random_data(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local b = t:bytes(4 << 20) assert(#b == 4 << 20) "
                    "local seen, n = {}, 0 for i = 1, 10000 do local x = b:byte(i) "
                    "if not seen[x] then seen[x] = true n = n + 1 end end assert(n == 256) "
                    "local s = t:text(5000) assert(#s == 5000 and not s:find('[^ -~]')) "
                    "local low, high = 9, 0 for i = 1, 1000 do local r = t:random(3, 7) "
                    "low, high = math.min(low, r), math.max(high, r) end "
                    "assert(low == 3 and high == 7) assert(t:random(5, 5) == 5) "
                    "assert(t.port == 4711 and t.seed == 1 and t.scale == 2 and not t.watched) "
                    "assert(#t:bytes(0) == 0) t:random(math.mininteger, math.maxinteger)"),
              1);
    ends(scenario, OUTCOME_OK, "");
}

static void many_lines(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local n = 0 for i = 1, 5000 do t:spawn(function() n = n + 1 end) end "
                    "t:sleep(1) t:mark(tostring(n))"),
              1);
    struct step *pause = scenario_step(scenario);
    assert_null(scenario_step(scenario));
    finish(scenario, pause);
    marks(scenario, "5000");
    ends(scenario, OUTCOME_OK, "");
}

/* Takes the next step, which must be of this kind, and finishes it with this number. */
static void answers(struct scenario *scenario, enum step_kind kind, int64_t number)
{
    struct step *step = scenario_step(scenario);
    struct step_result result = {.outcome = OUTCOME_OK, .number = number};
    assert_non_null(step);
    assert_int_equal(step->kind, kind);
    assert_string_equal(step->where, SCRIPT_NAME ":1");
    scenario_finish(scenario, step, &result);
}

/* Calls that receive, and requests of rings. */
static void answers_counts(struct scenario *scenario, int64_t receives)
{
    answers(scenario, STEP_SERVER, receives);
    answers(scenario, STEP_SERVER, 0);
}

/* A script that fills the buffers of `c` for the witness `w`, up to t:fill. */
static struct scenario *begin_fill(const char *script)
{
    struct scenario *scenario =
        begin_with(script, (struct scenario_options){.time_scale = 1, .watched = true});
    answers(scenario, STEP_CONNECT, 0);
    answers(scenario, STEP_CONNECT, 0);
    answers(scenario, STEP_STALL, 0);
    return scenario;
}

/* A try that is taken whole is repeated at once; one that is not, after the witness was served;
   and it is over when twice in a row nothing was taken, and nothing received meanwhile. */
static void fill_until_it_stands(void **state)
{
    (void)state;
    const int64_t piece = 1 << 18;
    struct scenario *scenario =
        begin_fill(CHECK("local c, w = t:connect(), t:connect() "
                         "assert(#t:fill(c, w, 48 << 20) == (1 << 18) + 70) t:mark('full')"));
    const struct {
        int64_t receives, taken, receives_then;
    } tries[] = {{1, piece, 1}, {2, 70, 3}, {3, 0, 3}, {3, 0, 4}, {4, 0, 4}, {4, 0, 4}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        answers_counts(scenario, tries[i].receives);
        answers(scenario, STEP_SEND, tries[i].taken);
        if (tries[i].taken < piece) {
            answers(scenario, STEP_ECHO, 0);
            answers(scenario, STEP_ECHO, 0);
        }
        if (tries[i].taken > 0)
            continue;
        answers(scenario, STEP_SLEEP, 0);
        answers_counts(scenario, tries[i].receives_then);
    }
    marks(scenario, "full");
    ends(scenario, OUTCOME_OK, "");
}

/* Of a server that takes without end: the script has the memory for what it sent. */
static void fill_with_the_most(void **state)
{
    (void)state;
    const int64_t piece = 1 << 18, most = 48 << 20;
    struct scenario *scenario =
        begin_fill(CHECK("local c, w = t:connect(), t:connect() "
                         "assert(#t:fill(c, w, 48 << 20) == 48 << 20) t:mark('without end')"));
    for (int64_t taken = 0; taken < most; taken += piece) {
        answers_counts(scenario, taken / piece);
        answers(scenario, STEP_SEND, piece);
    }
    marks(scenario, "without end");
    ends(scenario, OUTCOME_OK, "");
}

/* A byte more each time that nothing has come back, then all of them. */
static void greet_until_heard(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local c = t:connect() t:greet(c) t:mark('heard')"), 1);
    answers(scenario, STEP_CONNECT, 0);
    answers(scenario, STEP_SEND, 1);
    for (int i = 0; i < 40; i++) {
        answers(scenario, STEP_RECEIVED, 0);
        answers(scenario, STEP_SLEEP, 0);
    }
    answers(scenario, STEP_RECEIVED, 0);
    answers(scenario, STEP_SEND, 1);
    answers(scenario, STEP_RECEIVED, 2);
    answers(scenario, STEP_RECEIVED, 2);
    struct step *step = scenario_step(scenario);
    assert_non_null(step);
    assert_int_equal(step->kind, STEP_EXPECT);
    assert_int_equal(step->size, 2);
    scenario_finish(scenario, step, &(struct step_result){.outcome = OUTCOME_OK});
    marks(scenario, "heard");
    ends(scenario, OUTCOME_OK, "");
}

/* Speaks with the same client while time is left, and with a new one when it is late. */
static void talker_comes_anew(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local quick, late = t:talker(1000), t:talker(0) "
                    "local one, two = quick('a'), quick('b') assert(one == two) "
                    "assert(late('c') ~= late('d')) t:mark('said')"),
              1);
    answers(scenario, STEP_CONNECT, 0);
    answers(scenario, STEP_CONNECT, 0);
    answers(scenario, STEP_ECHO, 0);
    answers(scenario, STEP_ECHO, 0);
    for (int i = 0; i < 2; i++) {
        answers(scenario, STEP_CLOSE, 0);
        answers(scenario, STEP_CONNECT, 0);
        answers(scenario, STEP_ECHO, 0);
    }
    marks(scenario, "said");
    ends(scenario, OUTCOME_OK, "");
}

/* Half of the limit from when it spoke, and nothing where that has gone by already. */
static void not_idle_for_half_the_limit(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local c = t:connect() t:expect_not_idle(c, t:now(), 100) "
                    "t:expect_not_idle(c, 0, 0) t:mark('open')"),
              1);
    answers(scenario, STEP_CONNECT, 0);
    struct step *silence = scenario_step(scenario);
    assert_non_null(silence);
    assert_int_equal(silence->kind, STEP_EXPECT_SILENCE);
    assert_true(silence->pause > 40 && silence->pause <= 50);
    finish(scenario, silence);
    marks(scenario, "open");
    ends(scenario, OUTCOME_OK, "");
}

static void holds_for_two_rounds(void **state)
{
    (void)state;
    struct scenario *scenario =
        begin(CHECK("local round, held = 0, false "
                    "local steady = t:two_rounds(function() return held end, "
                    "                            function() return round end) "
                    "assert(not steady()) held = true assert(not steady()) round = 1 "
                    "assert(not steady()) held = false assert(not steady()) held = true "
                    "round = 2 assert(not steady()) round = 3 assert(not steady()) "
                    "round = 4 assert(steady()) t:mark('held')"),
              1);
    marks(scenario, "held");
    ends(scenario, OUTCOME_OK, "");
}

static void made_verbs_check_their_arguments(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {CHECK("t:talker()"), "t:talker"},
        {CHECK("t:talker(1, 2)"), "t:talker"},
        {CHECK("t:expect_not_idle(1, 0, 2)"), "must be c"},
        {CHECK("t:expect_not_idle(t:connect(), 0)"), "t:expect_not_idle"},
        {CHECK("t:two_rounds(1, 2)"), "t:two_rounds"},
        {CHECK("t:fill(t:connect(), 7)"), "must be c"},
        {CHECK("t:fill(t:connect(), nil, 64 << 20)"), "t:fill"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct scenario *scenario = begin(wrong[i][0], 1);
        for (struct step *step; (step = scenario_step(scenario));)
            finish(scenario, step);
        ends(scenario, OUTCOME_SCRIPT, wrong[i][1]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(spawn_and_join),
        cmocka_unit_test(unjoined),
        cmocka_unit_test(steps_say_where),
        cmocka_unit_test(barriers_open_again),
        cmocka_unit_test(deadlocks),
        cmocka_unit_test(failing_step_ends_all),
        cmocka_unit_test(wrong_verbs),
        cmocka_unit_test(seeds),
        cmocka_unit_test(random_data),
        cmocka_unit_test(many_lines),
        cmocka_unit_test(fill_until_it_stands),
        cmocka_unit_test(fill_with_the_most),
        cmocka_unit_test(greet_until_heard),
        cmocka_unit_test(talker_comes_anew),
        cmocka_unit_test(not_idle_for_half_the_limit),
        cmocka_unit_test(holds_for_two_rounds),
        cmocka_unit_test(made_verbs_check_their_arguments),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
