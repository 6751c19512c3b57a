/* Whether a run on the sanitizer's build says anything: what the server did there, and without. */
#include "tests/judge_fixture.h"

/* A server that ends by itself at 20 ms, with a status or of a signal. */
static enum server_fate fate_of_end(bool ready, int status, const char *signal)
{
    struct tape tape;
    tape_begin(&tape, "behaviour", ready);
    tape_server(&tape, 20, "exit", status, signal, OUTCOME_OK);
    enum server_fate fate = judge_fate(tape_read(&tape));
    tape_end(&tape);
    return fate;
}

static void fates_are_read_from_recordings(void **state)
{
    (void)state;
    struct tape tape;
    tape_begin(&tape, "behaviour", true);
    tape_stop(&tape, 50);
    assert_int_equal(judge_fate(tape_read(&tape)), FATE_LIVED);
    tape_end(&tape);
    assert_int_equal(fate_of_end(true, 0, NULL), FATE_LEFT);
    assert_int_equal(fate_of_end(true, 0, "SIGPIPE"), FATE_DIED);
    assert_int_equal(fate_of_end(true, 0, "SIGSEGV"), FATE_CRASHED);
    assert_int_equal(fate_of_end(false, 0, NULL), FATE_UNHEARD);
    assert_int_equal(judge_fate(NULL), FATE_UNKNOWN);
}

static bool counts(enum verdict_status sanitized, enum server_fate fate,
                   enum verdict_status plain, enum server_fate plain_fate)
{
    const struct sanitized_run run = {.number = 11,
                                      .sanitized = sanitized,
                                      .plain = plain,
                                      .fate = fate,
                                      .plain_fate = plain_fate};
    char *why = judge_sanitized_runs(&run, 1);
    bool well = why == NULL;
    free(why);
    return well;
}

static void who_was_not_looked_at_earns_nothing(void **state)
{
    (void)state;
    assert_false(counts(VERDICT_FAIL, FATE_UNHEARD, VERDICT_PASS, FATE_LIVED));
    assert_false(counts(VERDICT_FAIL, FATE_UNHEARD, VERDICT_FAIL, FATE_UNHEARD));
    assert_false(counts(VERDICT_FAIL, FATE_LEFT, VERDICT_FAIL, FATE_LIVED));
    assert_false(counts(VERDICT_FAIL, FATE_LEFT, VERDICT_FAIL, FATE_CRASHED));
    assert_false(counts(VERDICT_FAIL, FATE_CRASHED, VERDICT_FAIL, FATE_CRASHED));
    assert_false(counts(VERDICT_FAIL, FATE_LIVED, VERDICT_PASS, FATE_LIVED));
}

static void who_is_wrong_in_the_same_way_was_looked_at(void **state)
{
    (void)state;
    assert_true(counts(VERDICT_PASS, FATE_LIVED, VERDICT_FAIL, FATE_LIVED));
    assert_true(counts(VERDICT_FAIL, FATE_LIVED, VERDICT_FAIL, FATE_LIVED));
    assert_true(counts(VERDICT_FAIL, FATE_LEFT, VERDICT_FAIL, FATE_LEFT));
    assert_true(counts(VERDICT_FAIL, FATE_DIED, VERDICT_FAIL, FATE_DIED));
    assert_true(counts(VERDICT_NOT_OBSERVED, FATE_LIVED, VERDICT_PASS, FATE_LIVED));
    assert_true(counts(VERDICT_FAIL, FATE_LIVED, VERDICT_ERROR, FATE_UNKNOWN));
}

/* A busy machine fails a slow program now and then. */
static void single_failures_are_luck(void **state)
{
    (void)state;
    struct sanitized_run runs[5];
    for (size_t i = 0; i < 5; i++)
        runs[i] = (struct sanitized_run){.number = 11 + (int)i,
                                         .sanitized = i < 2 ? VERDICT_FAIL : VERDICT_PASS,
                                         .plain = VERDICT_PASS,
                                         .fate = FATE_LIVED,
                                         .plain_fate = FATE_LIVED};
    assert_null(judge_sanitized_runs(runs, 5));
    runs[2].sanitized = VERDICT_FAIL;
    char *why = judge_sanitized_runs(runs, 5);
    assert_non_null(strstr(why, "3 of 5"));
    free(why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fates_are_read_from_recordings),
        cmocka_unit_test(who_was_not_looked_at_earns_nothing),
        cmocka_unit_test(who_is_wrong_in_the_same_way_was_looked_at),
        cmocka_unit_test(single_failures_are_luck),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
