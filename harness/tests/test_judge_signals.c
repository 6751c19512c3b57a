/* Rules about signal handlers. */
#include "tests/judge_fixture.h"

static uint64_t tape_signal(struct tape *tape, double when, const char *name)
{
    struct event event = call_event(EVENT_SIGNAL, when, 1, NULL, 5, 1);
    event.result = 29;
    event.detail = name;
    return tape_put(tape, &event);
}

static void tape_handler(struct tape *tape, double when, uint64_t signal, const char *function)
{
    struct event event = call_event(EVENT_HANDLER, when, 1, function, -1, 0);
    event.result = 29;
    event.pair = signal;
    tape_put(tape, &event);
}

static void begin(struct tape *tape, bool watched)
{
    tape_begin(tape, "ptrace", true);
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    if (watched)
        tape_server(tape, 30, "watch-handlers", 0, NULL, OUTCOME_OK);
}

#define RULE "{\"safe_handlers\": true}"

static void handlers_that_call_nothing_are_safe(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape, true);
    tape_signal(&tape, 100, "SIGIO");
    tape_call(&tape, 101, 0.1, 1, "recv", 5, 1, 4);
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_PASS, NULL);
}

static void a_call_is_told_with_signal_and_moment(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape, true);
    tape_signal(&tape, 90, "SIGIO");
    tape_handler(&tape, 110, tape_signal(&tape, 100, "SIGRTMIN+1"), "malloc");
    tape_stop(&tape, 200);
    expect_rules(
        &tape, RULE, VERDICT_FAIL,
        WORDS("the handler of SIGRTMIN+1 called malloc", "0.110 s", "not async-signal-safe"));
    begin(&tape, true);
    tape_handler(&tape, 110, tape_signal(&tape, 100, "SIGIO"), "puts");
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_FAIL, WORDS("puts (which the compiler also makes of"));
}

static void a_server_that_is_ended_is_still_looked_at(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape, true);
    tape_stop(&tape, 200);
    tape_handler(&tape, 202, tape_signal(&tape, 201, "SIGTERM"), "exit");
    expect_rules(&tape, RULE, VERDICT_FAIL, WORDS("the handler of SIGTERM called exit"));
}

static void what_was_not_watched_is_not_judged(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape, false);
    tape_signal(&tape, 100, "SIGIO");
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_NOT_OBSERVED, NULL);
    begin(&tape, true);
    struct event note = event_make(EVENT_NOTE);
    note.time = at(100);
    note.verb = "handlers";
    tape_put(&tape, &note);
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_NOT_OBSERVED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_that_call_nothing_are_safe),
        cmocka_unit_test(a_call_is_told_with_signal_and_moment),
        cmocka_unit_test(a_server_that_is_ended_is_still_looked_at),
        cmocka_unit_test(what_was_not_watched_is_not_judged),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
