/* Rules about where a server slept: sleeps_only_in, sleeps_in, longest_sleep, nonblocking. */
#include "tests/judge_fixture.h"

/* One thread that blocks in recv on connection 2 while connection 3 waits. */
static void blocking_tape(struct tape *tape)
{
    tape_begin(tape, "ptrace", true);
    tape_accept(tape, 5, 15, 1, 5, 2);
    tape_step(tape, 320, 0.01, 3, "send", "hello, world", OUTCOME_OK, NULL);
    tape_call(tape, 310, 1200, 1, "recv", 5, 2, 4);
    tape_call(tape, 1511, 0.1, 1, "send", 5, 2, 4);
    tape_check(tape, 1600, OUTCOME_OK, "a check");
    tape_stop(tape, 1700);
}

static void sleeping_elsewhere_names_call_moment_connection_and_length(void **state)
{
    struct tape tape;
    (void)state;
    blocking_tape(&tape);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@wait\", \"@sleep\", \"@accept\"]}",
                 VERDICT_FAIL,
                 WORDS("recv(5) slept 1.2 s on connection 2 at 0.310 s",
                       "while connection 3 had 12 bytes waiting"));
}

static void sleeping_where_allowed_holds(void **state)
{
    struct tape tape;
    (void)state;
    blocking_tape(&tape);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@accept\", \"recv\"]}", VERDICT_PASS, NULL);
}

static void an_untraced_recording_shows_nothing(void **state)
{
    static const char *const all[] = {
        "{\"sleeps_only_in\": [\"@wait\"]}",
        "{\"sleeps_in\": [\"recv\"]}",
        "{\"uses\": [\"recv\"]}",
        "{\"avoids\": [\"poll\"]}",
        "{\"threads\": 1}",
        "{\"threads\": \"per-connection\"}",
        "{\"processes\": 1}",
        "{\"nonblocking\": true}",
        "{\"per_message\": {\"calls\": 3}}",
        "{\"longest_sleep\": {\"call\": \"recv\", \"seconds\": 1}}",
        "{\"at_most\": {\"call\": \"accept\", \"count\": 1}}",
        "{\"no_calls_on_closed\": true}",
        "{\"stack\": {\"most\": 65536}}",
        "{\"write_interest\": \"pending\"}",
        "{\"rebuilds_sets\": true}",
        "{\"nfds\": \"highest\"}",
        "{\"idle\": {\"calls\": 1}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct tape tape;
        tape_begin(&tape, "behaviour", true);
        tape_quiet(&tape, 100, "begin");
        tape_quiet(&tape, 400, "end");
        tape_stop(&tape, 500);
        expect_rules(&tape, all[i], VERDICT_NOT_OBSERVED, WORDS("could not be observed"));
    }
}

static void what_nobody_can_tell_is_not_held_against_the_server(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape.extra = (struct extra){.vague = true, .moded = true, .nonblocking = EVENT_UNKNOWN};
    tape_call(&tape, 50, 0.1, 1, "recv", 5, 1, 4);
    tape_stop(&tape, 100);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@wait\"]}", VERDICT_PASS, NULL);
}

static void a_call_that_the_harness_made_fail_did_not_sleep(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    uint64_t enter = tape_call(&tape, 50, 30, 1, "recv", 5, 1, -EINTR);
    tape_fault(&tape, 50, enter, EINTR);
    tape_stop(&tape, 100);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@wait\"]}", VERDICT_PASS, NULL);
}

static void short_locks_do_not_count_and_long_ones_do(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 50, 0.9, 1, "futex", -1, 0, 0);
    tape_stop(&tape, 100);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@wait\"]}", VERDICT_PASS, NULL);
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 50, 30, 1, "futex", -1, 0, 0);
    tape_stop(&tape, 100);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@wait\"]}", VERDICT_FAIL,
                 WORDS("futex slept 30 ms at 0.050 s"));
}

static void what_comes_after_the_end_does_not_count(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 50, 0.1, 1, "recv", 5, 1, 4);
    tape_server(&tape, 100, "stop", 15, NULL, OUTCOME_OK);
    tape_call(&tape, 101, 300, 1, "futex", -1, 0, 0);
    tape_server(&tape, 500, "exit", 0, NULL, OUTCOME_OK);
    expect_rules(&tape, "{\"sleeps_only_in\": [\"@wait\"], \"avoids\": [\"futex\"]}",
                 VERDICT_PASS, NULL);
}

static void sleeps_in_wants_a_sleep(void **state)
{
    struct tape tape;
    (void)state;
    blocking_tape(&tape);
    expect_rules(&tape, "{\"sleeps_in\": [\"@accept\", \"@receive\"]}", VERDICT_PASS, NULL);
    blocking_tape(&tape);
    expect_rules(&tape, "{\"sleeps_in\": [\"send\"]}", VERDICT_FAIL,
                 WORDS("never slept in send", "called 1 time"));
    blocking_tape(&tape);
    expect_rules(&tape, "{\"sleeps_in\": [\"select\"]}", VERDICT_FAIL,
                 WORDS("never slept in select", "never called"));
}

static void longest_sleep_has_a_limit(void **state)
{
    struct tape tape;
    (void)state;
    blocking_tape(&tape);
    expect_rules(&tape, "{\"longest_sleep\": {\"call\": \"@receive\", \"seconds\": 1}}",
                 VERDICT_FAIL,
                 WORDS("recv(5) slept 1.2 s", "connection 2", "0.310 s", "at most 1.0 s"));
    blocking_tape(&tape);
    expect_rules(&tape, "{\"longest_sleep\": {\"call\": \"@receive\", \"seconds\": 1.5}}",
                 VERDICT_PASS, NULL);
}

static void a_sleep_that_never_ended_counts_up_to_the_end(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape.extra.never = true;
    tape_call(&tape, 100, 0, 2, "send", 5, 1, 0);
    tape_stop(&tape, 4100);
    expect_rules(&tape, "{\"longest_sleep\": {\"call\": \"@send\", \"seconds\": 3}}",
                 VERDICT_FAIL, WORDS("send(5) slept 4.0 s on connection 1 at 0.100 s"));
}

static void mode_tape(struct tape *tape, enum event_ternary nonblocking, const char *flags)
{
    tape_begin(tape, "ptrace", true);
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    tape->extra = (struct extra){.moded = true, .nonblocking = nonblocking, .asked = flags};
    tape_call(tape, 50, 0.1, 1, "readv", 5, 1, 4);
    tape_stop(tape, 100);
}

static void nonblocking_is_wanted_also_where_it_did_not_sleep(void **state)
{
    struct tape tape;
    (void)state;
    mode_tape(&tape, EVENT_NO, NULL);
    expect_rules(
        &tape, "{\"nonblocking\": true}", VERDICT_FAIL,
        WORDS("readv(5) on connection 1 at 0.050 s", "O_NONBLOCK", "did not sleep this time"));
    mode_tape(&tape, EVENT_NO, "MSG_DONTWAIT");
    expect_rules(&tape, "{\"nonblocking\": true}", VERDICT_FAIL, WORDS("MSG_DONTWAIT"));
    mode_tape(&tape, EVENT_YES, "MSG_DONTWAIT");
    expect_rules(&tape, "{\"nonblocking\": true}", VERDICT_PASS, NULL);
    mode_tape(&tape, EVENT_UNKNOWN, NULL);
    expect_rules(&tape, "{\"nonblocking\": true}", VERDICT_NOT_OBSERVED, NULL);
    mode_tape(&tape, EVENT_YES, NULL);
    expect_rules(&tape, "{\"nonblocking\": \"all\"}", VERDICT_FAIL,
                 WORDS("accept(3) at 0.020 s"));
}

/* Nothing was there, and the end came before the call was back: it asked, and did not sleep. */
static void asking_without_a_time_out_is_no_sleep(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape.extra = (struct extra){.timed = true, .never = true};
    tape_call(&tape, 50, 0.1, 1, "epoll_wait", 4, 0, 0);
    tape_stop(&tape, 50.1);
    expect_rules(&tape, "{\"sleeps_in\": [\"epoll_wait\"]}", VERDICT_FAIL,
                 WORDS("never slept in epoll_wait"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleeping_elsewhere_names_call_moment_connection_and_length),
        cmocka_unit_test(sleeping_where_allowed_holds),
        cmocka_unit_test(an_untraced_recording_shows_nothing),
        cmocka_unit_test(what_nobody_can_tell_is_not_held_against_the_server),
        cmocka_unit_test(a_call_that_the_harness_made_fail_did_not_sleep),
        cmocka_unit_test(short_locks_do_not_count_and_long_ones_do),
        cmocka_unit_test(what_comes_after_the_end_does_not_count),
        cmocka_unit_test(sleeps_in_wants_a_sleep),
        cmocka_unit_test(asking_without_a_time_out_is_no_sleep),
        cmocka_unit_test(longest_sleep_has_a_limit),
        cmocka_unit_test(a_sleep_that_never_ended_counts_up_to_the_end),
        cmocka_unit_test(nonblocking_is_wanted_also_where_it_did_not_sleep),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
