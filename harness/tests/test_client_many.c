/* Many clients side by side: as simple as two, fast, and bounded by what the machine allows. */
#include "tests/script_fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/peer.h"

#define DESCRIPTORS 2200 /* client and peer live in one process here */

static bool have_descriptors(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max >= DESCRIPTORS;
}

static void thousand(void **state)
{
    (void)state;
    if (!have_descriptors())
        skip();
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(
        CHECK("t:clients(1000, function(c, i) for n = 1, 10 do "
              "c:echo(t:text(64), { within = 20 }) end c:close() end, { within = 20 })"),
        peer->port);
    print_message("# 1,000 clients, 10 echoes each: %.3f s\n", played.seconds);
    assert_int_equal(played_step(&played, "connect", 999)->client, 1000);
    assert_non_null(played_step(&played, "echo", 9999));
    assert_null(played_step(&played, "echo", 10000));
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void connected_at_once(void **state)
{
    (void)state;
    if (!have_descriptors())
        skip();
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played =
        script_play(CHECK("local all = t:connect_many(1000, { within = 20 }) "
                          "t:expect(#all == 1000, 'only %d', #all) "
                          "for i, c in ipairs(all) do t:expect(c.number == i, 'order') end "
                          "for i, c in ipairs(all) do c:send('hello') end "
                          "for i, c in ipairs(all) do c:expect('hello', { within = 20 }) end"),
                    peer->port);
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void which_client(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_WRONG);
    struct played played = script_play(CHECK("t:clients(20, function(c, i) t:sleep(0.001 * i) "
                                             "c:echo(i == 17 and 'x' or 'ok') end)"),
                                       peer->port);
    played_as(&played, OUTCOME_MISMATCH, "client 17: byte 1 of 1 is 'y'");
    played = script_play(CHECK("t:clients(20, function(c, i) if i == 12 then "
                               "local x = nil + 1 end end)"),
                         peer->port);
    played_as(&played, OUTCOME_SCRIPT,
              "20-test.lua:1: attempt to perform arithmetic on a nil value (in the line of "
              "client 12)");
    peer_stop(peer);
}

static void at_a_rate(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(
        CHECK("t:clients(5, function(c) c:echo('a') end, { rate = 50 })"), peer->port);
    const struct event *first = played_step(&played, "connect", 0);
    const struct event *last = played_step(&played, "connect", 4);
    assert_true(last->time - first->time >= INT64_C(79000000));
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void barrier(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played =
        script_play(CHECK("local b, sent = t:barrier(50), 0 t:clients(50, function(c, i) "
                          "t:sleep(0.0005 * i) sent = sent + 1 b:wait() "
                          "t:expect(sent == 50, 'only %d', sent) c:echo('a') b:wait() end)"),
                    peer->port);
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

/* No later step of any client is handed out once one has failed, pcall or not. */
static void all_unwind(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played =
        script_play(CHECK("local c, d = t:connect(), t:connect() "
                          "t:spawn(function() t:sleep(0.3) d:send('never') end) "
                          "pcall(function() c:expect('x', { within = 0.05 }) end) "
                          "c:send('never')"),
                    peer->port);
    assert_null(played_step(&played, "send", 0));
    played_as(&played, OUTCOME_TIMEOUT, "0 of 1 bytes came within 0.05 s");
    peer_stop(peer);
}

static void too_few_descriptors(void **state)
{
    struct rlimit before, few;
    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    pid_t child = fork();
    if (child == 0) {
        struct peer *peer = peer_start(PEER_IDLE);
        struct scenario_options begin = {.seed = 1, .time_scale = 1, .port = peer->port};
        struct client_options options = {.port = peer->port, .time = 10, .stop_descriptor = -1};
        struct recording_header header = {.lab = "test"};
        struct failure failure;
        enum event_outcome outcome;
        options.out = event_writer_open("/dev/null", &header, 0, &failure);
        struct scenario *scenario = script_load(CHECK("t:connect_many(100)"), &failure);
        few = (struct rlimit){40, 40};
        setrlimit(RLIMIT_NOFILE, &few);
        scenario_begin(scenario, 0, &begin, &failure);
        int status = client_play(scenario, &options, &outcome, &failure);
        bool good = status == -1 && failure.status == STATUS_MACHINE &&
                    strstr(failure.text, "too few open files") != NULL;
        _exit(good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousand),
        cmocka_unit_test(connected_at_once),
        cmocka_unit_test(which_client),
        cmocka_unit_test(at_a_rate),
        cmocka_unit_test(barrier),
        cmocka_unit_test(all_unwind),
        cmocka_unit_test(too_few_descriptors),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
