/* Signal handlers, followed: which unsafe functions do they call, and do they still work. */
#include "tests/traced.h"

#include <setjmp.h>
#include <sys/stat.h>

static volatile sig_atomic_t seen;
static int channel[2];

/* --- handlers --- */

static void sets_a_flag(int signal)
{
    seen = signal;
}

static void writes_to_a_pipe(int signal)
{
    int saved = errno;
    char byte = (char)signal;
    if (write(channel[1], &byte, 1) == 1)
        seen++;
    errno = saved;
}

/* What a signal-driven server does. */
static void echoes(int signal)
{
    char buffer[4096];
    ssize_t size;
    (void)signal;
    while ((size = recv(channel[1], buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
        for (ssize_t sent = 0; sent < size;)
            sent += send(channel[1], buffer + sent, (size_t)(size - sent), MSG_NOSIGNAL);
    seen++;
}

static char large[2][64 * 1024];

static void copies(int signal)
{
    memcpy(large[0], large[1], sizeof large[0]);
    seen = signal;
}

static void prints(int signal)
{
    printf("signal %d of %d\n", signal, seen);
    seen++;
}

static void *volatile kept;

static __attribute__((noinline)) void helper(size_t size)
{
    kept = malloc(size);
}

static void allocates(int signal)
{
    helper((size_t)signal);
    seen++;
}

static void duplicates(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    kept = strdup(info->si_signo == SIGUSR1 ? "one" : "other");
    free(kept);
    seen++;
}

static sigjmp_buf back;

static void jumps(int signal)
{
    siglongjmp(back, signal);
}

static void raises_another(int signal)
{
    (void)signal;
    raise(SIGUSR2);
    seen++;
}

static void counts_without_end(int signal)
{
    for (volatile int i = 0; i < 1000000; i++)
        ;
    seen = signal;
}

/* --- programs --- */

struct plan {
    void (*handler)(int);
    void (*informed)(int, siginfo_t *, void *); /* instead: SA_SIGINFO */
    bool other_stack;
    int rounds; /* 0: one */
};

static void install(int signal, const struct plan *plan)
{
    static char stack[256 * 1024];
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = plan->handler};
    if (plan->informed) {
        action.sa_sigaction = plan->informed;
        action.sa_flags = SA_SIGINFO;
    }
    if (plan->other_stack && sigaltstack(&other, NULL) == 0)
        action.sa_flags |= SA_ONSTACK;
    sigfillset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

/* What comes after the handler may call what it likes. */
static int after_handler(void)
{
    char *text = strdup("after");
    int failed = !text || text[0] != 'a' || !seen;
    free(text);
    return failed;
}

/* Waits for a byte, so that watching begins before; then the handler runs. */
static int run_plan(void *context)
{
    const struct plan *plan = context;
    char byte;
    setvbuf(stdout, NULL, _IOFBF, 4096);
    install(SIGUSR1, plan);
    if (recv(channel[1], &byte, 1, 0) != 1)
        return 9;
    for (int round = 0; round == 0 || round < plan->rounds; round++)
        raise(SIGUSR1);
    return after_handler();
}

static int run_jump(void *context)
{
    char byte;
    install(SIGUSR1, context);
    if (recv(channel[1], &byte, 1, 0) != 1)
        return 9;
    if ((seen = sigsetjmp(back, 1)) == 0)
        raise(SIGUSR1);
    return after_handler();
}

static int run_nested(void *context)
{
    const struct plan inner = {.handler = allocates};
    struct sigaction outer = {.sa_handler = raises_another};
    char byte;
    (void)context;
    install(SIGUSR2, &inner);
    sigaction(SIGUSR1, &outer, NULL);
    if (recv(channel[1], &byte, 1, 0) != 1)
        return 9;
    raise(SIGUSR1);
    return after_handler();
}

static void *receive_the_signal(void *context)
{
    (void)context;
    char byte;
    if (recv(channel[1], &byte, 1, 0) == 1)
        raise(SIGUSR1);
    return NULL;
}

/* One thread is in the handler while the other one allocates. */
static int run_threads(void *context)
{
    pthread_t thread;
    install(SIGUSR1, context);
    pthread_create(&thread, NULL, receive_the_signal, NULL);
    while (!seen)
        free(malloc(100));
    pthread_join(thread, NULL);
    return after_handler();
}

/* Becomes the program that was linked statically. */
static int run_static(void *context)
{
    char descriptor[16];
    snprintf(descriptor, sizeof descriptor, "%d", channel[1]);
    execl(context, context, descriptor, (char *)NULL);
    return 8;
}

/* --- tests --- */

static void begin(struct traced *traced, traced_program *program, const struct plan *plan)
{
    struct trace_options options = {.connections_only = true};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
    traced_begin(traced, program, (void *)(uintptr_t)plan, &options);
    traced_await(traced, "recv");
    trace_watch_handlers(traced->trace);
}

static void finish(struct traced *traced)
{
    traced_end(traced);
    assert_int_equal(traced->status, 0);
    close(channel[0]);
    close(channel[1]);
}

/* Runs the plan; the functions that its handlers called, in order, separated by blanks. */
static void expect_calls(traced_program *program, struct plan plan, const char *want)
{
    struct traced traced;
    char got[256] = "";
    begin(&traced, program, &plan);
    assert_int_equal(write(channel[0], "go", 2), 2);
    finish(&traced);
    const struct event *event;
    for (int i = 1; (event = traced_find(&traced, EVENT_HANDLER, NULL, i)); i++) {
        const struct event *signal = recording_find(traced.recording, event->pair);
        assert_int_equal(signal->kind, EVENT_SIGNAL);
        assert_int_equal(signal->result, event->result);
        strcat(strcat(got, *got ? " " : ""), event->call);
    }
    assert_string_equal(got, want);
    traced_free(&traced);
}

static void test_safe_handlers(void **state)
{
    (void)state;
    expect_calls(run_plan, (struct plan){.handler = sets_a_flag}, "");
    expect_calls(run_plan, (struct plan){.handler = writes_to_a_pipe}, "");
    expect_calls(run_plan, (struct plan){.handler = echoes}, "");
    expect_calls(run_plan, (struct plan){.handler = copies}, "");
    expect_calls(run_plan, (struct plan){.handler = sets_a_flag, .other_stack = true}, "");
}

static void test_unsafe_handlers(void **state)
{
    (void)state;
    expect_calls(run_plan, (struct plan){.handler = prints, .rounds = 2}, "printf printf");
    expect_calls(run_plan, (struct plan){.handler = allocates}, "malloc");
    expect_calls(run_plan, (struct plan){.informed = duplicates, .rounds = 2},
                 "strdup free strdup free");
    expect_calls(run_plan, (struct plan){.handler = prints, .other_stack = true}, "printf");
}

static void test_left_by_a_jump(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its compiler puts a call before the jump that reads files */
#endif
    expect_calls(run_jump, (struct plan){.handler = jumps}, "");
    expect_calls(run_jump, (struct plan){.handler = jumps, .other_stack = true}, "");
}

static void test_handler_within_a_handler(void **state)
{
    (void)state;
    struct traced traced;
    begin(&traced, run_nested, NULL);
    assert_int_equal(write(channel[0], "g", 1), 1);
    finish(&traced);
    assert_int_equal(traced_count(&traced, EVENT_HANDLER, NULL), 1);
    assert_int_equal(traced_want(&traced, EVENT_HANDLER, "malloc", 1)->result, SIGUSR2);
    traced_free(&traced);
}

static void test_only_the_thread_that_runs_it(void **state)
{
    (void)state;
    expect_calls(run_threads, (struct plan){.handler = sets_a_flag}, "");
    expect_calls(run_threads, (struct plan){.handler = allocates}, "malloc");
}

static void test_long_handlers_go_on_unwatched(void **state)
{
    (void)state;
    struct traced traced;
    struct plan plan = {.handler = counts_without_end};
    begin(&traced, run_plan, &plan);
    assert_int_equal(write(channel[0], "g", 1), 1);
    finish(&traced);
    assert_int_equal(traced_count(&traced, EVENT_NOTE, NULL), 1);
    assert_non_null(strstr(traced_want(&traced, EVENT_NOTE, NULL, 1)->detail, "SIGUSR1"));
    traced_free(&traced);
}

static void test_linked_statically(void **state)
{
    (void)state;
    struct traced traced;
    struct trace_options options = {.connections_only = true};
    char folder[] = "/tmp/iolab-test-static-XXXXXX", program[64], command[256];
    assert_non_null(mkdtemp(folder));
    snprintf(program, sizeof program, "%s/program", folder);
    snprintf(command, sizeof command, "gcc -O2 -static -o %s harness/tests/handlers/static.c",
             program);
    assert_int_equal(system(command), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
    traced_begin(&traced, run_static, program, &options);
    traced_await(&traced, "read");
    trace_watch_handlers(traced.trace);
    assert_int_equal(write(channel[0], "g", 1), 1);
    finish(&traced);
    traced_want(&traced, EVENT_HANDLER, "strdup", 1);
    assert_int_equal(traced_count(&traced, EVENT_HANDLER, NULL), 1);
    traced_free(&traced);
    unlink(program);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe_handlers),
        cmocka_unit_test(test_unsafe_handlers),
        cmocka_unit_test(test_left_by_a_jump),
        cmocka_unit_test(test_handler_within_a_handler),
        cmocka_unit_test(test_only_the_thread_that_runs_it),
        cmocka_unit_test(test_linked_statically),
        cmocka_unit_test(test_long_handlers_go_on_unwatched),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
