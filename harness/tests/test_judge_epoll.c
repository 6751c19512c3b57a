/* Rules about registrations with epoll, and about what a wake-up is good for. */
#include "tests/judge_fixture.h"

#define POINTER UINT64_C(0x5581a2c012f0)

/* epoll_ctl of descriptor 4 at `when`: `asked` as in event.h, and the data. */
static void control(struct tape *tape, double when, const char *asked, uint64_t data)
{
    tape->extra = (struct extra){.asked = asked, .address = data};
    tape_call(tape, when, 0.1, 1, "epoll_ctl", 4, 0, 0);
}

/* A server whose connection 1 is descriptor 5, and 2 descriptor 6; nothing is registered yet. */
static void begin(struct tape *tape)
{
    tape_begin(tape, "ptrace", true);
    control(tape, 15, "ADD 3 IN|ET", 3); /* the listener: the server's own business */
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    tape_accept(tape, 30, 0.1, 1, 6, 2);
}

static void expect(struct tape *tape, const char *rules, enum verdict_status status,
                   const char *const *words)
{
    tape_stop(tape, 900);
    expect_rules(tape, rules, status, words);
}

static void data_is_not_the_descriptor(void **state)
{
    static const char rule[] = "{\"epoll_data\": \"pointer\"}";
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 50, "ADD 6 IN", 6); /* an index into a table, equal by chance */
    control(&tape, 60, "MOD 6 OUT", 6);
    expect(&tape, rule, VERDICT_PASS, NULL);

    begin(&tape);
    control(&tape, 40, "ADD 5 IN", 5);
    control(&tape, 50, "ADD 6 IN", UINT64_C(0x7ffe00000006)); /* the upper half is left over */
    expect(&tape, rule, VERDICT_FAIL,
           WORDS("epoll_ctl(4) at 0.040 s registers connection 1 (descriptor 5)"));

    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 50, "MOD 5 OUT", 5);
    expect(&tape, rule, VERDICT_FAIL, WORDS("at 0.050 s modifies connection 1 (descriptor 5)"));
}

static void level_triggered(void **state)
{
    static const char rule[] = "{\"triggered\": \"level\"}";
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 50, "MOD 5 OUT", POINTER);
    expect(&tape, rule, VERDICT_PASS, NULL);

    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 50, "MOD 5 OUT|ET", POINTER);
    expect(&tape, rule, VERDICT_FAIL,
           WORDS("epoll_ctl(4) at 0.050 s modifies connection 1 (descriptor 5)", "EPOLLET"));
}

static void edge_triggered_at_each_change(void **state)
{
    static const char rule[] = "{\"triggered\": \"edge\"}";
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN|OUT|RDHUP|ET", POINTER);
    control(&tape, 50, "MOD 5 0", POINTER);
    control(&tape, 60, "MOD 5 IN|ONESHOT|ET", POINTER);
    control(&tape, 70, "DEL 5", 0);
    expect(&tape, rule, VERDICT_PASS, NULL);

    begin(&tape);
    control(&tape, 40, "ADD 5 IN|ET", POINTER);
    control(&tape, 50, "MOD 5 OUT", POINTER);
    expect(&tape, rule, VERDICT_FAIL,
           WORDS("epoll_ctl(4) at 0.050 s modifies connection 1 (descriptor 5)", "is lost"));

    begin(&tape);
    control(&tape, 40, "ADD 6 IN", POINTER);
    expect(&tape, rule, VERDICT_FAIL, WORDS("at 0.040 s registers connection 2", "without"));
}

static void a_change_that_failed_changed_nothing(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN|ET", POINTER);
    tape.extra.asked = "MOD 6 IN";
    tape_call(&tape, 50, 0.1, 1, "epoll_ctl", 4, 0, -ENOENT);
    expect(&tape, "{\"triggered\": \"edge\"}", VERDICT_PASS, NULL);
}

static void a_mod_changes_something(void **state)
{
    static const char rule[] = "{\"no_needless_mod\": true}";
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 50, "MOD 5 OUT", POINTER);
    control(&tape, 60, "MOD 5 IN", POINTER);
    control(&tape, 70, "MOD 5 IN", POINTER + 64);
    control(&tape, 80, "DEL 5", 0);
    control(&tape, 90, "ADD 5 IN", POINTER);
    control(&tape, 100, "MOD 5 IN|ET", POINTER);
    control(&tape, 110, "MOD 5 IN|ET", POINTER); /* another edge, on purpose */
    control(&tape, 120, "MOD 5 IN|ONESHOT", POINTER);
    control(&tape, 130, "MOD 5 IN|ONESHOT", POINTER);
    expect(&tape, rule, VERDICT_PASS, NULL);

    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 50, "MOD 5 IN", POINTER);
    expect(&tape, rule, VERDICT_FAIL,
           WORDS("epoll_ctl(4) at 0.050 s modifies connection 1 (descriptor 5)", "already"));
}

/* The number of a descriptor that was closed stands for somebody else. */
static void a_close_forgets_what_was_registered(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    tape_call(&tape, 50, 0.1, 1, "close", 5, 1, 0);
    tape_close(&tape, 50.05, 1, 5, 1);
    control(&tape, 60, "ADD 5 IN|ET", 5); /* a pipe */
    expect(&tape,
           "{\"no_needless_mod\": true, \"triggered\": \"level\", \"epoll_data\": \"pointer\"}",
           VERDICT_PASS, NULL);
}

/* Waits that come back with `told`; `done`, when not NULL, is called on connection 1 after. */
static void woken(struct tape *tape, double when, const char *told, const char *done,
                  int64_t result)
{
    tape->extra = (struct extra){.told = told, .timed = true, .timeout = EVENT_FOREVER};
    tape_call(tape, when, 2, 1, "epoll_wait", 4, 0, 1);
    if (done)
        tape_call(tape, when + 3, 0.1, 1, done, 5, 1, result);
}

static void events_are_answered(void **state)
{
    static const char rule[] = "{\"answers_events\": true}";
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "ADD 5 IN", POINTER);
    control(&tape, 41, "ADD 6 IN|ET", POINTER + 64);
    control(&tape, 42, "ADD 7 IN", POINTER + 128); /* a timer */
    woken(&tape, 50, "{5:IN}", "recv", 4);
    woken(&tape, 60, "{5:IN}", "recv", -EAGAIN);
    woken(&tape, 70, "{6:IN}", NULL, 0);
    woken(&tape, 80, "{5:IN 7:IN}", NULL, 0);
    woken(&tape, 90, "{7:IN}", NULL, 0);
    woken(&tape, 100, "{5:IN|ERR|HUP}", "close", 0);
    expect(&tape, rule, VERDICT_PASS, NULL);

    begin(&tape);
    control(&tape, 40, "ADD 5 OUT", POINTER);
    woken(&tape, 50, "{5:OUT|ERR|HUP}", NULL, 0);
    woken(&tape, 60, "{5:OUT|ERR|HUP}", NULL, 0);
    woken(&tape, 70, "{5:OUT|ERR|HUP}", "close", 0);
    expect(&tape, rule, VERDICT_FAIL,
           WORDS("epoll_wait(4) at 0.050 s came back with {5:OUT|ERR|HUP}",
                 "connection 1 is descriptor 5", "2 times"));
}

static void without_epoll_there_is_nothing_to_hold(void **state)
{
    static const char *const rules[] = {
        "{\"epoll_data\": \"pointer\"}", "{\"triggered\": \"edge\"}",
        "{\"no_needless_mod\": true}", "{\"answers_events\": true}"};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct tape tape;
        begin(&tape);
        expect(&tape, rules[i], VERDICT_FAIL, WORDS("never made a call"));
        tape_begin(&tape, "behaviour", true);
        expect(&tape, rules[i], VERDICT_NOT_OBSERVED, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_is_not_the_descriptor),
        cmocka_unit_test(level_triggered),
        cmocka_unit_test(edge_triggered_at_each_change),
        cmocka_unit_test(a_change_that_failed_changed_nothing),
        cmocka_unit_test(a_mod_changes_something),
        cmocka_unit_test(a_close_forgets_what_was_registered),
        cmocka_unit_test(events_are_answered),
        cmocka_unit_test(without_epoll_there_is_nothing_to_hold),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
