/* t:load: the load generator within a script. */
#include "tests/script_fixture.h"

#include "tests/peer.h"

/* A total is answered whole, beside a client of the script that goes on; the table says so. */
static void beside_a_client(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(
        CHECK("local c, over = t:connect(), false "
              "local work = t:spawn(function() "
              "  local r = t:load { connections = 20, total = 30, size = 100, each = 7 } "
              "  assert(r.messages == 600, r.messages) assert(r.connected >= 100, r.connected) "
              "  assert(r.p50 > 0 and r.p99 >= r.p50 and r.most >= r.p99 and r.seconds > 0) "
              "  assert(r.corrected_p99 == nil and r.doubt == '', r.doubt) over = true end) "
              "for i = 1, 5 do c:echo('still here ' .. i) end work:join() assert(over)"),
        peer->port);
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void an_open_loop(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played = script_play(
        CHECK("local r = t:load { connections = 5, rate = 200, seconds = 0.5, idle = 3 } "
              "assert(r.messages >= 90 and r.messages <= 101, r.messages) "
              "assert(r.connected == 8) assert(r.corrected_p99 > 0)"),
        peer->port);
    played_as(&played, OUTCOME_OK, "");
    peer_stop(peer);
}

static void what_goes_wrong_fails(void **state)
{
    static const struct {
        enum peer_mode mode;
        enum event_outcome outcome;
        const char *says;
    } trials[] = {
        {PEER_CLOSING, OUTCOME_UNTRUE, "under load, 4 connections were lost or refused"},
        {PEER_IDLE, OUTCOME_TIMEOUT, "the load had not ended after 0.5 s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        struct peer *peer = peer_start(trials[i].mode);
        struct played played = script_play(
            CHECK("t:load { connections = 4, total = 5, seconds = 0.3, within = 0.2 }"),
            peer->port);
        played_as(&played, trials[i].outcome, trials[i].says);
        peer_stop(peer);
    }
    struct played played = script_play(CHECK("t:load { connections = 4, total = 5 }"), 1);
    played_as(&played, OUTCOME_REFUSED, "the load could not begin: cannot connect");
}

/* The script ends first: nothing runs on. */
static void the_check_fails_meanwhile(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played =
        script_play(CHECK("t:spawn(function() t:load { connections = 4, seconds = 1000 } end) "
                          "t:sleep(0.05) t:fail('enough')"),
                    peer->port);
    assert_true(played.seconds < 20);
    played_as(&played, OUTCOME_UNTRUE, "enough");
    peer_stop(peer);
}

static void wrong_options(void **state)
{
    static const char *const trials[][2] = {
        {"t:load { connections = 0 }", "t:load makes 1 to 10000 connections"},
        {"t:load { connections = 20000 }", "t:load makes 1 to 10000 connections"},
        {"t:load { conections = 1 }", "did you mean connections?"},
        {"t:load { seconds = 1e5 }", "t:load takes 3600 seconds at most"},
        {"t:load({}, 1)", "argument 2 is one too many"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "check 'x' { points = 1, hints = { 'a', 'b' }, run = function(t) %s end }",
                 trials[i][0]);
        struct played played = script_play(text, 1);
        played_as(&played, OUTCOME_SCRIPT, trials[i][1]);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(beside_a_client),           cmocka_unit_test(an_open_loop),
        cmocka_unit_test(what_goes_wrong_fails),     cmocka_unit_test(wrong_options),
        cmocka_unit_test(the_check_fails_meanwhile),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("client: load", tests, NULL, NULL);
}
