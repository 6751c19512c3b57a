/* A build with sanitizers, also in a namespace and as nobody: it tells of a leak when it ends, and
   not of threads that are cancelled. */
#include "run/sanitizer.h"
#include "server_fixture.h"

/* A leak with an argument. Without: a thread is cancelled in a frame full of what is out of scope,
   and the runtime uses that part of the stack at the thread's end. */
static const char SOURCE[] =
    "#include <poll.h>\n#include <pthread.h>\n#include <stdlib.h>\nvoid *volatile kept;\n"
    "static void *sleeper(void *unused)\n{\n"
    "    for (;;) {\n        {\n            char frame[4000];\n            frame[0] = 0;\n"
    "            kept = frame;\n        }\n        poll(NULL, 0, -1);\n    }\n"
    "    return unused;\n}\n"
    "int main(int argc, char **argv)\n{\n    pthread_t thread;\n    (void)argv;\n"
    "    if (argc > 2) {\n"
    "        kept = malloc(100);\n        kept = NULL;\n        return 0;\n    }\n"
    "    return pthread_create(&thread, NULL, sleeper, NULL) || pthread_cancel(thread) ||\n"
    "           pthread_join(thread, NULL);\n}\n";

static int build_both(void **state)
{
    (void)state;
    char source[PATH_MAX + 16];
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    snprintf(fixture_folder, sizeof fixture_folder, "/tmp/iolab-test-XXXXXX");
    if (!mkdtemp(fixture_folder) || chmod(fixture_folder, 0755) < 0)
        return -1;
    snprintf(fixture_program, sizeof fixture_program, "%s/program", fixture_folder);
    snprintf(source, sizeof source, "%s/server.c", fixture_folder);
    FILE *file = fopen(source, "we");
    fputs(SOURCE, file);
    fclose(file);
    struct build_spec spec = {.folder = fixture_folder,
                              .files = (const char *const[]){"server.c", NULL},
                              .output = fixture_program,
                              .sanitize = true,
                              .seconds = 60};
    struct build_result result;
    struct failure failure;
    int status = server_build(&spec, &result, &failure);
    if (status >= 0)
        free(result.messages);
    return status;
}

/* Runs it to its end. The text of what it printed is the caller's. */
static char *run_to_its_end(struct server_spec spec, struct fixture_server *made)
{
    struct failure failure;
    spec.program = fixture_program;
    spec.port = 7000;
    spec.folder = made->folder;
    spec.output = made->output;
    spec.no_limits_on_memory = true;
    made->server = server_prepare(&spec, &failure);
    CHECK(made->server && server_release(made->server, &failure) == 0);
    fixture_wait_until(server_ended(made->server).ended);
    return fixture_output(made);
}

static void make_folder(struct fixture_server *made)
{
    snprintf(made->folder, sizeof made->folder, "/tmp/iolab-run-XXXXXX");
    CHECK(mkdtemp(made->folder));
    snprintf(made->output, sizeof made->output, "%s/output", made->folder);
}

static void leaks(void)
{
    struct fixture_server made;
    make_folder(&made);
    char *text = run_to_its_end(
        (struct server_spec){.arguments = (char *[]){"PORT", "leak", NULL},
                             .environment =
                                 (const char *const[]){"ASAN_OPTIONS=detect_leaks=1", NULL}},
        &made);
    CHECK(server_ended(made.server).status != 0);
    CHECK(strstr(text, "100 byte(s)") && strstr(text, "server.c:22"));
    free(text);
    fixture_finish(&made);
}

static void cancels(void)
{
    struct fixture_server made;
    char log[PATH_MAX + 8];
    struct failure failure;
    make_folder(&made);
    snprintf(log, sizeof log, "%s/report", made.folder);
    const char *const *environment = sanitizer_environment(
        &(struct run_spec){.folder = made.folder, .sanitizer_log = log}, &failure);
    CHECK(environment);
    free(run_to_its_end(
        (struct server_spec){.arguments = (char *[]){"PORT", NULL}, .environment = environment},
        &made));
    CHECK(server_ended(made.server).signal == 0);
    CHECK(server_ended(made.server).status == 0);
    fixture_finish(&made);
}

static void test_leak_is_told(void **state)
{
    (void)state;
    fixture_every_way(leaks);
}

static void test_cancelled_thread_is_no_error(void **state)
{
    (void)state;
    fixture_every_way(cancels);
}

static void test_suppressions_need_a_folder(void **state)
{
    (void)state;
    struct failure failure;
    assert_null(sanitizer_environment(
        &(struct run_spec){.folder = "/nowhere/at/all", .sanitizer_log = "report"}, &failure));
    assert_non_null(strstr(failure.text, "/nowhere/at/all/no-errors"));
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_leak_is_told),
                                       cmocka_unit_test(test_cancelled_thread_is_no_error),
                                       cmocka_unit_test(test_suppressions_need_a_folder)};
    return cmocka_run_group_tests_name("server: sanitized", tests, build_both, fixture_clean);
}
