/* The rule that a connection is asked only when a signal has told of it. */
#include "tests/judge_fixture.h"

#define RULE "{\"prompted\": true}"

static void tape_signal(struct tape *tape, double when, int number, int fd)
{
    struct event event = call_event(EVENT_SIGNAL, when, 1, NULL, fd, 0);
    event.result = number;
    tape_put(tape, &event);
}

/* As many receives in vain as are allowed without a signal. */
static void in_vain(struct tape *tape, double when, const char *call)
{
    for (int i = 0; i < 3; i++)
        tape_call(tape, when + i, 0.1, 1, call, 5, 1, -EAGAIN);
}

static void begin(struct tape *tape)
{
    tape_begin(tape, "ptrace", true);
    tape_accept(tape, 20, 0.1, 1, 5, 1);
}

static void told_by_signals(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    in_vain(&tape, 30, "recv");
    tape_signal(&tape, 40, 34, 5);
    tape_call(&tape, 50, 0.1, 1, "readv", 5, 1, -EAGAIN);
    tape_signal(&tape, 60, 29, EVENT_NONE);
    tape_call(&tape, 70, 0.1, 1, "read", 5, 1, -EAGAIN);
    tape_call(&tape, 80, 20, 1, "sigwaitinfo", EVENT_NONE, 0, 34);
    tape_call(&tape, 110, 0.1, 1, "recv", 5, 1, -EAGAIN);
    tape_call(&tape, 120, 20, 1, "read", 9, 0, 3 * 128); /* a signalfd, three signals */
    in_vain(&tape, 150, "recv");
    tape_call(&tape, 160, 0.1, 1, "send", 5, 1, 100); /* there was room again */
    in_vain(&tape, 170, "recv");
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_PASS, NULL);
}

/* Signals that came while it drained are followed by receives in vain afterwards. */
static void notes_may_pile_up(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    for (int i = 0; i < 6; i++)
        tape_signal(&tape, 30 + i, 35, 5);
    tape_call(&tape, 40, 0.1, 1, "recv", 5, 1, 100);
    for (int i = 0; i < 9; i++)
        tape_call(&tape, 41 + i, 0.1, 1, "recv", 5, 1, -EAGAIN);
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_PASS, NULL);
}

static void asked_without_being_told(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    in_vain(&tape, 30, "recv");
    tape_call(&tape, 40, 0.1, 1, "recv", 5, 1, -EAGAIN);
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_FAIL,
                 WORDS("recv(5)", "0.040 s", "receive 4 in vain", "connection 1"));
}

static void signals_of_others_do_not_tell(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    in_vain(&tape, 30, "recv");
    tape_signal(&tape, 35, 34, 6);          /* another descriptor's */
    tape_signal(&tape, 36, 14, EVENT_NONE); /* SIGALRM */
    tape_call(&tape, 37, 1, 1, "sigtimedwait", EVENT_NONE, 0, -EAGAIN);
    tape_call(&tape, 40, 0.1, 1, "recv", 5, 1, -EAGAIN);
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_FAIL, WORDS("receive 4 in vain"));
}

static void without_a_receive_nothing_is_said(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    tape_stop(&tape, 200);
    expect_rules(&tape, RULE, VERDICT_NOT_OBSERVED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_by_signals),
        cmocka_unit_test(notes_may_pile_up),
        cmocka_unit_test(asked_without_being_told),
        cmocka_unit_test(signals_of_others_do_not_tell),
        cmocka_unit_test(without_a_receive_nothing_is_said),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
