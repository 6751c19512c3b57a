/* One check judged: every way in which it can end, and the story that the verdict tells. */
#include "tests/judge_fixture.h"

static char *check_hints[] = {"Which call is your server asleep in?", "closer", NULL};

static struct verdict *judge(struct tape *tape)
{
    const struct check check = {.number = 21,
                                .name = (char *)"a check",
                                .file = (char *)"20-slow.lua",
                                .line = 3,
                                .points = 15,
                                .hints = check_hints};
    struct verdict *verdict = judge_check(&check, tape_read(tape), tape->path, NULL);
    assert_non_null(verdict);
    return verdict;
}

static void says(const char *text, const char *word)
{
    if (!text || !strstr(text, word))
        fail_msg("no \"%s\" in: %s", word, text ? text : "(nothing)");
}

static bool any(const struct evidence *items, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(items[i].text, word))
            return true;
    return false;
}

static void shows(const struct evidence *items, size_t count, const char *word)
{
    for (size_t i = 0; i < count && !any(items, count, word); i++)
        print_message("# %s\n", items[i].text);
    if (!any(items, count, word))
        fail_msg("no \"%s\" in the evidence", word);
}

static void done(struct verdict *verdict, struct tape *tape)
{
    verdict_free(verdict);
    tape_end(tape);
}

static void all_steps_held(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_step(&tape, 20, 1, 1, "expect", NULL, OUTCOME_OK, "10.lua:4");
    tape_rule(&tape, 30, "{\"threads\": 1}");
    tape_call(&tape, 32, 1, 1, "accept", 3, 0, 5);
    tape_check(&tape, 40, OUTCOME_OK, "a check");
    tape_stop(&tape, 50);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_PASS);
    assert_true(verdict->points == 15);
    assert_null(verdict->message);
    assert_null(verdict->hint);
    done(verdict, &tape);
}

/* A silent client 1 keeps the only thread in recv; client 2 waits for its echo. */
static void asleep_tape(struct tape *tape, int threads)
{
    tape_begin(tape, "ptrace", true);
    tape_step(tape, 19, 0.1, 1, "connect", NULL, OUTCOME_OK, "20-slow.lua:12");
    tape_accept(tape, 15, 5, 1, 4, 1);
    tape->extra.never = true;
    tape_call(tape, 21, 0, 1, "recv", 4, 1, 0);
    for (int i = 2; i <= threads; i++) {
        tape_thread(tape, 21, i, 1);
        tape->extra.never = true;
        tape_call(tape, 22, 0, i, "recv", 100 + i, 100 + i, 0);
    }
    tape_step(tape, 30, 0.1, 2, "connect", NULL, OUTCOME_OK, "20-slow.lua:13");
    tape_step(tape, 31, 0.01, 2, "send", "hello, world", OUTCOME_OK, "20-slow.lua:14");
    struct event expect = event_make(EVENT_STEP);
    expect.time = at(32);
    expect.span = at(1890);
    expect.client = expect.connection = 2;
    expect.verb = "expect";
    expect.outcome = OUTCOME_TIMEOUT;
    expect.want = "hello, world";
    expect.want_size = 12;
    expect.offset = 0;
    expect.detail = "client 2: 0 of 12 bytes came within 1.9 s (20-slow.lua:15)";
    tape_put(tape, &expect);
    tape_check(tape, 1923, OUTCOME_TIMEOUT, "client 2: 0 of 12 bytes came within 1.9 s");
    tape_stop(tape, 2000);
}

static void a_failure_says_where_the_server_was_asleep(void **state)
{
    struct tape tape;
    (void)state;
    asleep_tape(&tape, 1);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    assert_string_equal(verdict->message,
                        "client 2: 0 of 12 bytes came within 1.9 s (20-slow.lua:15)");
    assert_string_equal(verdict->hint, check_hints[0]);
    shows(verdict->asleep, verdict->asleep_count,
          "thread 1 has been asleep in recv(4) on connection 1 for 1.9 s");
    shows(verdict->asleep, verdict->asleep_count, "12 bytes of connection 2 wait unread");
    shows(verdict->steps, verdict->step_count, "client 2: send 12 bytes \"hello, world\"");
    shows(verdict->steps, verdict->step_count, "expect \"hello, world\": not in time");
    shows(verdict->calls, verdict->call_count, "recv(4");
    says(verdict->difference, "expected      0  68 65 6c 6c 6f 2c 20 77 6f 72 6c 64  |hello, "
                              "world|");
    says(verdict->difference, "(nothing)");
    assert_true(verdict->failed_at > 0);
    for (size_t i = 0; i < verdict->call_count; i++)
        assert_true(verdict->calls[i].event > 0);
    done(verdict, &tape);
}

static void many_threads_are_grouped(void **state)
{
    struct tape tape;
    (void)state;
    asleep_tape(&tape, 1000);
    struct verdict *verdict = judge(&tape);
    assert_true(verdict->asleep_count <= 6);
    shows(verdict->asleep, verdict->asleep_count, "997 more threads: in recv");
    done(verdict, &tape);
}

static void other_bytes_come_as_a_difference(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    struct event expect = event_make(EVENT_STEP);
    expect.time = at(32);
    expect.verb = "expect";
    expect.outcome = OUTCOME_MISMATCH;
    expect.want = "the quick brown fox jumps over the lazy dog";
    expect.want_size = strlen(expect.want);
    expect.data = "the quick brown fox jumps\0over the lazy dog";
    expect.data_size = expect.want_size;
    expect.offset = 100;
    expect.detail = "client 1: byte 126 differs (10.lua:3)";
    tape_put(&tape, &expect);
    tape_check(&tape, 40, OUTCOME_MISMATCH, "client 1: byte 126 differs");
    tape_stop(&tape, 50);
    struct verdict *verdict = judge(&tape);
    says(verdict->difference, "first difference at byte 125");
    says(verdict->difference, "got         121  75 6d 70 73 00 6f");
    size_t lines = 0;
    for (const char *c = verdict->difference; *c; c++)
        lines += *c == '\n';
    assert_true(lines <= 9);
    done(verdict, &tape);
}

static void a_script_error_is_not_the_students(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_check(&tape, 40, OUTCOME_SCRIPT, "20-slow.lua:9: no verb sendd");
    tape_stop(&tape, 50);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_ERROR);
    says(verdict->message, "20-slow.lua:9");
    assert_null(verdict->hint);
    done(verdict, &tape);
}

static void a_cut_off_run_is_an_error_with_its_reason(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    struct event note = event_make(EVENT_NOTE);
    note.time = at(40);
    note.detail = "no space left on device";
    tape_put(&tape, &note);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_ERROR);
    says(verdict->message, "no space left");
    done(verdict, &tape);
}

static void what_needs_the_tracer_is_not_observed(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "behaviour", true);
    tape_step(&tape, 20, 1, 0, "asleep", NULL, OUTCOME_UNSEEN, "this needs the tracer");
    tape_check(&tape, 40, OUTCOME_UNSEEN, "this needs the tracer");
    tape_stop(&tape, 50);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_NOT_OBSERVED);
    says(verdict->message, "tracer");
    done(verdict, &tape);
}

static void a_server_that_never_listened(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", false);
    tape_call(&tape, 5, 0.1, 1, "socket", -1, 0, 3);
    tape_call(&tape, 6, 0.1, 1, "bind", 3, 0, -EADDRINUSE);
    tape.extra.never = true;
    tape_call(&tape, 7, 0, 1, "pause", -1, 0, 0);
    tape_server(&tape, 5000, "ready", 0, "the server did not listen on its port within 5 s",
                OUTCOME_TIMEOUT);
    tape_stop(&tape, 5001);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    says(verdict->message, "did not listen");
    shows(verdict->calls, verdict->call_count, "bind(3) = EADDRINUSE");
    shows(verdict->asleep, verdict->asleep_count, "asleep in pause for 5.0 s");
    done(verdict, &tape);
}

static void a_server_that_crashed_at_once(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", false);
    tape_call(&tape, 5, 0.1, 1, "socket", -1, 0, 3);
    tape_thread_end(&tape, 6, 1, -11);
    tape_server(&tape, 9, "exit", 0, "SIGSEGV", OUTCOME_OK);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    says(verdict->message, "died of SIGSEGV at 0.006 s. It never listened.");
    done(verdict, &tape);
    tape_begin(&tape, "behaviour", false);
    tape_server(&tape, 9, "exit", 3, NULL, OUTCOME_OK);
    verdict = judge(&tape);
    says(verdict->message, "ended at 0.009 s with exit status 3. It never listened.");
    done(verdict, &tape);
}

/* The server dies at 60 ms; the script may fail for it, or have seen nothing. */
static void death_tape(struct tape *tape, enum event_outcome outcome, const char *signal,
                       int sent)
{
    tape_begin(tape, "ptrace", true);
    tape_call(tape, 50, 1, 1, "recv", 5, 1, 16);
    if (sent)
        tape_server(tape, 55, "signal", sent, sigabbrev_np(sent), OUTCOME_OK);
    tape_thread_end(tape, 60, 1, -11);
    if (outcome != OUTCOME_OK)
        tape_step(tape, 58, 10, 1, "expect", NULL, outcome, "client 1: the server reset (a:1)");
    tape_check(tape, 70, outcome,
               outcome == OUTCOME_OK ? "a check" : "client 1: the server reset");
    tape_server(tape, 71, "exit", 0, signal, OUTCOME_OK);
}

static void a_server_that_crashed_in_the_middle(void **state)
{
    struct tape tape;
    (void)state;
    death_tape(&tape, OUTCOME_RESET, "SIGSEGV", 0);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    says(verdict->message, "client 1: the server reset (a:1)\nThe server died of SIGSEGV at "
                           "0.060 s.");
    shows(verdict->calls, verdict->call_count, "recv(5, 16) on connection 1 = 16, asleep");
    assert_int_equal(verdict->asleep_count, 0);
    done(verdict, &tape);
}

static void a_death_that_no_client_noticed_fails_too(void **state)
{
    struct tape tape;
    (void)state;
    death_tape(&tape, OUTCOME_OK, "SIGPIPE", 0);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    says(verdict->message, "died of SIGPIPE");
    done(verdict, &tape);
    death_tape(&tape, OUTCOME_OK, "SIGTERM", 15);
    verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_PASS);
    done(verdict, &tape);
    death_tape(&tape, OUTCOME_OK, "SIGSEGV", 15);
    verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    done(verdict, &tape);
}

static void a_signal_of_the_harness_at_the_end_is_no_failure(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_check(&tape, 70, OUTCOME_OK, "a check");
    tape_server(&tape, 71, "stop", 15, NULL, OUTCOME_OK);
    tape_server(&tape, 1071, "kill", 9, NULL, OUTCOME_TIMEOUT);
    tape_server(&tape, 1072, "exit", 0, "SIGKILL", OUTCOME_OK);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_PASS);
    done(verdict, &tape);
}

static void rules_of_the_script(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 50, 30, 1, "recv", 5, 1, 16);
    tape_rule(&tape, 60, "{\"sleeps_only_in\": [\"@wait\"], \"uses\": [\"poll\"]}");
    tape_check(&tape, 70, OUTCOME_OK, "a check");
    tape_stop(&tape, 90);
    struct verdict *verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    says(verdict->message, "recv(5) slept 30 ms on connection 1 at 0.050 s");
    says(verdict->message, "never called poll");
    shows(verdict->calls, verdict->call_count, "recv(5");
    done(verdict, &tape);
    tape_begin(&tape, "behaviour", true);
    tape_rule(&tape, 60, "{\"sleeps_only_in\": [\"@wait\"]}");
    tape_check(&tape, 70, OUTCOME_OK, "a check");
    tape_stop(&tape, 90);
    verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_NOT_OBSERVED);
    done(verdict, &tape);
    tape_begin(&tape, "ptrace", true);
    tape_rule(&tape, 60, "{\"sleeps\": 3}");
    tape_check(&tape, 70, OUTCOME_OK, "a check");
    tape_stop(&tape, 90);
    verdict = judge(&tape);
    assert_int_equal(verdict->status, VERDICT_ERROR);
    says(verdict->message, "no rule \"sleeps\"");
    done(verdict, &tape);
}

static void a_broken_harness_is_said(void **state)
{
    (void)state;
    const struct check check = {.number = 1, .name = (char *)"x", .points = 1};
    struct verdict *verdict = judge_check(&check, NULL, NULL, "the worker was killed");
    assert_int_equal(verdict->status, VERDICT_ERROR);
    assert_string_equal(verdict->message, "the worker was killed");
    verdict_free(verdict);
    verdict = judge_unbuilt(3, "y", 5, check_hints, "probe.c:1: error");
    assert_int_equal(verdict->status, VERDICT_FAIL);
    says(verdict->message, "probe.c:1: error");
    verdict_free(verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_steps_held),
        cmocka_unit_test(a_failure_says_where_the_server_was_asleep),
        cmocka_unit_test(many_threads_are_grouped),
        cmocka_unit_test(other_bytes_come_as_a_difference),
        cmocka_unit_test(a_script_error_is_not_the_students),
        cmocka_unit_test(a_cut_off_run_is_an_error_with_its_reason),
        cmocka_unit_test(what_needs_the_tracer_is_not_observed),
        cmocka_unit_test(a_server_that_never_listened),
        cmocka_unit_test(a_server_that_crashed_at_once),
        cmocka_unit_test(a_server_that_crashed_in_the_middle),
        cmocka_unit_test(a_death_that_no_client_noticed_fails_too),
        cmocka_unit_test(a_signal_of_the_harness_at_the_end_is_no_failure),
        cmocka_unit_test(rules_of_the_script),
        cmocka_unit_test(a_broken_harness_is_said),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
