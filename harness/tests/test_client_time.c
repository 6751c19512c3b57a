/* Time: pauses, limits, lateness that is ours, the end of the whole check, interruption. */
#include "tests/script_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "tests/peer.h"

/* How long the script's own pause took: from a mark to the next. */
static int64_t between_marks(const struct played *played)
{
    int64_t times[2] = {0, 0};
    for (size_t i = 0, n = 0; i < played->recording->count && n < 2; i++)
        if (played->recording->events[i].kind == EVENT_MARK)
            times[n++] = played->recording->events[i].time;
    return times[1] - times[0];
}

/* On a busy machine one pause may be late; the shortest of many is not. */
static void sleep_is_exact(void **state)
{
    int64_t shortest = INT64_MAX;
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct played played = script_play(CHECK("t:mark('a') t:sleep(0.0104) t:mark('b')"), 1);
        int64_t took = between_marks(&played);
        assert_true(took >= INT64_C(10400000));
        shortest = took < shortest ? took : shortest;
        played_as(&played, OUTCOME_OK, "");
    }
    print_message("# a pause of 10.4 ms took %.3f ms\n", (double)shortest / 1e6);
    assert_true(shortest < INT64_C(11400000));
}

static void quiet(void **state)
{
    (void)state;
    struct played played = script_play(
        CHECK("t:spawn(function() t:sleep(0.02) end) t:quiet(0.03) t:mark('after')"), 1);
    const struct event *begin = played_event(&played, EVENT_QUIET);
    const struct event *after = played_event(&played, EVENT_MARK);
    assert_string_equal(begin->verb, "begin");
    assert_true(after->time - begin->time >= INT64_C(30000000));
    played_as(&played, OUTCOME_OK, "");
}

static void not_quiet(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct played played =
        script_play(CHECK("local c = t:connect() "
                          "t:spawn(function() c:expect('a') end) t:quiet(0.1)"),
                    peer->port);
    played_as(&played, OUTCOME_SCRIPT,
              "t:quiet while another line of the script is busy with "
              "expect (20-test.lua:1)");
    played = script_play(CHECK("local c = t:connect() t:spawn(function() t:sleep(0.01) "
                               "c:send('a') end) t:quiet(5)"),
                         peer->port);
    played_as(&played, OUTCOME_SCRIPT,
              "20-test.lua:1: send while another line of the script is in t:quiet");
    peer_stop(peer);
}

static void whole_check(void **state)
{
    (void)state;
    struct peer *peer = peer_start(PEER_ECHO);
    struct client_options options = {.port = peer->port, .time = 0.2, .stop_descriptor = -1};
    struct played played = script_play_with(
        CHECK("local c = t:connect() c:expect('x', { within = 100 })"), 1, options);
    assert_int_equal(played_step(&played, "expect", 0)->outcome, OUTCOME_TIMEOUT);
    played_as(&played, OUTCOME_TIMEOUT,
              "the whole check took longer than 0.2 s; client 1: "
              "expect had not ended");
    played = script_play_with(CHECK("while true do t:sleep(0) end"), 1, options);
    played_as(&played, OUTCOME_TIMEOUT, "the whole check took longer than 0.2 s");
    played = script_play_with(CHECK("while true do t:mark('m') end"), 1, options);
    played_as(&played, OUTCOME_TIMEOUT, "the whole check took longer than 0.2 s");
    peer_stop(peer);
}

static void interrupted(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    struct client_options options = {.port = 1, .time = 60, .stop_descriptor = ends[0]};
    struct played played = script_play_with(CHECK("t:sleep(50)"), 1, options);
    assert_int_equal(played.status, -1);
    assert_string_equal(played.failure.text, "interrupted");
    assert_true(played.seconds < 20);
    recording_free(played.recording);
    close(ends[0]);
    close(ends[1]);
}

/*
 * A process is stopped for longer than a limit and goes on: the server answers only then, and
 * in time, as it could not be asked earlier. The answer must be waited for.
 */
static bool answers_after_stop(void *context, const struct step *step, int connection,
                               bool last, struct step_result *result)
{
    (void)step;
    (void)connection;
    int64_t *first = context;
    if (*first == 0) {
        *first = clock_now();
        kill(getpid(), SIGSTOP);
    }
    result->outcome = last ? OUTCOME_TIMEOUT : OUTCOME_OK;
    return last || clock_now() - *first > 1200 * CLOCK_MILLISECOND;
}

static int play_and_be_stopped(void)
{
    int64_t first = 0;
    struct client_options options = {.port = 1,
                                     .time = 60,
                                     .stop_descriptor = -1,
                                     .server = answers_after_stop,
                                     .context = &first};
    struct played played =
        script_play_with(CHECK("t.server:exited { within = 0.9 }"), 1, options);
    return played.outcome == OUTCOME_OK ? 0 : 1;
}

static void our_lateness(void **state)
{
    int status;
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(play_and_be_stopped());
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    assert_true(WIFSTOPPED(status));
    usleep(1000000);
    kill(child, SIGCONT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sleep_is_exact), cmocka_unit_test(quiet),
        cmocka_unit_test(not_quiet),      cmocka_unit_test(whole_check),
        cmocka_unit_test(interrupted),    cmocka_unit_test(our_lateness),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
