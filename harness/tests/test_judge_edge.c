/* Edges that are followed to the end, and turns that are shared out. */
#include "tests/judge_fixture.h"

static const char drains[] = "{\"drains_edges\": true}";
static const char fair[] = "{\"fair\": 3}";

#define BURST "0123456789"

static void control(struct tape *tape, double when, const char *asked)
{
    tape->extra.asked = asked;
    tape_call(tape, when, 0.1, 1, "epoll_ctl", 4, 0, 0);
}

/* A wait that came back with `told` after `length` ms; a millisecond or more: it slept. */
static void wait_for(struct tape *tape, double when, double length, int thread,
                     const char *told)
{
    tape->extra = (struct extra){.told = told, .timed = true, .timeout = EVENT_FOREVER};
    if (!told)
        tape->extra.never = true;
    tape_call(tape, when, length, thread, "epoll_wait", 4, 0, 1);
}

/* Three threads may be there; the listener is 3, connection 1 is 5 and 2 is 6, edge-triggered. */
static void begin(struct tape *tape)
{
    tape_begin(tape, "ptrace", true);
    control(tape, 15, "ADD 3 IN|ET");
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    tape_call(tape, 21, 0.1, 1, "accept", 3, 0, -EAGAIN);
    control(tape, 22, "ADD 5 IN|OUT|ET");
    tape_accept(tape, 30, 0.1, 1, 6, 2);
    control(tape, 31, "ADD 6 IN|OUT|ET");
}

static void sends(struct tape *tape, double when, int client, const char *data)
{
    tape_step(tape, when, 0.1, client, "send", data, OUTCOME_OK, NULL);
}

/* A receive of 5 at most from connection 1: descriptor 5. */
static void receive(struct tape *tape, double when, int64_t result)
{
    tape->extra.bytes = 5;
    tape_call(tape, when, 0.1, 1, "recv", 5, 1, result);
}

static void expect(struct tape *tape, const char *rules, enum verdict_status status,
                   const char *const *words)
{
    tape_stop(tape, 5000);
    expect_rules(tape, rules, status, words);
}

/* Connection 1 sends a burst, and epoll tells of it. */
static void burst(struct tape *tape)
{
    begin(tape);
    sends(tape, 100, 1, BURST);
    wait_for(tape, 90, 11, 1, "{5:IN|OUT}");
}

static void receives_until_eagain(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    receive(&tape, 110, 5);
    receive(&tape, 111, 5);
    receive(&tape, 112, -EAGAIN);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

static void sleeps_on_what_is_left(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    receive(&tape, 110, 5);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_FAIL,
           WORDS("5 bytes unread on connection 1", "no event will come",
                 "recv(5) at 0.110 s took 5 bytes", "epoll_wait(4) at 0.120 s slept"));
}

static void new_bytes_come_too_late(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    receive(&tape, 110, 5);
    sends(&tape, 400, 1, "more");
    wait_for(&tape, 120, 281, 1, "{5:IN|OUT}");
    expect(&tape, drains, VERDICT_FAIL, WORDS("epoll_wait(4) at 0.120 s slept 281 ms"));
}

static void bytes_in_flight_make_an_edge(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    receive(&tape, 110, 5);
    wait_for(&tape, 120, 5, 1, "{5:IN|OUT}");
    receive(&tape, 130, 5);
    wait_for(&tape, 140, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

static void a_short_receive_has_taken_all(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    sends(&tape, 100, 1, BURST);
    wait_for(&tape, 90, 11, 1, "{5:IN}");
    tape.extra.bytes = 4096;
    tape_call(&tape, 110, 0.1, 1, "recv", 5, 1, 7);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

static void a_peek_takes_nothing(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    tape.extra = (struct extra){.asked = "MSG_PEEK", .bytes = 4096};
    tape_call(&tape, 110, 0.1, 1, "recv", 5, 1, 10);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_FAIL,
           WORDS("10 bytes unread", "epoll_wait(4) told of it at 0.101 s, and nothing was"));
}

static void a_list_is_served_without_sleeping(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    receive(&tape, 110, 5);
    wait_for(&tape, 111, 0.1, 1, "{6:OUT}"); /* time-out 0: it came back at once */
    receive(&tape, 112, 5);
    receive(&tape, 113, -EAGAIN);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

static void blocked_output_is_a_reason_to_stop(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    receive(&tape, 110, 5);
    tape_call(&tape, 111, 0.1, 1, "send", 5, 1, -EAGAIN);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);

    burst(&tape);
    receive(&tape, 110, 5);
    tape_call(&tape, 111, 0.1, 1, "send", 5, 1, -EAGAIN);
    wait_for(&tape, 120, 10, 1, "{5:OUT}");
    tape.extra.bytes = 5;
    tape_call(&tape, 131, 0.1, 1, "send", 5, 1, 5);
    wait_for(&tape, 140, 0, 1, NULL);
    expect(&tape, drains, VERDICT_FAIL,
           WORDS("5 bytes unread on connection 1", "epoll_wait(4) at 0.140 s"));
}

static void level_triggered_is_told_again(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    control(&tape, 40, "MOD 5 IN");
    sends(&tape, 100, 1, BURST);
    wait_for(&tape, 90, 11, 1, "{5:IN}");
    receive(&tape, 110, 5);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

static void clients_are_left_in_the_queue(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    tape_step(&tape, 98, 0.1, 3, "connect", NULL, OUTCOME_OK, NULL);
    tape_step(&tape, 99, 0.1, 4, "connect", NULL, OUTCOME_OK, NULL);
    wait_for(&tape, 90, 11, 1, "{3:IN}");
    tape_accept(&tape, 110, 0.1, 1, 7, 3);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_FAIL,
           WORDS("1 client in the queue", "accept(3) at 0.110 s took one", "at 0.120 s"));
}

static void clients_wait_for_a_descriptor(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    tape_step(&tape, 98, 0.1, 3, "connect", NULL, OUTCOME_OK, NULL);
    wait_for(&tape, 90, 11, 1, "{3:IN}");
    tape_call(&tape, 110, 0.1, 1, "accept", 3, 0, -EMFILE);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

/* Another thread was handed the connection, and comes to it soon; or never. */
static void another_thread_may_follow_the_edge(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    tape_thread(&tape, 105, 2, 1);
    receive(&tape, 110, 5);
    tape.extra.bytes = 5;
    tape_call(&tape, 300, 0.1, 2, "recv", 5, 1, 5);
    tape_call(&tape, 301, 0.1, 2, "recv", 5, 1, -EAGAIN);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);

    burst(&tape);
    tape_thread(&tape, 105, 2, 1);
    receive(&tape, 110, 5);
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_FAIL, WORDS("5 bytes unread on connection 1"));
}

/* EPOLL_CTL_MOD makes an event of what is there; another thread has it, and is slow to start. */
static void registering_anew_is_told_again(void **state)
{
    struct tape tape;
    (void)state;
    burst(&tape);
    tape_thread(&tape, 105, 2, 1);
    receive(&tape, 110, 5);
    control(&tape, 112, "MOD 5 IN|OUT|ET");
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);
}

/* The one that was told has had no processor yet; the others wait for what comes next. */
static void whoever_was_told_may_be_slow(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    tape_thread(&tape, 50, 2, 1);
    sends(&tape, 100, 1, BURST);
    wait_for(&tape, 90, 11, 2, "{5:IN|OUT}");
    wait_for(&tape, 120, 0, 1, NULL);
    expect(&tape, drains, VERDICT_PASS, NULL);

    begin(&tape);
    tape_thread(&tape, 50, 2, 1);
    sends(&tape, 100, 1, BURST);
    wait_for(&tape, 90, 11, 2, "{5:IN|OUT}");
    wait_for(&tape, 120, 0, 1, NULL);
    wait_for(&tape, 130, 0, 2, NULL);
    expect(&tape, drains, VERDICT_FAIL,
           WORDS("10 bytes unread on connection 1", "epoll_wait(4) at 0.130 s"));
}

static void without_edges_there_is_nothing_to_hold(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_accept(&tape, 20, 0.1, 1, 5, 1);
    expect(&tape, drains, VERDICT_FAIL, WORDS("never made a call"));
    tape_begin(&tape, "behaviour", true);
    expect(&tape, drains, VERDICT_NOT_OBSERVED, NULL);
}

/* --- fair --- */

/* Connection 1 has `turns` receives in a row from `when` on, each of one byte. */
static void greedy(struct tape *tape, double when, int turns)
{
    for (int i = 0; i < turns; i++)
        tape_call(tape, when + i, 0.1, 1, "recv", 5, 1, 1);
}

static void everybody_has_a_turn(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    sends(&tape, 100, 1, BURST);
    sends(&tape, 101, 2, "x");
    greedy(&tape, 110, 3);
    tape_call(&tape, 120, 0.1, 1, "recv", 6, 2, 1);
    greedy(&tape, 130, 7); /* nobody waits any longer */
    expect(&tape, fair, VERDICT_PASS, NULL);
}

static void one_has_too_many(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    sends(&tape, 100, 1, BURST);
    greedy(&tape, 110, 2);
    sends(&tape, 111.5, 2, "x"); /* it waits from here on: two receives do not count */
    greedy(&tape, 112, 4);
    expect(&tape, fair, VERDICT_FAIL,
           WORDS("from 0.112 s to 0.115 s connection 1 had 4 receives in a row",
                 "1 byte of connection 2 waited", "at most 3"));
}

static void nobody_is_made_to_wait(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    sends(&tape, 100, 1, BURST);
    sends(&tape, 101, 2, "x");
    tape_call(&tape, 105, 0.1, 1, "send", 6, 2, -EAGAIN); /* its own output is blocked */
    greedy(&tape, 110, 6);
    expect(&tape, fair, VERDICT_PASS, NULL);

    tape_begin(&tape, "ptrace", true);
    tape_accept(&tape, 20, 0.1, 1, 5, 1);
    sends(&tape, 100, 1, BURST);
    sends(&tape, 101, 2, "x"); /* in the queue of the listener */
    greedy(&tape, 110, 6);
    tape_accept(&tape, 120, 0.1, 1, 6, 2);
    expect(&tape, fair, VERDICT_PASS, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receives_until_eagain),
        cmocka_unit_test(sleeps_on_what_is_left),
        cmocka_unit_test(new_bytes_come_too_late),
        cmocka_unit_test(bytes_in_flight_make_an_edge),
        cmocka_unit_test(a_short_receive_has_taken_all),
        cmocka_unit_test(a_peek_takes_nothing),
        cmocka_unit_test(a_list_is_served_without_sleeping),
        cmocka_unit_test(blocked_output_is_a_reason_to_stop),
        cmocka_unit_test(level_triggered_is_told_again),
        cmocka_unit_test(clients_are_left_in_the_queue),
        cmocka_unit_test(clients_wait_for_a_descriptor),
        cmocka_unit_test(another_thread_may_follow_the_edge),
        cmocka_unit_test(registering_anew_is_told_again),
        cmocka_unit_test(whoever_was_told_may_be_slow),
        cmocka_unit_test(without_edges_there_is_nothing_to_hold),
        cmocka_unit_test(everybody_has_a_turn),
        cmocka_unit_test(one_has_too_many),
        cmocka_unit_test(nobody_is_made_to_wait),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
