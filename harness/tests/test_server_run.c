/* Starting and ending a server: how it ended is told truly, and nothing is left. */
#include "server_fixture.h"

static void polite(void)
{
    struct fixture_server made = fixture_prepare("polite", NULL);
    CHECK(!server_listening(made.server));
    struct failure failure;
    CHECK(server_release(made.server, &failure) == 0);
    fixture_wait_until(server_listening(made.server));
    CHECK(!server_ended(made.server).ended);
    bool forced = true;
    struct server_exit end = server_stop(made.server, 30, &forced);
    CHECK(end.ended && end.status == 0 && end.signal == 0 && !forced);
    end = server_stop(made.server, 30, &forced);
    CHECK(end.ended && end.status == 0 && !forced);
    fixture_finish(&made);
}

static void test_polite(void **state)
{
    (void)state;
    fixture_every_way(polite);
}

static void deaf(void)
{
    struct fixture_server made = fixture_start("deaf", NULL);
    fixture_wait_until(server_listening(made.server));
    bool forced = false;
    struct server_exit end = server_stop(made.server, 0.05, &forced);
    CHECK(end.ended && end.signal == SIGKILL && forced);
    fixture_finish(&made);
}

static void test_ignores_term(void **state)
{
    (void)state;
    fixture_every_way(deaf);
}

static void stopped_one(void)
{
    struct fixture_server made = fixture_start("polite", NULL);
    fixture_wait_until(server_listening(made.server));
    CHECK(!server_stopped(made.server));
    CHECK(server_signal(made.server, SIGSTOP) == 0);
    fixture_wait_until(server_stopped(made.server));
    bool forced = true;
    struct server_exit end = server_stop(made.server, 30, &forced);
    CHECK(end.ended && end.status == 0 && end.signal == 0 && !forced);
    fixture_finish(&made);
}

static void test_stopped_server_still_ends(void **state)
{
    (void)state;
    fixture_every_way(stopped_one);
}

static void exits(void)
{
    struct fixture_server made = fixture_start("exit", NULL);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_ended(made.server).status == 7 && server_ended(made.server).signal == 0);
    CHECK(!server_listening(made.server));
    CHECK(server_signal(made.server, SIGTERM) == -1 && errno == ESRCH);
    bool forced = true;
    CHECK(server_stop(made.server, 30, &forced).status == 7 && !forced);
    fixture_finish(&made);
}

static void test_exits_at_once(void **state)
{
    (void)state;
    fixture_every_way(exits);
}

static void crashes(void)
{
    struct fixture_server made = fixture_start("crash", NULL);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_ended(made.server).signal == SIGSEGV);
    fixture_finish(&made);
}

static void test_crashes(void **state)
{
    (void)state;
    fixture_every_way(crashes);
}

static void floods(void)
{
    struct limits limits = {.file_size = 100000};
    struct fixture_server made = fixture_start("flood", &limits);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_ended(made.server).signal == SIGXFSZ);
    struct stat status;
    CHECK(stat(made.output, &status) == 0 && status.st_size == 100000);
    fixture_finish(&made);
}

static void test_prints_without_end(void **state)
{
    (void)state;
    fixture_every_way(floods);
}

static void silent(void)
{
    struct fixture_server made = fixture_start("silent", NULL);
    CHECK(!server_listening(made.server));
    bool forced = true;
    struct server_exit end = server_stop(made.server, 30, &forced);
    CHECK(end.signal == SIGTERM && !forced);
    fixture_finish(&made);
}

static void test_never_listens(void **state)
{
    (void)state;
    fixture_every_way(silent);
}

static bool said(const struct fixture_server *made, const char *words)
{
    char *text = fixture_output(made);
    bool found = strstr(text, words);
    free(text);
    return found;
}

static void late(void)
{
    struct fixture_server made = fixture_start("late", NULL);
    fixture_wait_until(said(&made, "ready"));
    CHECK(!server_listening(made.server));
    CHECK(server_signal(made.server, SIGUSR1) == 0);
    fixture_wait_until(server_listening(made.server));
    fixture_finish(&made);
}

static void test_listens_late(void **state)
{
    (void)state;
    fixture_every_way(late);
}

static void left_at_gate(void)
{
    struct fixture_server made = fixture_prepare("polite", NULL);
    bool forced;
    CHECK(server_stop(made.server, 0, &forced).ended);
    fixture_finish(&made);
}

static void test_ended_at_gate(void **state)
{
    (void)state;
    fixture_every_way(left_at_gate);
}

static int refuse(void *context)
{
    return *(int *)context;
}

static void refused(void)
{
    char folder[] = "/tmp/iolab-run-XXXXXX", output[64];
    CHECK(mkdtemp(folder));
    snprintf(output, sizeof output, "%s/output", folder);
    int reason = ENOSYS;
    struct server_spec spec = {.program = fixture_program,
                               .folder = folder,
                               .output = output,
                               .port = 7000,
                               .before_exec = refuse,
                               .context = &reason};
    struct failure failure;
    struct server *server = server_prepare(&spec, &failure);
    CHECK(server);
    CHECK(server_release(server, &failure) == -1 && failure.status == STATUS_MACHINE);
    CHECK(strstr(failure.text, "Function not implemented"));
    server_close(server);

    spec.before_exec = NULL;
    spec.program = output; /* exists, and is no program */
    server = server_prepare(&spec, &failure);
    CHECK(server && server_release(server, &failure) == -1);
    CHECK(strstr(failure.text, "exec: "));
    server_close(server);

    spec.program = "/nowhere/server";
    CHECK(!server_prepare(&spec, &failure));
    CHECK(strstr(failure.text, "/nowhere/server"));
    fixture_remove(folder);
}

static void test_cannot_start(void **state)
{
    (void)state;
    fixture_every_way(refused);
}

static void copy_program(const char *to)
{
    char bytes[65536];
    size_t size;
    FILE *from = fopen(fixture_program, "re"), *copy = fopen(to, "we");
    CHECK(from && copy);
    while ((size = fread(bytes, 1, sizeof bytes, from)) > 0)
        CHECK(fwrite(bytes, 1, size, copy) == size);
    fclose(from);
    CHECK(fclose(copy) == 0 && chmod(to, 0755) == 0);
}

/* As in a home folder: only its owner may pass, and root's server is somebody else. */
static void in_closed_folder(void)
{
    char closed[] = "/tmp/iolab-run-XXXXXX", program[64], folder[64], output[64];
    CHECK(mkdtemp(closed));
    snprintf(program, sizeof program, "%s/server", closed);
    snprintf(folder, sizeof folder, "%s/work", closed);
    snprintf(output, sizeof output, "%s/output", closed);
    CHECK(mkdir(folder, 0700) == 0);
    copy_program(program);
    char *arguments[] = {(char *)"PORT", (char *)"polite", NULL};
    struct server_spec spec = {.program = program,
                               .arguments = arguments,
                               .folder = folder,
                               .output = output,
                               .port = 7000};
    for (int pass = 0; pass < 2; pass++) {
        spec.no_limits_on_memory = pass;
        struct failure failure;
        struct server *server = server_prepare(&spec, &failure);
        CHECK(server && server_release(server, &failure) == 0);
        fixture_wait_until(server_listening(server));
        CHECK(server_stop(server, 30, NULL).status == 0);
        server_close(server);
    }
    fixture_remove(closed);
}

static void test_in_closed_folder(void **state)
{
    (void)state;
    fixture_every_way(in_closed_folder);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polite),
        cmocka_unit_test(test_ignores_term),
        cmocka_unit_test(test_stopped_server_still_ends),
        cmocka_unit_test(test_exits_at_once),
        cmocka_unit_test(test_crashes),
        cmocka_unit_test(test_prints_without_end),
        cmocka_unit_test(test_never_listens),
        cmocka_unit_test(test_listens_late),
        cmocka_unit_test(test_ended_at_gate),
        cmocka_unit_test(test_cannot_start),
        cmocka_unit_test(test_in_closed_folder),
    };
    return cmocka_run_group_tests_name("server: start and end", tests, fixture_build,
                                       fixture_clean);
}
