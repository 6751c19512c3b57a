/* A build with sanitizers tells of a leak when it ends, also in a namespace and as nobody. */
#include "server_fixture.h"

static int build_leaking(void **state)
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
    fputs("#include <stdlib.h>\nvoid *volatile kept;\nint main(void)\n{\n"
          "    kept = malloc(100);\n    kept = NULL;\n    return 0;\n}\n",
          file);
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

static void leaks(void)
{
    struct fixture_server made;
    snprintf(made.folder, sizeof made.folder, "/tmp/iolab-run-XXXXXX");
    CHECK(mkdtemp(made.folder));
    snprintf(made.output, sizeof made.output, "%s/output", made.folder);
    struct server_spec spec = {.program = fixture_program,
                               .port = 7000,
                               .folder = made.folder,
                               .output = made.output,
                               .environment =
                                   (const char *const[]){"ASAN_OPTIONS=detect_leaks=1", NULL},
                               .no_limits_on_memory = true};
    struct failure failure;
    made.server = server_prepare(&spec, &failure);
    CHECK(made.server && server_release(made.server, &failure) == 0);
    fixture_wait_until(server_ended(made.server).ended);
    char *text = fixture_output(&made);
    CHECK(server_ended(made.server).status != 0);
    CHECK(strstr(text, "100 byte(s)") && strstr(text, "server.c:5"));
    free(text);
    fixture_finish(&made);
}

static void test_leak_is_told(void **state)
{
    (void)state;
    fixture_every_way(leaks);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_leak_is_told)};
    return cmocka_run_group_tests_name("server: sanitized", tests, build_leaking,
                                       fixture_clean);
}
