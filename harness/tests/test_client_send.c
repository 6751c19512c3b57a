/* Verbs of clients that connect, send, stall and end. */
#include "tests/script_fixture.h"

#include "tests/peer.h"

static void run(enum peer_mode mode, const char *lines, enum event_outcome outcome,
                const char *words)
{
    char script[2048];
    struct peer *peer = peer_start(mode);
    snprintf(script, sizeof script, CHECK("%s"), lines);
    struct played played = script_play(script, peer->port);
    print_message("# %s\n", lines);
    played_as(&played, outcome, words);
    peer_stop(peer);
}

/* A port on which nobody listens: bound, so that nobody else takes it. */
static int closed_port(int *fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(*fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static void refused(void **state)
{
    int fd, port = closed_port(&fd);
    (void)state;
    struct played played = script_play(CHECK("t:connect()"), port);
    const struct event *step = played_step(&played, "connect", 0);
    assert_int_equal(step->outcome, OUTCOME_REFUSED);
    assert_non_null(strstr(step->detail, "refused: nobody listens (20-test.lua:1)"));
    played_as(&played, OUTCOME_REFUSED, "client 1: the connection was refused: nobody listens");
    played = script_play(CHECK("local c, why = t:try_connect { within = 1 } "
                               "t:expect(c == nil and why == 'refused', 'got %s', why)"),
                         port);
    played_as(&played, OUTCOME_OK, "");
    close(fd);
}

static void connect_options(void **state)
{
    (void)state;
    run(PEER_ECHO,
        "local c = t:connect { from = '127.0.0.9', receive_buffer = 4096, "
        "send_buffer = 4096 } c:echo(t:bytes(100000))",
        OUTCOME_OK, "");
    run(PEER_ECHO, "t:connect { from = '192.0.2.1' }", OUTCOME_SCRIPT, "cannot connect");
    run(PEER_ECHO, "local c = t:try_connect() c:echo('hi')", OUTCOME_OK, "");
    run(PEER_ECHO, "t:connect { form = 'x' }", OUTCOME_SCRIPT,
        "20-test.lua:1: t:connect has no key form; did you mean from? (known: within, "
        "receive_buffer, send_buffer, from, rate, port)");
    run(PEER_ECHO, "t:connect { port = 65536 }", OUTCOME_SCRIPT, "port must be a port");
    run(PEER_ECHO, "t:connect { port = t.port }:echo('the same one')", OUTCOME_OK, "");
    run(PEER_ECHO, "t:connect { from = 'localhost' }", OUTCOME_SCRIPT, "must be an address");
}

/* The kernel completes a few handshakes on its own; with a full queue it leaves SYNs alone. */
static void full_backlog(void **state)
{
    (void)state;
    run(PEER_IDLE, "for i = 1, 10 do t:connect { within = 0.2 } end", OUTCOME_TIMEOUT,
        "the server's queue of new connections is full");
}

static void sending(void **state)
{
    (void)state;
    run(PEER_DEAF, "local c = t:connect() c:send(t:bytes(32 << 20), { within = 0.2 })",
        OUTCOME_TIMEOUT, "bytes within 0.2 s: it does not read");
    run(PEER_SILENT, "t:connect():send(t:bytes(16 << 20), { within = 20 })", OUTCOME_OK, "");
    run(PEER_RESETS,
        "local c = t:connect() c:send('a') c:expect_reset() c:send('b') c:send('c')",
        OUTCOME_RESET, "the connection broke after 0 of 1 bytes were sent");
    run(PEER_ECHO, "local c = t:connect() c:half_close() c:send('b')", OUTCOME_SCRIPT,
        "send after half_close");
    run(PEER_ECHO, "t:connect():send(12)", OUTCOME_SCRIPT,
        "c:send takes a string, not a number");
    run(PEER_ECHO, "t:connect():send('a', { witin = 1 })", OUTCOME_SCRIPT,
        "c:send has no key witin; did you mean within?");
    run(PEER_ECHO, "t:connect():send('a', 'b')", OUTCOME_SCRIPT, "c:send takes a table");
}

static void try_send(void **state)
{
    (void)state;
    run(PEER_DEAF,
        "local n, how = t:connect():try_send(t:bytes(32 << 20), { within = 0.2 }) "
        "t:expect(n > 0 and n < 32 << 20 and how == 'timeout', '%d %s', n, how)",
        OUTCOME_OK, "");
    run(PEER_RESETS,
        "local c = t:connect() c:send('a') c:expect_reset() local n, how = c:try_send('b') "
        "t:expect(n == 0 and how == 'reset', '%d %s', n, how)",
        OUTCOME_OK, "");
    run(PEER_ECHO,
        "local n, how = t:connect():try_send('abc') "
        "t:expect(n == 3 and how == 'ok', '%d %s', n, how)",
        OUTCOME_OK, "");
}

static void dribble(void **state)
{
    (void)state;
    run(PEER_ECHO,
        "local c = t:connect() c:dribble('hello', { pause = 0.001 }) "
        "c:expect('hello') c:dribble(t:text(300), { size = { 50, 90 }, pause = 0 })",
        OUTCOME_OK, "");
    run(PEER_DEAF,
        "t:connect():dribble(t:bytes(32 << 20), { size = 1 << 20, pause = 0, "
        "within = 0.2 })",
        OUTCOME_TIMEOUT, "within 0.2 s: it does not read");
    run(PEER_ECHO, "t:connect():dribble('a', { size = { 3, 2 } })", OUTCOME_SCRIPT,
        "c:dribble: size must be 1 or more, or { low, high }");
    run(PEER_ECHO, "t:connect():dribble('a', { size = 0 })", OUTCOME_SCRIPT, "1 or more");
}

static void dribble_pieces(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(
        CHECK("t:connect():dribble('abcdefg', { size = 3, pause = 0.001 })"), peer->port);
    assert_int_equal(played_step(&played, "send", 0)->bytes, 3);
    assert_int_equal(played_step(&played, "send", 1)->offset, 3);
    assert_int_equal(played_step(&played, "send", 2)->bytes, 1);
    assert_null(played_step(&played, "send", 3));
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

/* What a stalled client does not take fills the buffers; nothing is lost when it goes on. */
static void stall(void **state)
{
    (void)state;
    run(PEER_ECHO,
        "local c, d = t:connect { receive_buffer = 4096 }, t:bytes(24 << 20) "
        "c:stall() local n, how = c:try_send(d, { within = 0.3 }) "
        "t:expect(how == 'timeout', 'the echo should be stuck') "
        "t:expect(c:received() == 0, 'it reads') c:resume() "
        "c:expect(d:sub(1, n), { within = 20 })",
        OUTCOME_OK, "");
}

static void received_and_alive(void **state)
{
    (void)state;
    run(PEER_ECHO,
        "local c = t:connect() t:expect(c.number == 1 and c.alive, 'dead') "
        "c:send('abc') t:eventually(function() return c:received() == 3 end) "
        "c:expect('ab') t:expect(c:received() == 1, 'other') c:close() "
        "t:expect(not c.alive, 'alive')",
        OUTCOME_OK, "");
    run(PEER_CLOSING,
        "local c = t:connect() c:send('a') c:expect_end() "
        "t:expect(not c.alive, 'alive')",
        OUTCOME_OK, "");
}

static void ends(void **state)
{
    (void)state;
    run(PEER_ECHO,
        "local c, d = t:connect(), t:connect() c:reset() d:close() "
        "t:connect():echo('still there')",
        OUTCOME_OK, "");
    run(PEER_ECHO, "local c = t:connect() c:close() c:close()", OUTCOME_SCRIPT,
        "close after the script closed it");
    run(PEER_ECHO, "local c = t:connect() c:sendd('a')", OUTCOME_SCRIPT,
        "20-test.lua:1: unknown verb c:sendd; did you mean send?");
    run(PEER_ECHO, "local c = t:connect() c.send('a')", OUTCOME_SCRIPT, "with a colon");
    run(PEER_ECHO, "local c = t:connect() c.x = 1", OUTCOME_SCRIPT, "nothing in c can be set");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),
        cmocka_unit_test(connect_options),
        cmocka_unit_test(full_backlog),
        cmocka_unit_test(sending),
        cmocka_unit_test(try_send),
        cmocka_unit_test(dribble),
        cmocka_unit_test(dribble_pieces),
        cmocka_unit_test(stall),
        cmocka_unit_test(received_and_alive),
        cmocka_unit_test(ends),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
