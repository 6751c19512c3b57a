/* Rules about how much a server did: idle, per_message, pause; and how it called select. */
#include "tests/judge_fixture.h"

/* --- idle --- */

/* A quiet of half a second with `calls` receives in vain, and so much CPU time. */
static void quiet_tape(struct tape *tape, int calls, double cpu_ms)
{
    tape_begin(tape, "ptrace", true);
    tape_server(tape, 310.1, "measure", 5000000, "cpu", OUTCOME_OK);
    tape_quiet(tape, 310, "begin");
    for (int i = 0; i < 100; i++) /* busy with what came before */
        tape_call(tape, 311 + i * 0.1, 0.01, 1, "recv", 5, 1, -EAGAIN);
    for (int i = 0; i < calls; i++)
        tape_call(tape, 370 + i * 400.0 / calls, 0.001, 1, "recv", 5, 1, -EAGAIN);
    tape_quiet(tape, 810, "end");
    tape_server(tape, 810.1, "measure", 5000000 + at(cpu_ms), "cpu", OUTCOME_OK);
    tape_stop(tape, 900);
}

static void idle_servers_hold(void **state)
{
    struct tape tape;
    (void)state;
    quiet_tape(&tape, 20, 10);
    expect_rules(&tape, "{\"idle\": {\"calls\": 50, \"cpu\": 0.05}}", VERDICT_PASS, NULL);
}

static void polling_while_all_are_silent(void **state)
{
    struct tape tape;
    (void)state;
    quiet_tape(&tape, 4500, 10);
    expect_rules(&tape, "{\"idle\": {\"calls\": 50, \"cpu\": 0.05}}", VERDICT_FAIL,
                 WORDS("silent for 500 ms from 0.310 s", "10000 system calls a second",
                       "4500 of 4500 were recv(5)", "at most 50"));
}

static void burning_a_core_while_all_are_silent(void **state)
{
    struct tape tape;
    (void)state;
    quiet_tape(&tape, 2, 400);
    expect_rules(&tape, "{\"idle\": {\"cpu\": 0.05}}", VERDICT_FAIL,
                 WORDS("80 % of a core", "at most 5 %", "0.310 s"));
}

static void without_a_quiet_idle_is_not_observed(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"idle\": {\"calls\": 50}}", VERDICT_NOT_OBSERVED, NULL);
}

/* --- per_message --- */

/* Twelve messages: select, receives in vain, receive, send. */
static void message_tape(struct tape *tape, int vain)
{
    tape_begin(tape, "ptrace", true);
    for (int i = 0; i < 12; i++) {
        double when = 100 + 10 * i;
        tape->extra = (struct extra){.timed = true, .timeout = EVENT_FOREVER};
        tape_call(tape, when, 5, 1, "select", -1, 0, 1);
        for (int k = 0; k < vain; k++)
            tape_call(tape, when + 5 + k * 0.1, 0.01, 1, "recv", 6, 2, -EAGAIN);
        tape_call(tape, when + 6, 0.1, 1, "recv", 5, 1, 4);
        tape_call(tape, when + 7, 0.1, 1, "send", 5, 1, 4);
    }
    tape_stop(tape, 900);
}

static void costs_of_a_message(void **state)
{
    struct tape tape;
    (void)state;
    message_tape(&tape, 0);
    expect_rules(&tape, "{\"per_message\": {\"calls\": 3, \"wakeups\": 1, \"vain\": 0}}",
                 VERDICT_PASS, NULL);
    message_tape(&tape, 3);
    expect_rules(&tape, "{\"per_message\": {\"calls\": 3}}", VERDICT_FAIL,
                 WORDS("6 system calls for a message", "median of 11", "recv(5)",
                       "connection 1", "at most 3"));
    message_tape(&tape, 3);
    expect_rules(&tape, "{\"per_message\": {\"vain\": 0}}", VERDICT_FAIL,
                 WORDS("3 polls in vain"));
    message_tape(&tape, 0);
    expect_rules(&tape, "{\"per_message\": {\"wakeups\": 0}}", VERDICT_FAIL,
                 WORDS("1 wake-ups"));
}

/* --- select --- */

static void select_call(struct tape *tape, double when, const char *asked, const char *told,
                        int64_t result)
{
    tape->extra =
        (struct extra){.asked = asked, .told = told, .timed = true, .timeout = EVENT_FOREVER};
    tape_call(tape, when, 2, 1, "select", -1, 0, result);
}

static void nfds_is_the_highest_plus_one(void **state)
{
    static const struct {
        const char *asked;
        enum verdict_status status;
        const char *word;
    } rows[] = {
        {"6, {3 5}, {}, {}", VERDICT_PASS, "observed"},
        {"6, {3}, {5}, NULL", VERDICT_PASS, "observed"},
        {"5, {3 5}, {}, {}", VERDICT_FAIL, "does not look"},
        {"1024, {3 5}, {}, {}", VERDICT_FAIL, "more than it must"},
        {"0, {}, {}, {}", VERDICT_NOT_OBSERVED, "observed"}, /* a pause */
        {"6, {3 5", VERDICT_NOT_OBSERVED, "observed"},       /* cut */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tape tape;
        tape_begin(&tape, "ptrace", true);
        select_call(&tape, 100, rows[i].asked, "{5}, {}, {}", 1);
        tape_stop(&tape, 900);
        expect_rules(
            &tape, "{\"nfds\": \"highest\"}", rows[i].status,
            rows[i].status == VERDICT_FAIL
                ? WORDS("select at 0.100 s", "highest descriptor in a set is 5", rows[i].word)
                : NULL);
    }
}

/* Connections 1 and 2 on descriptors 5 and 6; then one more select. */
static void two_connections(struct tape *tape, const char *last)
{
    tape_begin(tape, "ptrace", true);
    select_call(tape, 50, "4, {3}, {}, {}", "{3}, {}, {}", 1);
    tape_accept(tape, 60, 0.1, 1, 5, 1);
    tape_accept(tape, 62, 0.1, 1, 6, 2);
    select_call(tape, 70, "7, {3 5 6}, {}, {}", "{5}, {}, {}", 1);
    tape_call(tape, 80, 0.1, 1, "recv", 5, 1, 100);
    tape->extra.bytes = 100;
    tape_call(tape, 81, 0.1, 1, "send", 5, 1, 100);
    tape_step(tape, 85, 0.01, 2, "send", "hello", OUTCOME_OK, NULL);
    if (last)
        select_call(tape, 90, last, "{5}, {}, {}", 1);
}

static void sets_are_rebuilt(void **state)
{
    struct tape tape;
    (void)state;
    two_connections(&tape, "7, {3 5 6}, {}, {}");
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"rebuilds_sets\": true}", VERDICT_PASS, NULL);
    two_connections(&tape, "6, {5}, {}, {}");
    tape_stop(&tape, 900);
    expect_rules(
        &tape, "{\"rebuilds_sets\": true}", VERDICT_FAIL,
        WORDS("select at 0.090 s", "connection 2 (descriptor 6)", "5 bytes of it wait unread"));
}

static void paused_and_closed_connections_may_be_left_out(void **state)
{
    struct tape tape;
    (void)state;
    two_connections(&tape, "7, {3 5}, {6}, {}");    /* waits to write */
    tape_call(&tape, 100, 0.1, 1, "recv", 6, 2, 0); /* its end */
    select_call(&tape, 110, "6, {3 5}, {}, {}", "{5}, {}, {}", 1);
    tape.extra.bytes = 900;
    tape_call(&tape, 120, 0.1, 1, "send", 5, 1, 100); /* short: output is pending */
    select_call(&tape, 130, "4, {3}, {}, {}", "{3}, {}, {}", 1);
    tape_close(&tape, 140, 1, 5, 1);
    select_call(&tape, 150, "4, {3}, {}, {}", "{3}, {}, {}", 1);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"rebuilds_sets\": true}", VERDICT_PASS, NULL);
}

static void write_interest_wants_something_to_write(void **state)
{
    struct tape tape;
    (void)state;
    two_connections(&tape, NULL);
    select_call(&tape, 300, "7, {3 5 6}, {5}, {}", "{}, {5}, {}", 1);
    tape_call(&tape, 310, 0.1, 1, "send", 5, 1, 100);
    select_call(&tape, 320, "7, {3 5 6}, {5}, {}", "{5}, {5}, {}", 2);
    tape_call(&tape, 330, 0.1, 1, "recv", 5, 1, 100);
    select_call(&tape, 340, "7, {3 5 6}, {}, {}", "{}, {}, {}", 0);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"write_interest\": \"pending\"}", VERDICT_PASS, NULL);
    two_connections(&tape, NULL);
    select_call(&tape, 300, "7, {3 5 6}, {5}, {}", "{}, {5}, {}", 1);
    select_call(&tape, 310, "7, {3 5 6}, {5}, {}", "{}, {5}, {}", 1);
    select_call(&tape, 320, "7, {3 5 6}, {5}, {}", "{}, {5}, {}", 1);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"write_interest\": \"pending\"}", VERDICT_FAIL,
                 WORDS("select at 0.300 s", "descriptor 5 (connection 1)", "2 times"));
}

static void epoll_call(struct tape *tape, double when, const char *told)
{
    tape->extra = (struct extra){.told = told, .timed = true, .timeout = EVENT_FOREVER};
    tape_call(tape, when, 0.1, 1, "epoll_wait", 4, 0, 1);
}

static void edge_triggered_write_interest_costs_nothing(void **state)
{
    (void)state;
    for (int edge = 0; edge < 2; edge++) {
        struct tape tape;
        tape_begin(&tape, "ptrace", true);
        tape_accept(&tape, 60, 0.1, 1, 5, 1);
        tape.extra.asked = edge ? "ADD 5 IN|OUT|ET" : "ADD 5 IN|OUT";
        tape_call(&tape, 70, 0.1, 1, "epoll_ctl", 4, 0, 0);
        epoll_call(&tape, 80, "{5:OUT}");
        tape_call(&tape, 85, 0.1, 1, "recv", 5, 1, -EAGAIN); /* a look is not a reason */
        epoll_call(&tape, 90, "{5:IN}");
        tape_stop(&tape, 900);
        expect_rules(&tape, "{\"write_interest\": \"pending\"}",
                     edge ? VERDICT_PASS : VERDICT_FAIL, NULL);
    }
}

/* --- pause --- */

/* A pause that takes 400 ms, however long it was asked to be. */
static void pause_tape(struct tape *tape, double milliseconds)
{
    tape_begin(tape, "ptrace", true);
    tape->extra = (struct extra){.timed = true, .timeout = at(milliseconds)};
    tape_call(tape, 104, 400, 1, "nanosleep", -1, 0, 0);
    tape_stop(tape, 900);
}

static void pauses_are_as_long_as_was_asked_for(void **state)
{
    struct tape tape;
    (void)state;
    pause_tape(&tape, 1);
    expect_rules(&tape, "{\"pause\": {\"most\": 0.05}}", VERDICT_PASS, NULL);
    pause_tape(&tape, 300);
    expect_rules(&tape, "{\"pause\": {\"most\": 0.05}}", VERDICT_FAIL,
                 WORDS("nanosleep at 0.104 s asked for a pause of 300 ms; at most 50 ms"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_servers_hold),
        cmocka_unit_test(polling_while_all_are_silent),
        cmocka_unit_test(burning_a_core_while_all_are_silent),
        cmocka_unit_test(without_a_quiet_idle_is_not_observed),
        cmocka_unit_test(costs_of_a_message),
        cmocka_unit_test(nfds_is_the_highest_plus_one),
        cmocka_unit_test(sets_are_rebuilt),
        cmocka_unit_test(paused_and_closed_connections_may_be_left_out),
        cmocka_unit_test(write_interest_wants_something_to_write),
        cmocka_unit_test(edge_triggered_write_interest_costs_nothing),
        cmocka_unit_test(pauses_are_as_long_as_was_asked_for),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
