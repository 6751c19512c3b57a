/* Rules about the array of poll, and about what comes of its answers. */
#include "tests/judge_fixture.h"

#define DENSE   "{\"dense\": true}"
#define WATCHES "{\"watches_all\": true}"
#define SERVES  "{\"serves_all\": true}"

/* A poll of half a millisecond by thread 1: what it asked, what it was told, how many. */
static void poll_call(struct tape *tape, double when, const char *asked, const char *told,
                      int64_t ready)
{
    tape->extra =
        (struct extra){.asked = asked, .told = told, .timed = true, .timeout = at(1000)};
    tape_call(tape, when, 0.5, 1, "poll", -1, 0, ready);
}

/* One that does not wait. */
static void look(struct tape *tape, double when, const char *asked, const char *told,
                 int64_t ready)
{
    tape->extra = (struct extra){.asked = asked, .told = told, .timed = true};
    tape_call(tape, when, 0.1, 1, "poll", -1, 0, ready);
}

/* Connection 1 is descriptor 5, connection 2 descriptor 6; the listener is 3. */
static void begin(struct tape *tape)
{
    tape_begin(tape, "ptrace", true);
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    tape_accept(tape, 30, 0.1, 1, 6, 2);
}

static void expect(struct tape *tape, const char *rules, enum verdict_status status,
                   const char *const *words)
{
    tape_stop(tape, 900);
    expect_rules(tape, rules, status, words);
}

static void one_entry_for_each_descriptor(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN|OUT 6:}", "{5:IN|HUP}", 1);
    poll_call(&tape, 50, "{}", "{}", 0);
    expect(&tape, DENSE, VERDICT_PASS, NULL);
}

static void holes_are_not_dense(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN 6:IN}", "{}", 0);
    poll_call(&tape, 50, "{3:IN ?:IN 6:IN -7:IN}", "{}", 0);
    expect(&tape, DENSE, VERDICT_FAIL, WORDS("poll at 0.050 s", "2 of 4 entries", "negative"));
}

static void a_descriptor_stands_there_once(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 6:IN 6:OUT}", "{}", 0);
    expect(&tape, DENSE, VERDICT_FAIL, WORDS("poll at 0.040 s", "descriptor 6", "twice"));
}

static void a_closed_descriptor_is_told(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN 6:IN}", "{5:IN 6:NVAL}", 2);
    expect(&tape, DENSE, VERDICT_FAIL,
           WORDS("poll at 0.040 s", "descriptor 6", "not open", "POLLNVAL"));
}

static void whoever_is_open_is_asked_about(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 6: 5:OUT}", "{}", 0); /* 6 is paused, and stands there */
    tape.extra.bytes = 100;
    tape_call(&tape, 50, 0.1, 1, "send", 6, 2, 40); /* stuck: may be left out */
    poll_call(&tape, 60, "{3:IN 5:IN}", "{}", 0);
    tape_call(&tape, 70, 0.1, 1, "send", 6, 2, 60);
    look(&tape, 80, "{6:IN}", "{6:IN}", 1); /* about this one only */
    poll_call(&tape, 90, "{3:IN 5:IN 6:IN}", "{}", 0);
    tape_call(&tape, 100, 0.1, 1, "recv", 5, 1, 0); /* its end: nothing more to ask for */
    poll_call(&tape, 110, "{3:IN 6:IN}", "{}", 0);
    expect(&tape, WATCHES, VERDICT_PASS, NULL);
}

static void whoever_is_forgotten_is_named(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN 6:IN}", "{}", 0);
    tape_step(&tape, 45, 0.1, 2, "send", "abcd", OUTCOME_OK, NULL);
    poll_call(&tape, 50, "{3:IN 5:IN}", "{}", 0);
    expect(&tape, WATCHES, VERDICT_FAIL,
           WORDS("poll at 0.050 s", "connection 2 (descriptor 6)", "not in the array"));
}

static void who_waits_for_one_only_forgets_the_others(void **state)
{
    static const char *const asked[] = {"{6:OUT}", "{}"};
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct tape tape;
        begin(&tape);
        poll_call(&tape, 40, "{3:IN 5:IN 6:IN}", "{6:IN}", 1);
        poll_call(&tape, 50, asked[i], "{}", 0);
        expect(&tape, WATCHES, VERDICT_FAIL,
               WORDS("poll at 0.050 s", "connection 1 (descriptor 5)", "not in the array"));
    }
}

static void whoever_is_ready_is_served(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN 6:IN|OUT}", "{3:IN 5:IN 6:OUT}", 3);
    tape_call(&tape, 41, 0.1, 1, "recv", 5, 1, -EAGAIN); /* a try is enough */
    poll_call(&tape, 42, "{3:IN 5:IN 6:IN|OUT}", "{6:HUP|ERR}", 1);
    tape_call(&tape, 43, 0.1, 1, "close", 6, 2, 0);
    tape_close(&tape, 43.05, 1, 6, 2);
    poll_call(&tape, 44, "{3:IN 5:IN}", "{5:IN}", 1);
    poll_call(&tape, 45, "{3:IN}", "{}", 0); /* not about 5: it may be served later */
    tape_call(&tape, 46, 0.1, 1, "recv", 5, 1, 4);
    poll_call(&tape, 47, "{3:IN 5:IN}", "{5:IN}", 1); /* the end comes in between */
    expect(&tape, SERVES, VERDICT_PASS, NULL);
}

static void whoever_is_passed_over_is_named(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN 6:IN}", "{5:IN 6:IN}", 2);
    tape_call(&tape, 41, 0.1, 1, "recv", 5, 1, 0);
    tape_call(&tape, 42, 0.1, 1, "close", 5, 1, 0);
    tape_close(&tape, 42.05, 1, 5, 1);
    poll_call(&tape, 44, "{3:IN 6:IN}", "{6:IN}", 1);
    expect(&tape, SERVES, VERDICT_FAIL,
           WORDS("poll at 0.040 s", "connection 2 (descriptor 6)", "again at 0.044 s"));
}

static void a_number_used_again_owes_nothing(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    poll_call(&tape, 40, "{3:IN 5:IN 6:IN}", "{3:IN 5:IN}", 2);
    tape_call(&tape, 41, 0.1, 1, "close", 5, 1, 0);
    tape_close(&tape, 41.05, 1, 5, 1);
    tape_accept(&tape, 42, 0.1, 1, 5, 3);
    poll_call(&tape, 44, "{3:IN 5:IN 6:IN}", "{}", 0);
    expect(&tape, "{\"dense\": true, \"watches_all\": true, \"serves_all\": true}",
           VERDICT_PASS, NULL);
}

static void without_poll_there_is_nothing_to_hold(void **state)
{
    static const char *const rules[] = {DENSE, WATCHES, SERVES};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct tape tape;
        begin(&tape);
        tape.extra = (struct extra){.asked = "7, {3 5 6}, {}, {}", .told = "{5}, {}, {}"};
        tape_call(&tape, 40, 0.5, 1, "select", -1, 0, 1);
        expect(&tape, rules[i], VERDICT_FAIL, WORDS("never made a call"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_entry_for_each_descriptor),
        cmocka_unit_test(holes_are_not_dense),
        cmocka_unit_test(a_descriptor_stands_there_once),
        cmocka_unit_test(a_closed_descriptor_is_told),
        cmocka_unit_test(whoever_is_open_is_asked_about),
        cmocka_unit_test(whoever_is_forgotten_is_named),
        cmocka_unit_test(who_waits_for_one_only_forgets_the_others),
        cmocka_unit_test(whoever_is_ready_is_served),
        cmocka_unit_test(whoever_is_passed_over_is_named),
        cmocka_unit_test(a_number_used_again_owes_nothing),
        cmocka_unit_test(without_poll_there_is_nothing_to_hold),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
