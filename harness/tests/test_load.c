/*
 * The load generator on real sockets, beside servers whose behaviour is known: what it counts is
 * what they did. No limits of time: only what must hold on any machine.
 */
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "load/load.h"
#include "server/server.h"
#include "tests/faulty_echo.h"

static struct load_spec small(const struct echo *echo)
{
    return (struct load_spec){.address = "127.0.0.1",
                              .port = echo->port,
                              .connections = 10,
                              .size = 64,
                              .pipeline = 1,
                              .seconds = 0.3,
                              .threads = 1,
                              .seed = 7};
}

static void run(struct load_spec spec, struct load_result *result)
{
    struct failure failure;
    if (load_run(&spec, NULL, result, &failure) < 0)
        fail_msg("%s", failure.text);
}

static uint64_t errors_of(const struct load_result *result)
{
    uint64_t sum = 0;
    for (int i = 0; i < LOAD_ERROR_COUNT; i++)
        sum += result->errors[i];
    return sum;
}

/* Of every size and depth: each message once, and nothing wrong. */
static void answers_are_counted(void **state)
{
    (void)state;
    static const struct {
        int connections, size, pipeline, threads;
    } cases[] = {{1, 1, 1, 1},     {10, 64, 1, 2},    {50, 4096, 1, 1},  {3, 64, 16, 1},
                 {7, 100, 64, 3},  {2, 70000, 1, 2},  {2, 300000, 3, 1}, {100, 64, 1, 1},
                 {500, 200, 2, 2}, {1, 1 << 20, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct echo *echo = echo_start((struct echo){0});
        struct load_spec spec = small(echo);
        struct load_result result;
        spec.connections = cases[i].connections;
        spec.size = cases[i].size;
        spec.pipeline = cases[i].pipeline;
        spec.threads = cases[i].threads;
        run(spec, &result);
        assert_int_equal(errors_of(&result), 0);
        assert_true(result.messages > 0);
        assert_int_equal(result.bytes, result.messages * (uint64_t)spec.size);
        assert_int_equal(result.connected, spec.connections);
        assert_int_equal(result.peak, spec.connections);
        assert_int_equal(histogram_count(result.connect), spec.connections);
        assert_true(histogram_count(result.latency) >= result.messages);
        assert_null(result.corrected);
        load_free(&result);
        echo_end(echo);
        assert_int_equal(echo->accepted, spec.connections);
    }
}

/* Warm-up is served and not counted. */
static void warm_up_is_not_counted(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.delay = CLOCK_MILLISECOND});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.connections = 1;
    spec.warm_up = 0.5;
    run(spec, &result);
    echo_end(echo);
    assert_true(result.messages > 0 && echo->messages > result.messages + 1);
    assert_true(result.seconds > 0.29 && result.seconds < 0.31);
    assert_true(histogram_least(result.latency) >= CLOCK_MILLISECOND);
    load_free(&result);
}

/* While the server stands still messages stay due: only the corrected latency tells. */
static void open_loop_tells_of_a_stop(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.stop_at = 100, .stop_for = CLOCK_SECOND});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.connections = 2;
    spec.rate = 500;
    spec.seconds = 2;
    run(spec, &result);
    echo_end(echo);
    assert_int_equal(errors_of(&result), 0);
    assert_int_equal(histogram_count(result.corrected), 1000);
    assert_int_equal(histogram_count(result.latency), 1000);
    assert_true(histogram_at(result.corrected, 90) > 500 * CLOCK_MILLISECOND);
    assert_true(histogram_most(result.latency) >= CLOCK_SECOND);
    /* Two messages at most were under way when it stood still. */
    assert_true(histogram_at(result.latency, 75) < histogram_at(result.corrected, 75) / 2);
    load_free(&result);
}

static void open_loop_asks_as_often_as_it_is_told(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.rate = 2000;
    spec.threads = 2;
    spec.seconds = 1;
    spec.pipeline = 4;
    run(spec, &result);
    echo_end(echo);
    assert_int_equal(errors_of(&result), 0);
    assert_int_equal(histogram_count(result.corrected), 2000);
    assert_true(histogram_count(result.late) > 0);
    load_free(&result);
}

static void ends_when_all_is_answered(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.total = 25;
    spec.threads = 3;
    spec.each = 4;
    spec.pipeline = 2;
    spec.seconds = 1000;
    run(spec, &result);
    assert_int_equal(errors_of(&result), 0);
    assert_int_equal(result.answered, 250);
    assert_int_equal(result.messages, 250);
    assert_int_equal(histogram_count(result.latency), 250);
    assert_int_equal(result.connected, 10 * 7); /* six times four, and one */
    assert_true(result.seconds > 0 && result.seconds < 900);
    load_free(&result);
    echo_end(echo);
}

static void too_little_time_for_all_is_told(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.delay = 10 * CLOCK_MILLISECOND});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.total = 1000;
    run(spec, &result);
    assert_non_null(strstr(result.doubt, "of 10000 messages were answered"));
    assert_true(result.messages > 0);
    load_free(&result);
    echo_end(echo);
}

static void connections_come_anew(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.each = 3;
    run(spec, &result);
    echo_end(echo);
    assert_int_equal(errors_of(&result), 0);
    assert_true(result.connected > (uint64_t)spec.connections);
    assert_true(echo->messages >= 3 * (result.connected - (uint64_t)spec.connections));
    load_free(&result);
}

static void idle_ones_say_nothing(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.connections = 1;
    spec.idle = 300;
    run(spec, &result);
    echo_end(echo);
    assert_int_equal(errors_of(&result), 0);
    assert_int_equal(result.peak, 301);
    assert_int_equal(echo->accepted, 301);
    assert_true(result.messages > 0);
    load_free(&result);
}

static void count_look(void *context, const struct load_progress *progress)
{
    if (!progress->nearly_over)
        return;
    assert_int_equal(progress->open, 10);
    assert_int_equal(progress->errors, 0);
    assert_true(progress->answered > 0);
    (*(int *)context)++;
}

static void somebody_looks_once(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    int looks = 0;
    spec.progress = count_look;
    spec.context = &looks;
    run(spec, &result);
    assert_int_equal(looks, 1);
    assert_true(result.answered >= result.messages);
    load_free(&result);
    echo_end(echo);
}

/* All are lost long before that time. */
static void nobody_looks_behind_the_end(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.close_at = 1});
    struct load_spec spec = small(echo);
    struct load_result result;
    int looks = 0;
    spec.progress = count_look;
    spec.context = &looks;
    spec.connections = 1;
    spec.seconds = 1000;
    run(spec, &result);
    assert_int_equal(looks, 0);
    load_free(&result);
    echo_end(echo);
}

/* Those that are there speak while the others come; in an open loop those to come miss theirs. */
static void a_ramp_brings_one_after_another(void **state)
{
    (void)state;
    for (int rate = 0; rate <= 2000; rate += 2000) {
        struct echo *echo = echo_start((struct echo){0});
        struct load_spec spec = small(echo);
        struct load_result result;
        spec.connections = 20;
        spec.threads = 2;
        spec.ramp = 0.2;
        spec.rate = rate;
        spec.pipeline = 64;
        run(spec, &result);
        assert_int_equal(errors_of(&result), 0);
        assert_int_equal(result.connected, 20);
        assert_int_equal(result.peak, 20);
        assert_int_equal(result.arrived, 20);
        assert_true(result.messages > 0);
        load_free(&result);
        echo_end(echo);
    }
}

/* ThreadSanitizer wants no threads behind a fork. */
#ifdef __SANITIZE_THREAD__
#define PROCESSES_MOST 1
#else
#define PROCESSES_MOST 3
#endif

/* Each connects its share; what they counted is added up. */
static void processes_share_the_work(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.processes = PROCESSES_MOST;
    spec.total = 5;
    spec.seconds = 30;
    run(spec, &result);
    assert_int_equal(errors_of(&result), 0);
    assert_int_equal(result.connected, 10);
    assert_int_equal(result.answered, 50);
    assert_int_equal(histogram_count(result.latency), 50);
    assert_int_equal(histogram_count(result.connect), 10);
    assert_string_equal(result.doubt, "");
    load_free(&result);
    echo_end(echo);
}

static atomic_int asked;

static void ask_to_stop(void *context, const struct load_progress *progress)
{
    (void)context, (void)progress;
    asked = 1;
}

/* What came until then is kept, and doubted. */
static void asked_to_stop_it_stops(void **state)
{
    (void)state;
    for (int processes = 1; processes <= PROCESSES_MOST; processes++) {
        struct echo *echo = echo_start((struct echo){0});
        struct load_spec spec = small(echo);
        struct load_result result;
        struct failure failure;
        asked = 0;
        spec.seconds = 1000;
        spec.processes = processes;
        spec.progress = ask_to_stop; /* after a second */
        assert_int_equal(load_run(&spec, &asked, &result, &failure), 0);
        assert_true(result.messages > 0);
        assert_non_null(strstr(result.doubt, "it was stopped after"));
        load_free(&result);
        echo_end(echo);
    }
}

static void a_wrong_byte_is_seen(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.wrong_at = 50});
    struct load_result result;
    run(small(echo), &result);
    echo_end(echo);
    assert_int_equal(result.errors[LOAD_WRONG_BYTES], 1);
    assert_int_equal(errors_of(&result) - result.errors[LOAD_UNANSWERED], 1);
    assert_non_null(strstr(result.doubt, "not what had been sent"));
    assert_true(result.messages > 0); /* what the others were answered is kept */
    load_free(&result);
}

static void a_lost_connection_is_seen(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.close_at = 50});
    struct load_result result;
    run(small(echo), &result);
    echo_end(echo);
    assert_int_equal(result.errors[LOAD_LOST], 1);
    assert_non_null(strstr(result.doubt, "lost"));
    assert_true(result.messages > 0);
    load_free(&result);
}

static void when_all_are_lost_it_ends(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){.close_at = 5});
    struct load_spec spec = small(echo);
    struct load_result result;
    spec.connections = 1;
    spec.seconds = 1000;
    run(spec, &result);
    echo_end(echo);
    assert_int_equal(result.errors[LOAD_LOST], 1);
    assert_true(result.seconds < 900);
    load_free(&result);
}

static void cannot_begin(struct load_spec spec, const char *words)
{
    struct load_result result;
    struct failure failure;
    assert_int_equal(load_run(&spec, NULL, &result, &failure), -1);
    if (!strstr(failure.text, words))
        fail_msg("wanted \"%s\", got \"%s\"", words, failure.text);
}

static void what_cannot_begin_says_why(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec good = small(echo), spec;
    echo_end(echo);
    cannot_begin(good, "Connection refused");
    spec = good, spec.address = "localhost", cannot_begin(spec, "no IPv4 address");
    spec = good, spec.port = 0, cannot_begin(spec, "port");
    spec = good, spec.connections = 0, cannot_begin(spec, "connections");
    spec = good, spec.size = 0, cannot_begin(spec, "size");
    spec = good, spec.pipeline = 65, cannot_begin(spec, "pipeline");
    spec = good, spec.threads = 11, cannot_begin(spec, "threads");
    spec = good, spec.rate = -1, cannot_begin(spec, "rate");
    spec = good, spec.seconds = 0, cannot_begin(spec, "time");
}

/* In a child: a limit that was lowered is only root's to raise again. */
static void too_few_descriptors_are_told(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    spec.connections = 200;
    pid_t child = fork();
    if (child == 0) {
        struct load_result result;
        struct failure failure = {.text = ""};
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = 100, .rlim_max = 100});
        int answer = load_run(&spec, NULL, &result, &failure);
        _exit(answer == -1 && strstr(failure.text, "ulimit -Hn") ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    echo_end(echo);
}

/* 0: told; 1: not; 2: there are no namespaces in which ports can be few. */
static int in_a_network_of_ten_ports(void)
{
    struct load_result result;
    struct failure failure = {.text = ""};
    enum isolation isolation;
    FILE *range = NULL;
    if (server_isolate(&isolation, &failure) < 0 || isolation != ISOLATION_NAMESPACES ||
        !(range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "we")) ||
        fputs("40000 40009", range) < 0 || fclose(range) != 0)
        return 2;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    spec.connections = 20;
    int answer = load_run(&spec, NULL, &result, &failure);
    return answer == -1 && strstr(failure.text, "more ports than are free") ? 0 : 1;
}

static void too_few_ports_are_told(void **state)
{
    (void)state;
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(in_a_network_of_ten_ports());
    waitpid(child, &status, 0);
    if (WEXITSTATUS(status) == 2)
        skip();
    assert_int_equal(status, 0);
}

static void stops_when_it_is_told(void **state)
{
    (void)state;
    struct echo *echo = echo_start((struct echo){0});
    struct load_spec spec = small(echo);
    struct load_result result;
    struct failure failure;
    atomic_int stop = 1;
    spec.seconds = 1000;
    assert_int_equal(load_run(&spec, &stop, &result, &failure), 0);
    assert_true(result.seconds < 900);
    load_free(&result);
    echo_end(echo);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_counted),
        cmocka_unit_test(warm_up_is_not_counted),
        cmocka_unit_test(open_loop_tells_of_a_stop),
        cmocka_unit_test(open_loop_asks_as_often_as_it_is_told),
        cmocka_unit_test(ends_when_all_is_answered),
        cmocka_unit_test(too_little_time_for_all_is_told),
        cmocka_unit_test(connections_come_anew),
        cmocka_unit_test(idle_ones_say_nothing),
        cmocka_unit_test(somebody_looks_once),
        cmocka_unit_test(nobody_looks_behind_the_end),
        cmocka_unit_test(a_ramp_brings_one_after_another),
        cmocka_unit_test(processes_share_the_work),
        cmocka_unit_test(asked_to_stop_it_stops),
        cmocka_unit_test(a_wrong_byte_is_seen),
        cmocka_unit_test(a_lost_connection_is_seen),
        cmocka_unit_test(when_all_are_lost_it_ends),
        cmocka_unit_test(what_cannot_begin_says_why),
        cmocka_unit_test(too_few_descriptors_are_told),
        cmocka_unit_test(too_few_ports_are_told),
        cmocka_unit_test(stops_when_it_is_told),
    };
    return cmocka_run_group_tests_name("load: generator", tests, NULL, NULL);
}
