/* What a server finds when it starts, what it is measured to use, and its limits. */
#include "server_fixture.h"

#include "server/instance.h"

static char *description(const struct limits *limits)
{
    struct fixture_server made = fixture_start("describe", limits);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_ended(made.server).status == 0);
    char *text = fixture_output(&made);
    char port[32], folder[PATH_MAX + 16], home[PATH_MAX + 32];
    snprintf(port, sizeof port, "\nport %d\n", server_port(made.server));
    snprintf(folder, sizeof folder, "\nfolder %s\n", made.folder);
    snprintf(home, sizeof home, "\nenvironment HOME=%s\n", made.folder);
    CHECK(strstr(text, port) && strstr(text, folder) && strstr(text, home));
    fixture_finish(&made);
    return text;
}

static size_t count(const char *text, const char *words)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, words)); at++)
        found++;
    return found;
}

static void clean_start(void)
{
    /* Things that a careless caller has: they must not reach the server. */
    int left_open = open("/dev/null", O_RDWR);
    CHECK(left_open >= 0 && dup2(left_open, 77) == 77);
    setenv("SECRET", "42", 1);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_BLOCK, &blocked, NULL);

    struct limits limits = {.descriptors = 64};
    char *text = description(&limits);
    CHECK(count(text, "descriptor ") == 3);
    CHECK(count(text, "environment ") == 4);
    CHECK(count(text, "signal ") == 0);
    CHECK(!strstr(text, "SECRET"));
    CHECK(strstr(text, "\ndescriptors 64\n"));
    /* Process 1 of a namespace has no default actions: a server must not be that. */
    CHECK(!strstr(text, "\nprocess 1\n"));
    free(text);
}

static void test_clean_start(void **state)
{
    (void)state;
    fixture_every_way(clean_start);
}

static void default_limits(void)
{
    char *text = description(NULL);
    CHECK(strstr(text, "\ndescriptors 4096\n"));
    free(text);
}

static void test_default_limits(void **state)
{
    (void)state;
    fixture_every_way(default_limits);
}

static int threads_made(const struct fixture_server *made)
{
    char *text = fixture_output(made);
    int number = -1;
    const char *at = strstr(text, "threads ");
    if (at)
        sscanf(at, "threads %d", &number);
    free(text);
    return number;
}

static void limited_threads(void)
{
    struct limits limits = {.threads = 30};
    struct fixture_server made = fixture_start("threads", &limits);
    fixture_wait_until(server_listening(made.server));
    struct server_measure measure;
    CHECK(server_measure(made.server, &measure) == 0);
    CHECK(threads_made(&made) >= 29 && measure.threads == threads_made(&made) + 1);
    fixture_finish(&made);
}

/* Its own user, or a user namespace of its own: the limit is exact. */
static void exactly_limited_threads(void)
{
    struct limits limits = {.threads = 30};
    struct fixture_server made = fixture_start("threads", &limits);
    fixture_wait_until(server_listening(made.server));
    CHECK(threads_made(&made) == 29);
    fixture_finish(&made);
}

static void test_threads(void **state)
{
    (void)state;
    fixture_every_way(limited_threads);
    if (geteuid() == 0 || isolation_available(NULL, 0) == ISOLATION_NAMESPACES)
        fixture_in_way((struct fixture_way){false, false}, exactly_limited_threads);
}

static void thousand_threads(void)
{
    struct limits limits = {.threads = 1100};
    struct fixture_server made = fixture_start("threads", &limits);
    fixture_wait_until(server_listening(made.server));
    CHECK(threads_made(&made) >= 1000);
    fixture_finish(&made);
}

static void test_thousand_threads_with_usual_stacks(void **state)
{
    (void)state;
    fixture_in_way((struct fixture_way){false, false}, thousand_threads);
}

static void measured(void)
{
    struct fixture_server made = fixture_start("memory", NULL);
    fixture_wait_until(server_listening(made.server));
    struct server_measure measure;
    CHECK(server_measure(made.server, &measure) == 0);
    CHECK(measure.processes == 2 && measure.threads == 2);
    CHECK(measure.descriptors == 3 + 3 + 1);
    CHECK(measure.memory > 2 * (64 << 20) && measure.memory < 2 * (80 << 20));
    CHECK(measure.anonymous > 2 * (64 << 20) && measure.anonymous < measure.memory);
    CHECK(server_stop(made.server, 0.1, NULL).ended);
    CHECK(server_measure(made.server, &measure) == -1);
    fixture_finish(&made);
}

static void test_measure(void **state)
{
    (void)state;
    fixture_every_way(measured);
}

static double cpu_of(struct server *server)
{
    struct server_measure measure;
    CHECK(server_measure(server, &measure) == 0);
    return measure.cpu;
}

static void uses_cpu(void)
{
    struct limits limits = {.cpu = 1};
    struct fixture_server made = fixture_start("spin", &limits);
    fixture_wait_until(server_listening(made.server));
    double first = cpu_of(made.server);
    fixture_wait_until(cpu_of(made.server) > first + 0.1);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_ended(made.server).signal == SIGXCPU);
    CHECK(cpu_of(made.server) > 0.1); /* what has ended still counts */
    fixture_finish(&made);
}

/* Once it spins it never lets go of the processor. */
static void test_no_sleep(void **state)
{
    (void)state;
    struct fixture_server made = fixture_start("spin", NULL);
    struct server_measure before = {0}, after = {0};
    fixture_wait_until(server_measure_switches(made.server, &before) == 0 &&
                       server_listening(made.server) && before.cpu > 0.05);
    fixture_wait_until(server_measure_switches(made.server, &after) == 0 &&
                       after.cpu > before.cpu + 0.05);
    CHECK(after.sleeps == before.sleeps);
    fixture_finish(&made);
}

static void test_sleeps(void **state)
{
    (void)state;
    struct fixture_server made = fixture_start("doze", NULL);
    fixture_wait_until(server_listening(made.server));
    struct server_measure before, after = {0};
    CHECK(server_measure_switches(made.server, &before) == 0);
    fixture_wait_until(server_measure_switches(made.server, &after) == 0 &&
                       after.sleeps >= before.sleeps + 50);
    CHECK(after.switches >= after.sleeps);
    fixture_finish(&made);
}

static void test_cpu(void **state)
{
    (void)state;
    fixture_in_way((struct fixture_way){false, false}, uses_cpu);
    fixture_in_way((struct fixture_way){true, false}, uses_cpu);
}

static void lowered(void)
{
    struct fixture_server made = fixture_start("polite", NULL);
    fixture_wait_until(server_listening(made.server));
    struct limits limits = {.descriptors = 10};
    CHECK(server_limit(made.server, &limits) == 0);
    char path[64], line[256];
    unsigned long soft = 0;
    snprintf(path, sizeof path, "/proc/%d/limits", server_pid(made.server));
    FILE *file = fopen(path, "re");
    CHECK(file);
    while (fgets(line, sizeof line, file) && sscanf(line, "Max open files %lu", &soft) != 1)
        ;
    fclose(file);
    CHECK(soft == 10);
    CHECK(server_stop(made.server, 30, NULL).ended);
    CHECK(server_limit(made.server, &limits) == -1);
    fixture_finish(&made);
}

static void test_limits_lowered_while_it_runs(void **state)
{
    (void)state;
    fixture_every_way(lowered);
}

/* How many signals could be queued in this round; -1: it has not come so far. */
static int signals_queued(const struct fixture_server *made, int round)
{
    char *text = fixture_output(made);
    int number = -1;
    const char *at = strstr(text, "queued ");
    for (int i = 0; at && i < round; i++)
        at = strstr(at + 1, "queued ");
    if (at && strchr(at, '\n'))
        sscanf(at, "queued %d EAGAIN", &number);
    free(text);
    return number;
}

/* What others of the same user have queued may have gone meanwhile. */
static void limited_signals(void)
{
    struct limits limits = {.signals = 20}, lower = {.signals = 5};
    struct fixture_server made = fixture_start("queue", &limits);
    fixture_wait_until(signals_queued(&made, 0) >= 0);
    CHECK(signals_queued(&made, 0) >= 20 && signals_queued(&made, 0) < 1000);
    CHECK(server_limit(made.server, &lower) == 0);
    server_signal(made.server, SIGUSR1);
    fixture_wait_until(signals_queued(&made, 1) >= 0);
    CHECK(signals_queued(&made, 1) >= 5 && signals_queued(&made, 1) < 1000);
    if (made.server->strangers.signals == 0)
        CHECK(signals_queued(&made, 0) == 20 && signals_queued(&made, 1) == 5);
    server_signal(made.server, SIGUSR1);
    fixture_finish(&made);
}

static void test_queued_signals(void **state)
{
    (void)state;
    fixture_every_way(limited_signals);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_start),
        cmocka_unit_test(test_default_limits),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_thousand_threads_with_usual_stacks),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_cpu),
        cmocka_unit_test(test_no_sleep),
        cmocka_unit_test(test_sleeps),
        cmocka_unit_test(test_limits_lowered_while_it_runs),
        cmocka_unit_test(test_queued_signals),
    };
    return cmocka_run_group_tests_name("server: limits and measures", tests, fixture_build,
                                       fixture_clean);
}
