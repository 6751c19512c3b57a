/* Rules about who moved the bytes: main_avoids, posix_aio. */
#include "tests/judge_fixture.h"

#define BUFFER UINT64_C(0x5581a2c012f0)

static const char main_rule[] = "{\"main_avoids\": [\"@receive\", \"@send\", \"pread\"]}";
static const char aio_rule[] = "{\"posix_aio\": true}";

/* A call with the buffer of a request, or another one. */
static void call_at(struct tape *tape, double when, int thread, const char *call, int fd,
                    int connection, int64_t result, uint64_t address)
{
    tape->extra = (struct extra){.address = address, .bytes = 1024};
    tape_call(tape, when, 0.1, thread, call, fd, connection, result);
}

static void call(struct tape *tape, double when, int thread, const char *name, int fd,
                 int connection, int64_t result)
{
    call_at(tape, when, thread, name, fd, connection, result, BUFFER);
}

/* What a helper of glibc does with a request of a socket. */
static void helper(struct tape *tape, double when, int thread, const char *name, int64_t result)
{
    call(tape, when, thread, name[0] == 'r' ? "pread" : "pwrite", 5, 1, -ESPIPE);
    call(tape, when + 1, thread, name, 5, 1, result);
}

/* Connection 1 is descriptor 5; thread 2 is there too. */
static void begin(struct tape *tape)
{
    tape_begin(tape, "ptrace", true);
    tape_accept(tape, 20, 0.1, 1, 5, 1);
    tape_thread(tape, 25, 2, 1);
}

static void expect(struct tape *tape, const char *rules, enum verdict_status status,
                   const char *const *words)
{
    tape_stop(tape, 900);
    expect_rules(tape, rules, status, words);
}

static void others_move_the_bytes(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    helper(&tape, 30, 2, "read", 10);
    call(&tape, 40, 1, "read", 7, 0, 1); /* a pipe of its own */
    expect(&tape, main_rule, VERDICT_PASS, NULL);

    begin(&tape);
    helper(&tape, 30, 2, "read", 10);
    call(&tape, 40, 1, "write", 5, 1, 10);
    expect(&tape, main_rule, VERDICT_FAIL,
           WORDS("first thread called write(5)", "at 0.040 s", "on connection 1"));
}

static void first_of_each_process(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    tape_thread(&tape, 30, 3, 2);
    tape_thread(&tape, 31, 4, 2);
    struct event event = call_event(EVENT_ENTER, 40, 3, "recv", 5, 1);
    event.process = 2;
    tape_put(&tape, &event);
    expect(&tape, main_rule, VERDICT_FAIL, WORDS("called recv(5)", "at 0.040 s"));
}

static void files_of_the_first_thread(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    helper(&tape, 30, 2, "read", 10);
    tape_call(&tape, 40, 0.1, 1, "openat", -1, 0, 8);
    call(&tape, 50, 2, "pread", 8, 0, 100);
    expect(&tape, main_rule, VERDICT_PASS, NULL);

    begin(&tape);
    tape_call(&tape, 40, 0.1, 1, "openat", -1, 0, 8);
    call(&tape, 50, 1, "pread", 8, 0, 100);
    expect(&tape, main_rule, VERDICT_FAIL, WORDS("called pread(8)", "at 0.050 s on a file"));

    begin(&tape);
    helper(&tape, 30, 2, "read", 10);
    tape_call(&tape, 40, 0.1, 1, "openat", -1, 0, 8);
    tape_call(&tape, 45, 0.1, 1, "close", 8, 0, 0);
    call(&tape, 50, 1, "read", 8, 0, 100); /* the number stands for something else */
    expect(&tape, main_rule, VERDICT_PASS, NULL);
}

static void requests(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    helper(&tape, 30, 2, "read", 10);
    helper(&tape, 40, 2, "write", 10);
    helper(&tape, 50, 2, "read", -EINTR);
    call(&tape, 52, 2, "read", 5, 1, 10);
    call(&tape, 60, 1, "write", 7, 0, 1);
    expect(&tape, aio_rule, VERDICT_PASS, NULL);
}

static void no_requests(void **state)
{
    struct tape tape;
    (void)state;
    begin(&tape);
    helper(&tape, 30, 2, "read", 10);
    call(&tape, 40, 2, "write", 5, 1, 10);
    expect(&tape, aio_rule, VERDICT_FAIL,
           WORDS("thread 2 called write(5) on connection 1 at 0.040 s", "ESPIPE"));

    begin(&tape);
    call(&tape, 30, 2, "recv", 5, 1, 10);
    expect(&tape, aio_rule, VERDICT_FAIL, WORDS("thread 2 called recv(5)", "at 0.030 s"));

    begin(&tape); /* another thread's, another buffer's, and in the other direction */
    call(&tape, 30, 1, "pread", 5, 1, -ESPIPE);
    call(&tape, 31, 2, "read", 5, 1, 10);
    expect(&tape, aio_rule, VERDICT_FAIL, WORDS("at 0.031 s"));
    begin(&tape);
    call_at(&tape, 30, 2, "pread", 5, 1, -ESPIPE, BUFFER + 1);
    call(&tape, 31, 2, "read", 5, 1, 10);
    expect(&tape, aio_rule, VERDICT_FAIL, WORDS("at 0.031 s"));
    begin(&tape);
    call(&tape, 30, 2, "pwrite", 5, 1, -ESPIPE);
    call(&tape, 31, 2, "read", 5, 1, 10);
    expect(&tape, aio_rule, VERDICT_FAIL, WORDS("at 0.031 s"));
}

static void nothing_was_moved(void **state)
{
    static const char *const rules[] = {main_rule, aio_rule};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct tape tape;
        begin(&tape);
        helper(&tape, 30, 2, "read", 0);
        expect(&tape, rules[i], VERDICT_FAIL, WORDS("never made a call"));
        tape_begin(&tape, "behaviour", true);
        expect(&tape, rules[i], VERDICT_NOT_OBSERVED, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others_move_the_bytes),
        cmocka_unit_test(first_of_each_process),
        cmocka_unit_test(files_of_the_first_thread),
        cmocka_unit_test(requests),
        cmocka_unit_test(no_requests),
        cmocka_unit_test(nothing_was_moved),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
