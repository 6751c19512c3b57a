/*
 * A server that is watched is started, measured, stopped and ended as any other, although its
 * tracer, a thread of the same worker, waits for its processes too.
 */
#include "server_fixture.h"

#include "event/writer.h"
#include "trace/trace.h"

struct watched {
    struct fixture_server made;
    struct trace_filter *filter;
    struct event_writer *out;
    struct trace *trace;
};

static void check_well(bool well, const struct failure *failure)
{
    if (!well)
        fprintf(stderr, "# %s\n", failure->text);
    CHECK(well);
}

static struct watched watch(const char *behaviour)
{
    struct watched watched;
    struct failure failure = {.text = ""};
    static char folder[] = "/tmp/iolab-run-XXXXXX";
    CHECK(mkdtemp(folder));
    snprintf(watched.made.folder, sizeof watched.made.folder, "%s", folder);
    char recording[PATH_MAX + 16];
    snprintf(recording, sizeof recording, "%s.iorec", folder);
    struct recording_header header = {.lab = "test"};
    watched.out = event_writer_open(recording, &header, 0, &failure);
    check_well(watched.out, &failure);
    unlink(recording); /* what it says is no matter here */
    watched.filter = trace_filter_make(&failure);
    check_well(watched.filter, &failure);
    snprintf(watched.made.output, sizeof watched.made.output, "%s/output", folder);
    char *arguments[] = {(char *)"PORT", (char *)behaviour, NULL};
    struct server_spec spec = {.program = fixture_program,
                               .arguments = arguments,
                               .port = 7000,
                               .folder = folder,
                               .output = watched.made.output,
                               .limits = {.threads = 60},
                               .before_exec = trace_filter_install,
                               .context = watched.filter};
    watched.made.server = server_prepare(&spec, &failure);
    check_well(watched.made.server, &failure);
    struct trace_options options = {.out = watched.out};
    watched.trace = trace_start(server_pid(watched.made.server), &options, &failure);
    check_well(watched.trace, &failure);
    check_well(server_release(watched.made.server, &failure) == 0, &failure);
    return watched;
}

static void unwatch(struct watched *watched)
{
    struct failure failure;
    trace_stop(watched->trace);
    fixture_finish(&watched->made);
    trace_filter_free(watched->filter);
    check_well(event_writer_close(watched->out, &failure) == 0, &failure);
}

static void polite(void)
{
    struct watched watched = watch("polite");
    struct server *server = watched.made.server;
    fixture_wait_until(server_listening(server));
    struct server_measure measure;
    CHECK(server_measure(server, &measure) == 0);
    CHECK(measure.processes == 1 && measure.threads == 1 && measure.descriptors == 4);
    CHECK(server_signal(server, SIGSTOP) == 0);
    fixture_wait_until(server_stopped(server));
    CHECK(server_signal(server, SIGCONT) == 0);
    fixture_wait_until(!server_stopped(server));
    CHECK(!server_ended(server).ended);
    bool forced = true;
    struct server_exit end = server_stop(server, 30, &forced);
    CHECK(end.status == 0 && end.signal == 0 && !forced);
    unwatch(&watched);
}

static void crashes(void)
{
    struct watched watched = watch("crash");
    fixture_wait_until(server_ended(watched.made.server).ended);
    CHECK(server_ended(watched.made.server).signal == SIGSEGV);
    server_stop(watched.made.server, 0, NULL);
    unwatch(&watched);
}

static void deaf(void)
{
    struct watched watched = watch("deaf");
    fixture_wait_until(server_listening(watched.made.server));
    bool forced = false;
    CHECK(server_stop(watched.made.server, 0.05, &forced).signal == SIGKILL && forced);
    unwatch(&watched);
}

static void daemonises(void)
{
    struct watched watched = watch("daemon");
    fixture_wait_until(server_ended(watched.made.server).ended);
    fixture_wait_until(server_listening(watched.made.server));
    bool forced = false;
    CHECK(server_stop(watched.made.server, 0.05, &forced).status == 0 && forced);
    unwatch(&watched);
}

static void bomb(void)
{
    struct watched watched = watch("bomb");
    struct server_measure measure = {0};
    fixture_wait_until(server_measure(watched.made.server, &measure) == 0 &&
                       measure.processes >= 40);
    CHECK(server_stop(watched.made.server, 0, NULL).ended);
    unwatch(&watched);
}

static void every_way_if_watched(void (*body)(void))
{
    char why[256];
    if (trace_tier_available(why, sizeof why) == TIER_BEHAVIOUR)
        skip();
    fixture_every_way(body);
}

static void test_polite(void **state)
{
    (void)state;
    every_way_if_watched(polite);
}

static void test_crashes(void **state)
{
    (void)state;
    every_way_if_watched(crashes);
}

static void test_ignores_term(void **state)
{
    (void)state;
    every_way_if_watched(deaf);
}

static void test_daemon(void **state)
{
    (void)state;
    every_way_if_watched(daemonises);
}

static void test_fork_bomb(void **state)
{
    (void)state;
    every_way_if_watched(bomb);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polite),       cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_ignores_term), cmocka_unit_test(test_daemon),
        cmocka_unit_test(test_fork_bomb),
    };
    return cmocka_run_group_tests_name("server: watched", tests, fixture_build, fixture_clean);
}
