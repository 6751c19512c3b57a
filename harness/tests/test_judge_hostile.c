/*
 * Recordings are files, and files may hold anything. Events with random fields, details cut and
 * changed: the judge survives them all, and always gives a verdict. Runs under the sanitizers.
 */
#include "tests/judge_fixture.h"

#define ROUNDS 300
#define EVENTS 120

static const char *const all_rules =
    "{\"uses\": [\"recv\", \"@send|readv\"], \"avoids\": [\"poll\"], \"threads\": 2,"
    " \"processes\": 1, \"sleeps_only_in\": [\"@wait\"], \"sleeps_in\": [\"@receive\"],"
    " \"nonblocking\": \"all\", \"idle\": {\"calls\": 5, \"cpu\": 0.1},"
    " \"per_message\": {\"calls\": 2, \"wakeups\": 1, \"vain\": 0},"
    " \"longest_sleep\": {\"call\": \"recv\", \"seconds\": 0.001},"
    " \"at_most\": {\"call\": \"accept\", \"error\": \"EMFILE\", \"count\": 1, \"per\": 0.5},"
    " \"no_calls_on_closed\": true, \"stack\": {\"most\": 1}, \"write_interest\": \"pending\","
    " \"rebuilds_sets\": true, \"nfds\": \"highest\", \"dense\": true,"
    " \"watches_all\": true, \"serves_all\": true}";

static const char *const calls[] = {
    "recv",           "send",     "read",      "write",     "accept",     "select",
    "pselect",        "poll",     "ppoll",     "epoll_ctl", "epoll_wait", "close",
    "futex",          "fork",     "nanosleep", "bind",      "\x01%s",     "",
    "pthread_create", "shutdown", "openat",    "fcntl",     "setsockopt", "x",
};
static const char *const verbs[] = {
    "ready", "stop",  "exit",    "signal", "measure", "begin", "end",
    "send",  "reset", "receive", "expect", "limit",   "",      "try_send",
};
static const char *const details[] = {
    "8, {3 5 6}, {6}, {}",
    "{5}, {}, {}",
    "{5:IN 6:IN|OUT}",
    "{5:OUT}",
    "ADD 5 IN|OUT|ET",
    "MOD 99999999999999999999 OUT",
    "99999999999999999999, {3 99999999999}, {4095 4096 -1}, {",
    "SIGSEGV",
    "SIGNOTHING",
    "{{{{{{{{",
    "{5:IN|||||OUT}",
    "a check",
    "%s%n%999999d",
    "MSG_DONTWAIT|MSG_PEEK",
};

#define ANY(random, list) list[rand_r(random) % (sizeof list / sizeof *list)]

static int64_t any_number(unsigned *random)
{
    static const int64_t numbers[] = {-1,   0,    1,         2,         5,         11,     1000,
                                      4095, 4096, INT32_MAX, INT64_MAX, INT64_MIN, 1 << 20};
    return rand_r(random) % 3 ? rand_r(random) % 8 : ANY(random, numbers);
}

static void put_any(struct tape *tape, unsigned *random, int64_t time, uint64_t last)
{
    struct event event = event_make((enum event_kind)(rand_r(random) % EVENT_KIND_COUNT));
    event.time = rand_r(random) % 50 ? time : any_number(random);
    event.span = rand_r(random) % 5 ? 0 : any_number(random);
    event.process = (int)(rand_r(random) % 10 ? 1 : any_number(random));
    event.thread = (int)any_number(random);
    event.client = (int)any_number(random);
    event.connection = (int)any_number(random);
    event.fd = (int)any_number(random);
    event.call = rand_r(random) % 20 ? ANY(random, calls) : NULL;
    event.verb = rand_r(random) % 20 ? ANY(random, verbs) : NULL;
    event.bytes = any_number(random);
    event.result = any_number(random);
    event.error = rand_r(random) % 4 ? 0 : (int)any_number(random);
    event.ready = (enum event_ternary)(rand_r(random) % 3 - 1);
    event.nonblocking = (enum event_ternary)(rand_r(random) % 3 - 1);
    event.queued = any_number(random);
    event.timeout = any_number(random);
    event.pair = last ? last - (uint64_t)(rand_r(random) % 4) % last : 0;
    event.outcome = (enum event_outcome)(rand_r(random) % EVENT_OUTCOME_COUNT);
    event.detail = rand_r(random) % 5 ? ANY(random, details) : NULL;
    event.data = "\xff\x00\x1b[2J]]>";
    event.data_size = (size_t)rand_r(random) % 8;
    event.want = rand_r(random) % 2 ? "wanted" : NULL;
    event.want_size = event.want ? (size_t)rand_r(random) % 7 : 0;
    event.offset = any_number(random);
    if (event.kind == EVENT_RULE && rand_r(random) % 2)
        event.detail = all_rules;
    if (event.kind == EVENT_LEAVE && event.fd > 0)
        event.call = "recv";
    tape_put(tape, &event);
}

static void judge_all(const struct recording *recording)
{
    const struct check check = {.number = 1, .name = (char *)"a check", .points = 3};
    char *hints[] = {"h", NULL};
    const struct rule_check rule = {1, (char *)"r", 1, hints, (char *)all_rules};
    struct verdict *verdict = judge_check(&check, recording, "p", NULL);
    assert_non_null(verdict);
    assert_true(verdict->status == VERDICT_PASS || verdict->message != NULL);
    verdict_free(verdict);
    verdict = judge_rules(&rule, &recording, NULL, 1);
    assert_non_null(verdict);
    verdict_free(verdict);
}

static void any_events_get_a_verdict(void **state)
{
    (void)state;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        unsigned random = round;
        struct tape tape;
        tape_begin(&tape, "ptrace", round % 4 != 0);
        uint64_t last = 0;
        for (int i = 0; i < EVENTS; i++) {
            put_any(&tape, &random, at(11 + i * 3), last);
            last = (uint64_t)i + 3;
        }
        if (round % 3)
            tape_check(&tape, 900, (enum event_outcome)(round % EVENT_OUTCOME_COUNT), "x");
        judge_all(tape_read(&tape));
        tape_end(&tape);
    }
}

/* A good recording, one byte of it changed or the rest cut off. */
static void any_file_gets_a_verdict(void **state)
{
    (void)state;
    struct tape tape;
    struct failure failure;
    char text[4096], copy[4096];
    tape_begin(&tape, "ptrace", true);
    tape_accept(&tape, 20, 1, 1, 5, 1);
    tape.extra.asked = "6, {3 5}, {5}, {}";
    tape.extra.told = "{5}, {}, {}";
    tape_call(&tape, 30, 3, 1, "select", -1, 0, 1);
    tape_call(&tape, 40, 3, 1, "recv", 5, 1, 12);
    tape_rule(&tape, 50, all_rules);
    tape_check(&tape, 60, OUTCOME_OK, "x");
    tape_stop(&tape, 70);
    tape_read(&tape);
    FILE *in = fopen(tape.path, "r");
    size_t size = fread(text, 1, sizeof text, in);
    fclose(in);
    for (size_t i = 0; i < size; i += 3) {
        memcpy(copy, text, size);
        copy[i] = "9\"{}-\n\xff"[i % 7];
        FILE *out = fopen(tape.path, "w");
        fwrite(copy, 1, i % 5 ? size : i, out);
        fclose(out);
        struct recording *recording = recording_read(tape.path, &failure);
        if (recording)
            judge_all(recording);
        recording_free(recording);
    }
    tape_end(&tape);
}

/* A hundred thousand events of a server that spins are judged in no time to speak of. */
static void a_long_recording_is_judged_soon(void **state)
{
    (void)state;
    struct tape tape;
    tape_begin(&tape, "ptrace", true);
    tape_accept(&tape, 20, 1, 1, 5, 1);
    for (int i = 0; i < 25000; i++) {
        uint64_t enter = tape_call(&tape, 30 + i * 0.05, 0.01, 1, "recv", 5, 1, -EAGAIN);
        if (i % 4 == 0)
            tape_fault(&tape, 30 + i * 0.05, enter, EAGAIN);
        if (i % 10 == 0)
            tape_quiet(&tape, 30 + i * 0.05, i % 20 ? "end" : "begin");
        if (i % 2 == 0)
            tape_step(&tape, 30 + i * 0.05, 0.01, 2, "send", "x", OUTCOME_OK, NULL);
    }
    tape_rule(&tape, 3000, all_rules);
    tape_check(&tape, 3000, OUTCOME_OK, "x");
    const struct recording *recording = tape_read(&tape);
    clock_t begin = clock(); /* CPU time: others may keep the machine busy */
    judge_all(recording);
    assert_true(clock() - begin < 20 * CLOCKS_PER_SEC);
    tape_end(&tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_events_get_a_verdict),
        cmocka_unit_test(any_file_gets_a_verdict),
        cmocka_unit_test(a_long_recording_is_judged_soon),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
