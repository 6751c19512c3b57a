/* Rules about which calls were made, and by how many threads. */
#include "tests/judge_fixture.h"

/* --- uses, avoids --- */

static void echo_tape(struct tape *tape, const char *receive)
{
    tape_begin(tape, "ptrace", true);
    tape_call(tape, 2, 0.1, 1, "read", 9, 0, 832); /* the C library reads itself */
    tape_call(tape, 3, 0.1, 1, "socket", -1, 0, 3);
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    tape_call(tape, 50, 0.1, 1, receive, 5, 1, 4);
    tape_call(tape, 51, 0.1, 1, "write", 2, 0, 40); /* a log */
    tape_call(tape, 52, 0.1, 1, "send", 5, 1, 4);
    tape_stop(tape, 100);
}

static void uses_takes_classes_and_alternatives(void **state)
{
    struct tape tape;
    (void)state;
    echo_tape(&tape, "recvmsg");
    expect_rules(&tape, "{\"uses\": [\"@receive\", \"read|recvmsg\", \"send\"]}", VERDICT_PASS,
                 NULL);
    echo_tape(&tape, "recvmsg");
    expect_rules(&tape, "{\"uses\": [\"read|readv\"]}", VERDICT_FAIL,
                 WORDS("never called read or readv", "called recvmsg, 1 such call"));
    echo_tape(&tape, "recv");
    expect_rules(&tape, "{\"uses\": [\"poll\"]}", VERDICT_FAIL, WORDS("never called poll"));
}

static void avoids_names_the_first_call(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape.extra.asked = "{5:IN}";
    tape_call(&tape, 310, 4, 1, "poll", -1, 0, 1);
    tape_call(&tape, 330, 4, 1, "poll", -1, 0, 1);
    tape_stop(&tape, 400);
    expect_rules(&tape, "{\"avoids\": [\"select\", \"poll\"]}", VERDICT_FAIL,
                 WORDS("called poll", "2 times", "0.310 s"));
}

static void logs_and_start_up_are_not_avoided_calls(void **state)
{
    struct tape tape;
    (void)state;
    echo_tape(&tape, "recv");
    expect_rules(&tape, "{\"avoids\": [\"write\", \"read\"]}", VERDICT_PASS, NULL);
    echo_tape(&tape, "read");
    expect_rules(&tape, "{\"avoids\": [\"write\", \"read\"]}", VERDICT_FAIL,
                 WORDS("read(5)", "1 time, first at 0.050 s"));
}

static void arming_tape(struct tape *tape, const char *detail)
{
    tape_begin(tape, "ptrace", true);
    tape->extra.asked = detail;
    tape_call(tape, 300, 0.1, 1, "fcntl", 5, 1, 0);
    tape->extra.asked = "MSG_NOSIGNAL";
    tape_call(tape, 310, 0.1, 1, "send", 5, 1, 4);
    tape_stop(tape, 400);
}

static void names_may_carry_a_word_of_the_detail(void **state)
{
    struct tape tape;
    (void)state;
    arming_tape(&tape, "F_SETFL O_RDWR|O_NONBLOCK|O_ASYNC");
    expect_rules(&tape,
                 "{\"uses\": [\"fcntl:O_ASYNC\", \"ioctl:FIOASYNC|fcntl:O_ASYNC\", "
                 "\"@send:MSG_NOSIGNAL\"]}",
                 VERDICT_PASS, NULL);
    arming_tape(&tape, "F_SETFL O_RDWR|O_NONBLOCK");
    expect_rules(&tape, "{\"uses\": [\"fcntl:O_ASYNC|ioctl:FIOASYNC\"]}", VERDICT_FAIL,
                 WORDS("never called fcntl with O_ASYNC or ioctl with FIOASYNC",
                       "instead it called fcntl, 1 such call"));
    arming_tape(&tape, "F_SETFL O_RDWR|O_NONBLOCK");
    expect_rules(&tape, "{\"avoids\": [\"fcntl:O_ASYNC\", \"send:MSG_DONTWAIT\"]}",
                 VERDICT_PASS, NULL);
    arming_tape(&tape, "F_SETFL O_RDWR|O_ASYNC");
    expect_rules(&tape, "{\"avoids\": [\"poll\", \"fcntl:O_ASYNC\"]}", VERDICT_FAIL,
                 WORDS("called fcntl(5) with O_ASYNC", "1 time, first at 0.300 s"));
}

/* --- at_most, no_calls_on_closed --- */

static void accept_tape(struct tape *tape, int count, double apart)
{
    tape_begin(tape, "ptrace", true);
    for (int i = 0; i < count; i++)
        tape_call(tape, 100 + i * apart, 0.01, 1, "accept4", 3, 0, -EMFILE);
    tape_stop(tape, 100 + count * apart + 100);
}

#define QUOTA "{\"at_most\": {\"call\": \"@accept\", \"error\": \"EMFILE\", \"count\": 10}}"

static void at_most_counts_within_any_second(void **state)
{
    struct tape tape;
    (void)state;
    accept_tape(&tape, 10, 1);
    expect_rules(&tape, QUOTA, VERDICT_PASS, NULL);
    accept_tape(&tape, 30, 101);
    expect_rules(&tape, QUOTA, VERDICT_PASS, NULL);
    accept_tape(&tape, 30, 99);
    expect_rules(&tape, QUOTA, VERDICT_FAIL,
                 WORDS("accept4(3) = EMFILE", "11 times", "0.100 s", "at most 10 in 1.0 s"));
}

#define ROW                                                                                    \
    "{\"at_most\": {\"call\": \"@accept\", \"error\": \"EMFILE\", \"count\": 10, "             \
    "\"in_a_row\": true}}"

/* Eight calls, a pause, eight more: slow or quick, they are no row of sixteen. */
static void accepts_and_pause(struct tape *tape, double pause)
{
    tape_begin(tape, "ptrace", true);
    for (int i = 0; i < 8; i++)
        tape_call(tape, 100 + i * 40, 0.01, 1, "accept4", 3, 0, -EMFILE);
    tape_call(tape, 450, pause, 1, "nanosleep", -1, 0, 0);
    for (int i = 0; i < 8; i++)
        tape_call(tape, 600 + i * 40, 0.01, 1, "accept4", 3, 0, -EMFILE);
    tape_stop(tape, 2000);
}

static void at_most_in_a_row_does_not_ask_how_quickly(void **state)
{
    struct tape tape;
    (void)state;
    accept_tape(&tape, 30, 500);
    expect_rules(
        &tape, ROW, VERDICT_FAIL,
        WORDS("accept4(3) = EMFILE", "11 times", "at most 10 in a row, with no sleep"));
    accepts_and_pause(&tape, 20);
    expect_rules(&tape, ROW, VERDICT_PASS, NULL);
    accepts_and_pause(&tape, 0.2); /* too short to rest */
    expect_rules(&tape, ROW, VERDICT_FAIL, WORDS("11 times"));
}

static void calls_on_closed_descriptors(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 100, 0.1, 1, "close", 5, 1, 0);
    tape_call(&tape, 110, 0.1, 1, "close", -1, 0, -EBADF); /* harmless, and common */
    tape_stop(&tape, 200);
    expect_rules(&tape, "{\"no_calls_on_closed\": true}", VERDICT_PASS, NULL);
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 100, 0.1, 1, "close", 5, 1, 0);
    tape_call(&tape, 110, 0.1, 1, "send", 5, 0, -EBADF);
    tape_stop(&tape, 200);
    expect_rules(&tape, "{\"no_calls_on_closed\": true}", VERDICT_FAIL,
                 WORDS("send(5) at 0.110 s", "EBADF"));
}

/* --- threads, processes, stack --- */

static void never_more_threads_than(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 90, 0.1, 1, "pthread_create", -1, 0, 0);
    tape_thread(&tape, 90, 2, 1);
    tape_thread_end(&tape, 95, 2, 0);
    tape_thread(&tape, 96, 3, 1);
    tape_stop(&tape, 200);
    expect_rules(&tape, "{\"threads\": 2}", VERDICT_PASS, NULL);
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 90, 0.1, 1, "pthread_create", -1, 0, 0);
    tape_thread(&tape, 90.05, 2, 1);
    tape_call(&tape, 95, 0.1, 2, "recv", 5, 1, 3);
    tape_stop(&tape, 200);
    expect_rules(&tape, "{\"threads\": 1}", VERDICT_FAIL,
                 WORDS("2 threads at one time, at 0.090 s", "pthread_create", "at most 1 is"));
}

static void never_more_processes_than(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_thread(&tape, 90, 2, 1);
    tape_thread(&tape, 110, 3, 2);
    tape_call(&tape, 120, 1, 1, "wait4", -1, 0, 0);
    tape_stop(&tape, 200);
    expect_rules(&tape, "{\"processes\": 1}", VERDICT_FAIL,
                 WORDS("2 processes at one time, at 0.110 s"));
}

static void stacks_as_mapped(void **state)
{
    struct tape tape;
    (void)state;
    for (int64_t size = 65536; size <= 8 << 20; size += (8 << 20) - 65536) {
        bool big = size > 65536;
        tape_begin(&tape, "ptrace", true);
        struct event made = call_event(EVENT_ENTER, 90, 1, "pthread_create", -1, 0);
        made.bytes = size;
        tape_put(&tape, &made);
        tape_stop(&tape, 200);
        expect_rules(&tape, "{\"stack\": {\"most\": 1048576}}",
                     big ? VERDICT_FAIL : VERDICT_PASS,
                     big ? WORDS("pthread_create at 0.090 s", "8388608 bytes") : NULL);
    }
}

/* --- threads = "per-connection" --- */

#define OWN "{\"threads\": \"per-connection\"}"

/* Each connection is accepted by thread 1, and received from by the thread beside it. */
static void serve(struct tape *tape, const int (*pairs)[2], size_t count, bool made_before)
{
    tape_begin(tape, "ptrace", true);
    for (int thread = 2; thread <= 3 && made_before; thread++)
        tape_thread(tape, 15, thread, 1);
    for (size_t i = 0; i < count; i++) {
        double when = 100 + 100 * (double)i;
        int connection = pairs[i][0], thread = pairs[i][1];
        tape_accept(tape, when, 0.1, 1, 4 + connection, connection);
        if (thread != 1 && !made_before)
            tape_thread(tape, when + 1, thread, 1);
        tape_call(tape, when + 2, 30, thread, "recv", 4 + connection, connection, 5);
    }
    tape->extra = (struct extra){.never = true};
    tape_call(tape, 900, 0, 1, "accept", 3, 0, 0);
    tape_stop(tape, 1000);
}

static void a_thread_for_each_connection_holds(void **state)
{
    struct tape tape;
    (void)state;
    serve(&tape, (const int[][2]){{1, 2}, {2, 3}, {3, 4}}, 3, false);
    expect_rules(&tape, OWN, VERDICT_PASS, NULL);
}

static void the_accepting_thread_may_not_serve(void **state)
{
    struct tape tape;
    (void)state;
    serve(&tape, (const int[][2]){{1, 1}}, 1, false);
    expect_rules(&tape, OWN, VERDICT_FAIL,
                 WORDS("recv(5) at 0.102 s", "thread 1", "connection 1", "accepts"));
}

static void a_pool_is_not_per_connection(void **state)
{
    struct tape tape;
    (void)state;
    serve(&tape, (const int[][2]){{1, 2}, {2, 3}}, 2, true);
    expect_rules(&tape, OWN, VERDICT_FAIL,
                 WORDS("thread 2", "was there before the connection came"));
    serve(&tape, (const int[][2]){{1, 2}, {2, 2}}, 2, false);
    expect_rules(&tape, OWN, VERDICT_FAIL, WORDS("recv(6)", "thread 2", "connection"));
}

static void two_threads_on_one_connection(void **state)
{
    struct tape tape;
    (void)state;
    serve(&tape, (const int[][2]){{1, 2}, {1, 3}}, 2, false);
    expect_rules(&tape, OWN, VERDICT_FAIL,
                 WORDS("thread 3", "connection 1", "thread 2 had received from before"));
}

static void a_thread_that_accepts_and_hands_accepting_on_holds(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_accept(&tape, 100, 1, 1, 5, 1);
    tape_call(&tape, 102, 0.1, 1, "pthread_create", -1, 0, 0);
    tape_thread(&tape, 102.05, 2, 1);
    tape_accept(&tape, 103, 100, 2, 6, 2);
    tape_call(&tape, 104, 50, 1, "recv", 5, 1, 5);
    tape_call(&tape, 204, 0.1, 2, "pthread_create", -1, 0, 0);
    tape_thread(&tape, 204.05, 3, 1);
    tape_call(&tape, 205, 50, 2, "recv", 6, 2, 5);
    tape_stop(&tape, 1000);
    expect_rules(&tape, OWN, VERDICT_PASS, NULL);
}

/* --- many recordings, many rules --- */

static void rules_of_a_manifest_look_at_all_recordings(void **state)
{
    struct tape one, two;
    char *hints[] = {"h", NULL};
    struct rule_check rule = {
        1, (char *)"r", 10, hints,
        (char *)"{\"uses\": [\"recv\", \"readv\"], \"avoids\": [\"poll\"]}"};
    (void)state;
    echo_tape(&one, "recv");
    echo_tape(&two, "readv");
    const struct recording *recordings[] = {tape_read(&one), tape_read(&two)};
    struct verdict *verdict = judge_rules(&rule, recordings, NULL, 2);
    assert_int_equal(verdict->status, VERDICT_PASS);
    assert_true(verdict->points == 10);
    verdict_free(verdict);
    verdict = judge_rules(&rule, recordings, NULL, 1);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    assert_true(verdict->points == 0);
    verdict_free(verdict);
    verdict = judge_rules(&rule, recordings, NULL, 0);
    assert_int_equal(verdict->status, VERDICT_NOT_OBSERVED);
    verdict_free(verdict);
    tape_end(&one);
    tape_end(&two);
}

/* A server in another model makes none of the calls that a rule is about: watched, so it fails. */
static void rules_about_calls_that_were_never_made(void **state)
{
    static const char *const rules[] = {
        "{\"nfds\": \"highest\"}",          "{\"rebuilds_sets\": true}",
        "{\"stack\": {\"most\": 1}}",       "{\"threads\": \"per-connection\"}",
        "{\"nonblocking\": true}",          "{\"write_interest\": \"pending\"}",
        "{\"per_message\": {\"vain\": 0}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct tape tape;
        tape_begin(&tape, "ptrace", true);
        tape_accept(&tape, 20, 0.1, 1, 5, 1);
        tape_stop(&tape, 100);
        expect_rules(&tape, rules[i], VERDICT_FAIL, WORDS("never made a call"));
    }
}

static bool served(struct tape *tape)
{
    const struct recording *recording = tape_read(tape);
    bool served = judge_served(&recording, 1);
    tape_end(tape);
    return served;
}

static void a_server_that_took_no_client_has_no_model(void **state)
{
    static const struct rule_check rule = {.number = 2, .name = (char *)"r", .points = 4};
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", false);
    tape_server(&tape, 20, "exit", 0, "SIGSEGV", OUTCOME_OK);
    assert_false(served(&tape));
    tape_begin(&tape, "ptrace", true);
    tape_server(&tape, 20, "exit", 0, NULL, OUTCOME_OK);
    assert_false(served(&tape));
    tape_begin(&tape, "ptrace", true);
    tape_accept(&tape, 20, 0.1, 1, 5, 1);
    tape_stop(&tape, 100);
    assert_true(served(&tape));
    tape_begin(&tape, "behaviour", true); /* who knows what it did */
    tape_server(&tape, 20, "exit", 0, NULL, OUTCOME_OK);
    assert_true(served(&tape));
    tape_begin(&tape, "ptrace", false); /* the harness broke */
    assert_true(served(&tape));
    struct verdict *verdict = judge_unserved(&rule);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    assert_non_null(strstr(verdict->message, "never took a client"));
    verdict_free(verdict);
}

static void wrong_rules_are_named(void **state)
{
    static const char *const wrong[][2] = {
        {"{\"usess\": [\"recv\"]}", "no rule \"usess\""},
        {"{\"usess\": [\"recv\"]}", "sleeps_only_in"},
        {"{\"uses\": \"recv\"}", "wants a list of calls"},
        {"{\"uses\": [3]}", "wants a list of calls"},
        {"{\"threads\": \"many\"}", "per-connection"},
        {"{\"threads\": 0}", "per-connection"},
        {"{\"nonblocking\": false}", "true or"},
        {"{\"idle\": {}}", "calls (a second)"},
        {"{\"per_message\": {\"call\": 3}}", "wakeups"},
        {"{\"at_most\": {\"call\": \"x\", \"count\": 1, \"error\": \"ENOTHING\"}}", "error"},
        {"{\"at_most\": {\"call\": \"x\", \"count\": 1, \"per\": 1, \"in_a_row\": true}}",
         "row"},
        {"{\"nfds\": 3}", "highest"},
        {"[1]", "table"},
        {"{", "table"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct failure failure = {0};
        assert_int_equal(judge_rules_valid(wrong[i][0], &failure), -1);
        if (!strstr(failure.text, wrong[i][1]))
            fail_msg("%s: %s", wrong[i][0], failure.text);
    }
    struct failure failure;
    assert_int_equal(judge_rules_valid("{}", &failure), 0);
    assert_int_equal(judge_rules_valid("[]", &failure), 0);
    assert_int_equal(judge_rules_valid("{\"threads\": 1, \"idle\": {\"cpu\": 0.05}}", &failure),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_takes_classes_and_alternatives),
        cmocka_unit_test(avoids_names_the_first_call),
        cmocka_unit_test(names_may_carry_a_word_of_the_detail),
        cmocka_unit_test(logs_and_start_up_are_not_avoided_calls),
        cmocka_unit_test(at_most_counts_within_any_second),
        cmocka_unit_test(at_most_in_a_row_does_not_ask_how_quickly),
        cmocka_unit_test(calls_on_closed_descriptors),
        cmocka_unit_test(never_more_threads_than),
        cmocka_unit_test(never_more_processes_than),
        cmocka_unit_test(stacks_as_mapped),
        cmocka_unit_test(a_thread_for_each_connection_holds),
        cmocka_unit_test(the_accepting_thread_may_not_serve),
        cmocka_unit_test(a_pool_is_not_per_connection),
        cmocka_unit_test(two_threads_on_one_connection),
        cmocka_unit_test(a_thread_that_accepts_and_hands_accepting_on_holds),
        cmocka_unit_test(rules_of_a_manifest_look_at_all_recordings),
        cmocka_unit_test(rules_about_calls_that_were_never_made),
        cmocka_unit_test(a_server_that_took_no_client_has_no_model),
        cmocka_unit_test(wrong_rules_are_named),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
