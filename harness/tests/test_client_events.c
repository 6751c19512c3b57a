/* What a recording says about clients: STEP events, and what the run stage is asked. */
#include "tests/script_fixture.h"

#include <signal.h>

#include "tests/peer.h"

static void steps_of_an_echo(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(
        CHECK(
            "local c = t:connect()\nc:send('hello\\n')\nc:expect('hello\\n')\nc:half_close()\n"
            "c:expect_close()\nc:close()"),
        peer->port);
    static const char *const verbs[] = {"connect",    "send", "receive",      "expect",
                                        "half_close", "end",  "expect_close", "close"};
    for (size_t i = 0, n = 0; i < sizeof verbs / sizeof *verbs; n++) {
        assert_true(n < played.recording->count);
        const struct event *event = &played.recording->events[n];
        if (event->kind != EVENT_STEP)
            continue;
        const struct event *step = played_step(&played, verbs[i++], 0);
        assert_non_null(step);
        assert_int_equal(step->client, 1);
        assert_int_equal(step->connection, 1);
        assert_int_equal(step->outcome, OUTCOME_OK);
        assert_true(step->time > 0 && step->span >= 0);
    }
    const struct event *send = played_step(&played, "send", 0);
    const struct event *receive = played_step(&played, "receive", 0);
    assert_memory_equal(send->data, "hello\n", 6);
    assert_string_equal(send->detail, "20-test.lua:2");
    assert_int_equal(send->bytes, 6);
    assert_memory_equal(receive->data, "hello\n", 6);
    assert_true(receive->time > send->time);
    assert_string_equal(played_step(&played, "expect", 0)->detail, "20-test.lua:3");
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

/* Data and want begin at the same place in the stream, a little before the difference. */
static void window_of_a_difference(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_WRONG);
    struct played played =
        script_play(CHECK("local c = t:connect() c:echo('first') "
                          "c:echo(('a'):rep(5000) .. 'bxb' .. ('c'):rep(500))"),
                    peer->port);
    const struct event *echo = played_step(&played, "echo", 1);
    assert_int_equal(echo->outcome, OUTCOME_MISMATCH);
    assert_int_equal(echo->offset, 5 + 5001 - 32);
    assert_int_equal(echo->data[32], 'y');
    assert_int_equal(echo->want[32], 'x');
    assert_memory_equal(echo->data, echo->want, 32);
    assert_non_null(strstr(echo->detail, "(20-test.lua:1)"));
    played_as(&played, OUTCOME_MISMATCH, "byte 5002 of 5503");
    peer_stop(peer);
}

static void late_bytes(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(CHECK("local c = t:connect() c:send('abc') "
                                             "c:expect('abcdef', { within = 0.5 })"),
                                       peer->port);
    const struct event *expect = played_step(&played, "expect", 0);
    assert_int_equal(expect->data_size, 3);
    assert_int_equal(expect->want_size, 6);
    played_as(&played, OUTCOME_TIMEOUT, "3 of 6 bytes came within 0.5 s");
    peer_stop(peer);
}

static void server_reset(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_RESETS);
    struct played played =
        script_play(CHECK("local c = t:connect() c:send('a') c:expect_reset()"), peer->port);
    const struct event *reset = played_step(&played, "reset", 0);
    assert_int_equal(reset->error, ECONNRESET);
    assert_int_equal(reset->outcome, OUTCOME_OK);
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void tried_connections(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(CHECK("t:try_connect()"), peer->port);
    assert_non_null(played_step(&played, "connect", 0));
    assert_null(played_step(&played, "try_connect", 0));
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void marks_and_rules(void **state)
{
    (void)state;
    struct played played = script_play(
        CHECK("t:mark('look here') t:rules { threads = 1, uses = { 'recv', '@send' }, "
              "idle = { calls = 50, cpu = 0.5 }, avoids = {} }"),
        1);
    assert_string_equal(played_event(&played, EVENT_MARK)->detail, "look here");
    assert_string_equal(played_event(&played, EVENT_RULE)->detail,
                        "{\"avoids\":[],\"idle\":{\"calls\":50,\"cpu\":0.5},\"threads\":1,"
                        "\"uses\":[\"recv\",\"@send\"]}");
    assert_string_equal(played_event(&played, EVENT_CHECK)->detail, "a check");
    played_as(&played, OUTCOME_OK, "");
}

static void untrue(void **state)
{
    (void)state;
    struct played played = script_play(CHECK("t:expect(1 == 2, '%d is not %s', 1, 'two')"), 1);
    const struct event *step = played_step(&played, "expect", 0);
    assert_int_equal(step->outcome, OUTCOME_UNTRUE);
    assert_string_equal(step->detail, "1 is not two (20-test.lua:1)");
    played_as(&played, OUTCOME_UNTRUE, "1 is not two");
    played = script_play(CHECK("pcall(t.fail, t, 'no %s', 'way') t:sleep(50)"), 1);
    played_as(&played, OUTCOME_UNTRUE, "no way");
    played = script_play(
        CHECK("t:eventually(function() return false end, { within = 0.05, message = 'm' })"),
        1);
    played_as(&played, OUTCOME_UNTRUE, "m");
    played = script_play(CHECK("t:eventually(function() end, { within = 0.05 })"), 1);
    played_as(&played, OUTCOME_UNTRUE, "did not come true within 0.05 s");
    played = script_play(CHECK("t:barrier(2):wait { within = 0.05 }"), 1);
    played_as(&played, OUTCOME_UNTRUE, "1 of 2 lines of the script came to the barrier");
}

/* --- the server's verbs --- */

struct asked {
    int count, connection;
    struct server_request last;
    char call[32];
};

static bool answer(void *context, const struct step *step, int connection, bool last,
                   struct step_result *result)
{
    struct asked *asked = context;
    (void)last;
    asked->count++;
    asked->connection = connection;
    asked->last = step->server;
    snprintf(asked->call, sizeof asked->call, "%s", step->server.call ? step->server.call : "");
    result->outcome = OUTCOME_OK;
    result->number = asked->count;
    result->real = 0.25;
    result->signal = SIGKILL;
    if (step->server.verb == SERVER_HOLD_THREADS) {
        result->outcome = OUTCOME_UNSEEN;
        snprintf(result->message, sizeof result->message, "no tracer here");
    }
    return step->server.verb != SERVER_ASLEEP || asked->count > 3;
}

static struct asked ask(const char *lines, enum event_outcome outcome, const char *words)
{
    struct asked asked = {.count = 0};
    char script[1024];
    struct peer *peer = peer_start(PEER_ECHO);
    struct client_options options = {.port = peer->port,
                                     .time = 20,
                                     .stop_descriptor = -1,
                                     .server = answer,
                                     .context = &asked};
    snprintf(script, sizeof script, CHECK("local c = t:connect() %s"), lines);
    print_message("# %s\n", lines);
    struct played played = script_play_with(script, 1, options);
    played_as(&played, outcome, words);
    peer_stop(peer);
    return asked;
}

static void server_verbs(void **state)
{
    (void)state;
    assert_int_equal(ask("t.server:signal('TERM')", OUTCOME_OK, "").last.signal, SIGTERM);
    assert_int_equal(ask("t.server:signal('SIGUSR1')", OUTCOME_OK, "").last.signal, SIGUSR1);
    ask("t.server:signal('NONE')", OUTCOME_SCRIPT, "takes the name of a signal");
    ask("t.server:stop() t.server:continue()", OUTCOME_OK, "");
    ask("local e = t.server:exited() t:expect(e.signal == 'KILL' and e.status == 0, 'x')",
        OUTCOME_OK, "");
    ask("t:expect(t.server:memory() == 1 and t.server:threads() == 2 and "
        "t.server:descriptors() == 3 and t.server:processes() == 4, 'x')",
        OUTCOME_OK, "");
    ask("t:expect(t.server:cpu() == 0.25 and t.server:sleeps() == 2, 'x')", OUTCOME_OK, "");
    assert_int_equal(
        ask("t.server:limit { descriptors = 20 }", OUTCOME_OK, "").last.limits.descriptors, 20);
    ask("t.server:limit { descriptor = 20 }", OUTCOME_SCRIPT, "did you mean descriptors?");
    ask("t.server:hold_threads()", OUTCOME_UNSEEN, "no tracer here");
    ask("t.server:asleep { call = '@accept' } t.server:release_threads()", OUTCOME_OK, "");
    ask("t.server:memori()", OUTCOME_SCRIPT,
        "unknown verb t.server:memori; did you mean memory?");
    ask("t:eventually(function() return t.server:threads() == 4 end)", OUTCOME_OK, "");
}

static void server_calls(void **state)
{
    (void)state;
    struct asked asked = ask(
        "t:expect(t.server:calls { call = 'recv', connection = c } == 1, 'x')", OUTCOME_OK, "");
    assert_string_equal(asked.call, "recv");
    assert_int_equal(asked.last.client, 1);
    assert_int_equal(asked.connection, 1);
    asked = ask("t.server:fault { call = '@send', error = 'EINTR', count = 3, after = 2 }",
                OUTCOME_OK, "");
    assert_int_equal(asked.last.error, EINTR);
    assert_int_equal(asked.last.at_most, EVENT_NONE);
    assert_int_equal(asked.last.count, 3);
    assert_int_equal(asked.last.after, 2);
    asked = ask("t.server:fault { call = 'send', short = 7 }", OUTCOME_OK, "");
    assert_int_equal(asked.last.at_most, 7);
    assert_int_equal(asked.last.count, 1);
    ask("t.server:fault { call = 'send', error = 'EBLA' }", OUTCOME_SCRIPT, "name of an error");
    ask("t.server:fault { call = 'send' }", OUTCOME_SCRIPT, "needs call, and one of");
    ask("t.server:calls { connection = 3, call = 'recv' }", OUTCOME_SCRIPT, "must be a client");
    ask("t.server:calls()", OUTCOME_SCRIPT, "needs call");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_an_echo),  cmocka_unit_test(window_of_a_difference),
        cmocka_unit_test(late_bytes),        cmocka_unit_test(server_reset),
        cmocka_unit_test(marks_and_rules),   cmocka_unit_test(untrue),
        cmocka_unit_test(tried_connections), cmocka_unit_test(server_verbs),
        cmocka_unit_test(server_calls),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
