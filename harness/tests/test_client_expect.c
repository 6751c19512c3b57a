/* Verbs of clients that expect something: how each succeeds, and what it says when it fails. */
#include "tests/script_fixture.h"

#include "tests/peer.h"

/* One script against one way to behave, and how it must end. */
struct trial {
    enum peer_mode mode;
    const char *lines;
    enum event_outcome outcome;
    const char *words;
};

static void run_trials(const struct trial *trials, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char script[2048];
        struct peer *peer = peer_start(trials[i].mode);
        snprintf(script, sizeof script, CHECK("local c = t:connect() %s"), trials[i].lines);
        struct played played = script_play(script, peer->port);
        print_message("# %s\n", trials[i].lines);
        played_as(&played, trials[i].outcome, trials[i].words);
        peer_stop(peer);
    }
}
#define RUN(trials) run_trials(trials, sizeof trials / sizeof *trials)

static void expect(void **state)
{
    static const struct trial trials[] = {
        {PEER_ECHO, "c:send('hello\\n') c:expect('hello\\n')", OUTCOME_OK, ""},
        {PEER_ECHO, "c:send('hello\\n') c:expect('hel') c:expect('lo\\n')", OUTCOME_OK, ""},
        {PEER_ECHO, "c:send('a\\0b') c:expect('a\\0b', { within = 1 })", OUTCOME_OK, ""},
        {PEER_ECHO, "c:expect('')", OUTCOME_OK, ""},
        {PEER_WRONG, "c:send('hex') c:expect('hex')", OUTCOME_MISMATCH,
         "client 1: byte 3 of 3 is 'y' (0x79) and should be 'x' (0x78)"},
        {PEER_SILENT, "c:send('hello') c:expect('hello', { within = 0.1 })", OUTCOME_TIMEOUT,
         "client 1: 0 of 5 bytes came within 0.1 s"},
        {PEER_ECHO, "c:send('hello') c:expect('hello, world', { within = 0.5 })",
         OUTCOME_TIMEOUT, "client 1: 5 of 12 bytes came within 0.5 s"},
        {PEER_HALF, "c:send('abcdef') c:expect('abcdef')", OUTCOME_CLOSED,
         "the server closed the connection after 3 of 6 bytes"},
        {PEER_RESETS, "c:send('abcdef') c:expect('abcdef')", OUTCOME_RESET,
         "the server reset the connection after 0 of 6 bytes"},
        {PEER_ECHO, "c:close() c:expect('a')", OUTCOME_SCRIPT,
         "20-test.lua:1: client 1: expect after the script closed it"},
        {PEER_ECHO, "c:stall() c:expect('a')", OUTCOME_SCRIPT, "while it is stalled"},
    };
    (void)state;
    RUN(trials);
}

static void expect_bytes(void **state)
{
    static const struct trial trials[] = {
        {PEER_ECHO, "c:send('hello') t:expect(c:expect_bytes(2) == 'he', 'x') c:expect('llo')",
         OUTCOME_OK, ""},
        {PEER_SILENT, "c:send('hello') c:expect_bytes(2, { within = 0.1 })", OUTCOME_TIMEOUT,
         "0 of 2 bytes came within 0.1 s"},
        {PEER_HALF, "c:send('hello') c:expect_bytes(5)", OUTCOME_CLOSED, "after 2 of 5 bytes"},
    };
    (void)state;
    RUN(trials);
}

static void echo(void **state)
{
    static const struct trial trials[] = {
        {PEER_ECHO, "c:echo(t:bytes(4 << 20), { within = 10 })", OUTCOME_OK, ""},
        {PEER_WRONG, "c:echo(('a'):rep(2000000) .. 'x' .. ('b'):rep(100000), { within = 10 })",
         OUTCOME_MISMATCH, "byte 2000001 of 2100001 is 'y'"},
        {PEER_DEAF, "c:echo(t:bytes(32 << 20), { within = 0.3 })", OUTCOME_TIMEOUT,
         "and 0 came back within 0.3 s"},
        {PEER_RESETS, "c:echo(t:bytes(32 << 20))", OUTCOME_RESET, "client 1: the"},
    };
    (void)state;
    RUN(trials);
}

static void ends(void **state)
{
    static const struct trial trials[] = {
        {PEER_CLOSING, "c:send('a') c:expect_close()", OUTCOME_OK, ""},
        {PEER_GREETS, "c:expect('hello\\n') c:expect_close()", OUTCOME_OK, ""},
        {PEER_ECHO, "c:send('a') c:half_close() c:expect('a') c:expect_close()", OUTCOME_OK,
         ""},
        {PEER_ECHO, "c:expect_close { within = 0.1 }", OUTCOME_TIMEOUT,
         "the server had not closed the connection after 0.1 s"},
        {PEER_GREETS, "c:expect_close()", OUTCOME_MISMATCH,
         "6 more bytes came where the server should have closed"},
        {PEER_RESETS, "c:send('a') c:expect_close()", OUTCOME_RESET, "should have closed it"},
        {PEER_RESETS, "c:send('a') c:expect_reset()", OUTCOME_OK, ""},
        {PEER_CLOSING, "c:send('a') c:expect_reset { within = 0.5 }", OUTCOME_CLOSED,
         "did not reset it"},
        {PEER_ECHO, "c:expect_reset { within = 0.1 }", OUTCOME_TIMEOUT, "no reset came"},
        {PEER_RESETS, "c:send('a') c:expect_end()", OUTCOME_OK, ""},
        {PEER_GREETS, "c:expect_end()", OUTCOME_OK, ""},
        {PEER_ECHO, "c:send('abc') c:expect_end { within = 0.5 }", OUTCOME_TIMEOUT,
         "still open after 0.5 s (3 bytes came meanwhile)"},
        {PEER_RESETS, "c:send('a') c:stall() c:expect_reset()", OUTCOME_OK, ""},
        {PEER_CLOSING, "c:stall() c:send('a') c:expect_end()", OUTCOME_OK, ""},
    };
    (void)state;
    RUN(trials);
}

static void silence_and_drain(void **state)
{
    static const struct trial trials[] = {
        {PEER_ECHO, "c:expect_silence(0.05)", OUTCOME_OK, ""},
        {PEER_ECHO, "c:send('a') c:expect_silence(5)", OUTCOME_MISMATCH, "1 more byte came"},
        {PEER_CLOSING, "c:send('a') c:expect_silence(5)", OUTCOME_CLOSED, "have been silent"},
        {PEER_RESETS, "c:send('a') c:expect_silence(5)", OUTCOME_RESET, "have been silent"},
        {PEER_GREETS, "t:expect(c:drain() == 'hello\\n', 'other bytes')", OUTCOME_OK, ""},
        {PEER_ECHO,
         "local d = t:bytes(300000) c:send(d) c:half_close() t:expect(c:drain() == d, 'other')",
         OUTCOME_OK, ""},
        {PEER_ECHO, "c:send('abc') c:drain { within = 0.5 }", OUTCOME_TIMEOUT,
         "(3 bytes came)"},
        {PEER_RESETS, "c:send('abc') c:drain()", OUTCOME_RESET, "should have closed it"},
    };
    (void)state;
    RUN(trials);
}

static void two_readers(void **state)
{
    static const struct trial trials[] = {
        {PEER_ECHO,
         "local a = t:spawn(function() c:expect('one') end) "
         "local b = t:spawn(function() c:expect('two') end) "
         "t:sleep(0.01) c:send('onetwo') a:join() b:join()",
         OUTCOME_OK, ""},
    };
    (void)state;
    RUN(trials);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(expect),      cmocka_unit_test(expect_bytes),
        cmocka_unit_test(echo),        cmocka_unit_test(ends),
        cmocka_unit_test(two_readers), cmocka_unit_test(silence_and_drain),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
