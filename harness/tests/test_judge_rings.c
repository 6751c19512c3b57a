/* Rules about rings, and what evidence and other rules say of operations. */
#include "tests/judge_fixture.h"

struct entry {
    const char *call;
    int connection;
    uint64_t user_data;
    int64_t bytes;
    uint64_t address;
    const char *words;
};

static uint64_t put_entry(struct tape *tape, double when, enum event_kind kind,
                          const struct entry *entry, int64_t result, const char *words)
{
    struct event event = call_event(kind, when, kind == EVENT_SUBMIT, entry->call,
                                    entry->connection + 4, entry->connection);
    event.pair = entry->user_data;
    event.address = entry->address;
    event.detail = words;
    event.bytes = kind == EVENT_SUBMIT ? entry->bytes : result >= 0 ? result : EVENT_NONE;
    if (kind == EVENT_COMPLETE) {
        event.result = result < 0 ? -1 : result;
        event.error = result < 0 ? (int)-result : 0;
    }
    return tape_put(tape, &event);
}

static uint64_t submit(struct tape *tape, double when, struct entry entry)
{
    return put_entry(tape, when, EVENT_SUBMIT, &entry, 0, entry.words);
}

static void complete(struct tape *tape, double when, struct entry entry, int64_t result,
                     const char *words)
{
    put_entry(tape, when, EVENT_COMPLETE, &entry, result, words);
}

/* One echo on connection 1: a call that waits, around what the ring does. */
static void enter_ring(struct tape *tape, double when, double length, const char *asked,
                       const char *told)
{
    tape->extra =
        (struct extra){.asked = asked, .told = told, .timed = true, .timeout = EVENT_FOREVER};
    tape_call(tape, when, length, 1, "io_uring_enter", 4, 0, 1);
}

static const struct entry receive = {"IORING_OP_RECV", 1, 11, 4096, 0x1000, NULL};
static const struct entry reply = {"IORING_OP_SEND", 1, 12, 100, 0x1000, NULL};

static void echoes(struct tape *tape, int count)
{
    tape_begin(tape, "ptrace", true);
    tape_open(tape, 20, 1, 5, 1);
    for (int i = 0; i < count; i++) {
        double now = 30 + i * 20;
        enter_ring(tape, now, 10, "submit 1, wait 1, GETEVENTS, head 0",
                   "completed 1, head 0, there 1");
        submit(tape, now, receive);
        tape_step(tape, now + 5, 0.01, 1, "send", "hello", OUTCOME_OK, NULL);
        complete(tape, now + 10, receive, 5, NULL);
        enter_ring(tape, now + 11, 0.1, "submit 1, wait 1, GETEVENTS, head 1",
                   "completed 1, head 1, there 1");
        submit(tape, now + 11, reply);
        complete(tape, now + 11.1, reply, 5, NULL);
    }
}

#define ALL_RULES                                                                              \
    "{\"one_send\": true, \"completions_consumed\": true, \"multishot_rearmed\": true, "       \
    "\"buffers_returned\": true, \"zero_copy_buffers\": true, \"pending_at_close\": false, "   \
    "\"uses\": [\"IORING_OP_RECV\", \"@ring\"], \"avoids\": [\"recv\", \"IORING_OP_READ\"], "  \
    "\"sleeps_only_in\": [\"@wait\"]}"

static void a_right_server_holds(void **state)
{
    struct tape tape;
    (void)state;
    echoes(&tape, 5);
    tape_stop(&tape, 900);
    expect_rules(&tape, ALL_RULES, VERDICT_PASS, NULL);
}

static void a_server_without_rings_breaks(void **state)
{
    struct tape tape;
    (void)state;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 20, 5, 1, "recv", 5, 1, 10);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"one_send\": true}", VERDICT_FAIL, WORDS("one_send"));
}

static void avoided_operations_are_named(void **state)
{
    struct tape tape;
    (void)state;
    echoes(&tape, 2);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"avoids\": [\"IORING_OP_SEND\"]}", VERDICT_FAIL,
                 WORDS("IORING_OP_SEND(5)", "2 times", "0.041 s"));
}

static void messages_of_rings_cost_calls(void **state)
{
    struct tape tape;
    (void)state;
    echoes(&tape, 6);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"per_message\": {\"calls\": 2}}", VERDICT_PASS, NULL);
    echoes(&tape, 6);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"per_message\": {\"calls\": 1}}", VERDICT_FAIL,
                 WORDS("2 system calls for a message", "IORING_OP_RECV(5)", "connection 1"));
}

/* --- one_send --- */

static void two_sends(struct tape *tape, const char *words, double later)
{
    struct entry first = reply, second = reply;
    first.words = words;
    second.user_data = 13;
    echoes(tape, 1);
    submit(tape, 100, first);
    submit(tape, 100 + later, second);
    complete(tape, 120, first, 100, NULL);
    complete(tape, 121, second, 100, NULL);
    tape_stop(tape, 900);
}

static void two_sends_at_once(void **state)
{
    struct tape tape;
    (void)state;
    two_sends(&tape, NULL, 3);
    expect_rules(
        &tape, "{\"one_send\": true}", VERDICT_FAIL,
        WORDS("IORING_OP_SEND(5) at 0.103 s", "connection 1", "0.100 s", "not linked"));
    two_sends(&tape, "LINK", 0);
    expect_rules(&tape, "{\"one_send\": true}", VERDICT_PASS, NULL);
    two_sends(&tape, "LINK", 3); /* a link ends with its batch */
    expect_rules(&tape, "{\"one_send\": true}", VERDICT_FAIL, NULL);
    two_sends(&tape, NULL, 30);
    expect_rules(&tape, "{\"one_send\": true}", VERDICT_PASS, NULL);
}

/* --- completions_consumed --- */

static void completions_stay(void **state)
{
    struct tape tape;
    (void)state;
    echoes(&tape, 1);
    for (int i = 0; i < 3; i++)
        enter_ring(&tape, 100 + i, 0.1, "submit 0, wait 1, GETEVENTS, head 5",
                   "completed 0, head 5, there 2");
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"completions_consumed\": true}", VERDICT_FAIL,
                 WORDS("io_uring_enter(4) at 0.102 s", "2 completions are there"));
    echoes(&tape, 1);
    for (int i = 0; i < 3; i++) /* taken before the server waits again */
        enter_ring(&tape, 100 + i, 0.1,
                   i == 0   ? "submit 0, wait 1, GETEVENTS, head 5"
                   : i == 1 ? "submit 0, wait 1, GETEVENTS, head 6"
                            : "submit 0, wait 1, GETEVENTS, head 7",
                   i == 0   ? "completed 1, head 5, there 1"
                   : i == 1 ? "completed 1, head 6, there 1"
                            : "completed 1, head 7, there 1");
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"completions_consumed\": true}", VERDICT_PASS, NULL);
}

/* --- multishot_rearmed, buffers_returned --- */

static const struct entry multishot = {
    "IORING_OP_RECV", 1, 21, 0, 0, "BUFFER_SELECT|MULTISHOT|GROUP 0"};

static void multishot_without_more(struct tape *tape, int64_t result, bool again)
{
    tape_begin(tape, "ptrace", true);
    tape_open(tape, 20, 1, 5, 1);
    submit(tape, 30, multishot);
    tape_step(tape, 40, 0.01, 1, "send", "hello", OUTCOME_OK, NULL);
    complete(tape, 41, multishot, 5, "MORE|BUFFER 0");
    tape_step(tape, 50, 0.01, 1, "send", "hello", OUTCOME_OK, NULL);
    complete(tape, 51, multishot, result, result < 0 ? NULL : "BUFFER 1");
    if (again)
        submit(tape, 52, multishot);
    tape_step(tape, 60, 0.01, 1, "send", "hello", OUTCOME_OK, NULL);
    if (again)
        complete(tape, 61, multishot, result < 0 ? result : 5, NULL);
}

static void multishot_ends(struct tape *tape, int64_t result, bool again)
{
    multishot_without_more(tape, result, again);
    tape_stop(tape, 900);
}

static void multishot_is_armed_again(void **state)
{
    struct tape tape;
    (void)state;
    multishot_ends(&tape, 5, true);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_PASS, NULL);
    multishot_ends(&tape, 5, false);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_FAIL,
                 WORDS("IORING_OP_RECV(5)", "0.051 s", "5 bytes of connection 1 wait unread"));
}

/* The end needs no successor, nor who has gone, nor what may still be under way; and who takes
   nothing is not received from. */
static void some_multishots_stay_ended(void **state)
{
    struct tape tape;
    (void)state;
    multishot_ends(&tape, 0, false);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_PASS, NULL);
    multishot_ends(&tape, -ECONNRESET, false);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_PASS, NULL);
    multishot_without_more(&tape, -ENOBUFS, false);
    tape_stop(&tape, 150);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_PASS, NULL);
    multishot_without_more(&tape, -ENOBUFS, false);
    tape_step(&tape, 70, 0.01, 1, "reset", NULL, OUTCOME_OK, "30-close.lua:12");
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_PASS, NULL);
    multishot_without_more(&tape, -ENOBUFS, false);
    submit(&tape, 70, reply);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_PASS, NULL);
    multishot_without_more(&tape, -ENOBUFS, false);
    submit(&tape, 70, reply);
    complete(&tape, 71, reply, 5, NULL);
    tape_stop(&tape, 900);
    expect_rules(&tape, "{\"multishot_rearmed\": true}", VERDICT_FAIL,
                 WORDS("IORING_OP_RECV(5)", "0.051 s"));
}

static void buffers_are_returned(void **state)
{
    struct tape tape;
    (void)state;
    multishot_ends(&tape, -ENOBUFS, true);
    expect_rules(&tape, "{\"buffers_returned\": true}", VERDICT_FAIL,
                 WORDS("IORING_OP_RECV(5)", "0.051 s", "ENOBUFS", "not given back"));
    multishot_ends(&tape, 5, true);
    expect_rules(&tape, "{\"buffers_returned\": true}", VERDICT_PASS, NULL);
}

/* --- zero_copy_buffers --- */

static void zero_copy_sends(struct tape *tape, double notified)
{
    struct entry sent = {"IORING_OP_SEND_ZC", 1, 31, 4096, 0x1000, NULL};
    tape_begin(tape, "ptrace", true);
    tape_open(tape, 20, 1, 5, 1);
    submit(tape, 30, sent);
    complete(tape, 31, sent, 4096, "MORE");
    if (notified < 40)
        complete(tape, notified, sent, 0, "NOTIF");
    submit(tape, 40, receive);
    if (notified >= 40)
        complete(tape, notified, sent, 0, "NOTIF");
    complete(tape, 60, receive, 5, NULL);
    tape_stop(tape, 900);
}

static void zero_copy_wants_the_notification(void **state)
{
    struct tape tape;
    (void)state;
    zero_copy_sends(&tape, 35);
    expect_rules(&tape, "{\"zero_copy_buffers\": true}", VERDICT_PASS, NULL);
    zero_copy_sends(&tape, 50);
    expect_rules(&tape, "{\"zero_copy_buffers\": true}", VERDICT_FAIL,
                 WORDS("IORING_OP_RECV(5) at 0.040 s", "IORING_OP_SEND_ZC(5)", "0.030 s"));
}

/* --- pending_at_close --- */

static void closes_with_a_receive(struct tape *tape, bool shuts_down, bool cancels)
{
    struct entry cancel = {"IORING_OP_ASYNC_CANCEL", 0, 41, EVENT_NONE, 11, NULL};
    echoes(tape, 1);
    submit(tape, 100, receive);
    if (cancels)
        submit(tape, 101, cancel);
    if (shuts_down)
        tape_call(tape, 102, 0.01, 1, "shutdown", 5, 1, 0);
    tape_close(tape, 103, 1, 5, 1);
    if (shuts_down || cancels)
        complete(tape, 105, receive, cancels ? -ECANCELED : 0, NULL);
    tape_stop(tape, 900);
}

static void a_pending_receive_holds_the_socket(void **state)
{
    struct tape tape;
    (void)state;
    closes_with_a_receive(&tape, false, false);
    expect_rules(&tape, "{\"pending_at_close\": false}", VERDICT_FAIL,
                 WORDS("connection 1 was closed at 0.103 s", "IORING_OP_RECV(5) was pending"));
    closes_with_a_receive(&tape, true, false);
    expect_rules(&tape, "{\"pending_at_close\": false}", VERDICT_PASS, NULL);
    closes_with_a_receive(&tape, false, true);
    expect_rules(&tape, "{\"pending_at_close\": false}", VERDICT_PASS, NULL);
}

/* --- memory that others may have had --- */

static bool lacked(struct tape *tape)
{
    tape_stop(tape, 900);
    bool found = judge_lacked_memory(tape_read(tape));
    tape_end(tape);
    return found;
}

static bool setup_lacked(int error)
{
    struct tape tape;
    tape_begin(&tape, "ptrace", true);
    tape_call(&tape, 10, 0, 1, "io_uring_setup", -1, 0, -error);
    return lacked(&tape);
}

static bool operation_lacked(const char *call, int error, bool made)
{
    struct tape tape;
    struct entry entry = {call, 1, 12, 100, 0x1000, NULL};
    echoes(&tape, 1);
    enter_ring(&tape, 100, 1, "submit 1, wait 1, GETEVENTS, head 2", "completed 1, head 2");
    uint64_t number = submit(&tape, 100, entry);
    if (made)
        tape_fault(&tape, 100, number, error);
    complete(&tape, 100.5, entry, -error, NULL);
    return lacked(&tape);
}

static void memory_that_others_have(void **state)
{
    (void)state;
    assert_true(setup_lacked(ENOMEM));
    assert_false(setup_lacked(EPERM));
    assert_true(operation_lacked("IORING_OP_SEND_ZC", ENOBUFS, false));
    assert_true(operation_lacked("IORING_OP_SENDMSG_ZC", ENOMEM, false));
    assert_false(operation_lacked("IORING_OP_SEND_ZC", ENOBUFS, true));
    assert_false(operation_lacked("IORING_OP_SEND_ZC", ECONNRESET, false));
    assert_false(operation_lacked("IORING_OP_RECV", ENOBUFS, false)); /* no buffer was free */
    assert_false(judge_lacked_memory(NULL));
}

/* --- the story --- */

static void the_story_shows_operations(void **state)
{
    struct tape tape;
    char *hints[] = {"a", "b", NULL};
    struct check check = {.number = 11, .name = (char *)"x", .points = 1, .hints = hints};
    (void)state;
    echoes(&tape, 1);
    tape.extra = (struct extra){.asked = "submit 1, wait 1, GETEVENTS, head 2", .never = true};
    tape_call(&tape, 100, 0, 1, "io_uring_enter", 4, 0, 0);
    submit(&tape, 100, receive);
    tape_step(&tape, 200, 0.01, 1, "expect", "x", OUTCOME_TIMEOUT, "nothing came");
    tape_check(&tape, 201, OUTCOME_TIMEOUT, "nothing came");
    tape_stop(&tape, 900);
    struct verdict *verdict = judge_check(&check, tape_read(&tape), tape.path, NULL);
    assert_int_equal(verdict->status, VERDICT_FAIL);
    assert_true(verdict->call_count >= 3);
    assert_non_null(strstr(verdict->calls[verdict->call_count - 1].text,
                           "IORING_OP_RECV(5, 4096) not completed on connection 1, submitted "
                           "at 0.100 s"));
    assert_string_equal(
        verdict->calls[0].text,
        "IORING_OP_RECV(5, 4096) = 5 at 0.040 s on connection 1, submitted at 0.030 s");
    assert_non_null(
        strstr(verdict->asleep[0].text, "io_uring_enter(4) with 1 operation in flight"));
    verdict_free(verdict);
    tape_end(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_server_holds),
        cmocka_unit_test(a_server_without_rings_breaks),
        cmocka_unit_test(avoided_operations_are_named),
        cmocka_unit_test(messages_of_rings_cost_calls),
        cmocka_unit_test(two_sends_at_once),
        cmocka_unit_test(completions_stay),
        cmocka_unit_test(multishot_is_armed_again),
        cmocka_unit_test(some_multishots_stay_ended),
        cmocka_unit_test(buffers_are_returned),
        cmocka_unit_test(zero_copy_wants_the_notification),
        cmocka_unit_test(a_pending_receive_holds_the_socket),
        cmocka_unit_test(memory_that_others_have),
        cmocka_unit_test(the_story_shows_operations),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
