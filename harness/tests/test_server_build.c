/* Building: what compiles, what does not, and files that are meant to hurt. */
#include "server_fixture.h"

static char folder[PATH_MAX], support[PATH_MAX], program[PATH_MAX + 16];
static struct build_result result;
static struct failure failure;

static int make_folder(void **state)
{
    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    snprintf(folder, sizeof folder, "/tmp/iolab-test-XXXXXX");
    fixture_beside(support, sizeof support, "../support");
    if (!mkdtemp(folder))
        return -1;
    snprintf(program, sizeof program, "%s/program", folder);
    return 0;
}

/* Also: nothing of a compiler runs on, and its temporary folder is gone. */
static int remove_folder(void **state)
{
    (void)state;
    fixture_reap_all();
    free(result.messages);
    result.messages = NULL;
    fixture_remove(folder);
    return 0;
}

static void write_source(const char *name, const char *text)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct build_spec usual(void)
{
    static const char *const files[] = {"server.c", NULL};
    return (struct build_spec){
        .folder = folder, .files = files, .support = support, .output = program, .seconds = 60};
}

static int build(struct build_spec spec)
{
    char temporary[PATH_MAX + 16];
    snprintf(temporary, sizeof temporary, "%s/temporary", folder);
    assert_int_equal(mkdir(temporary, 0700), 0);
    setenv("TMPDIR", temporary, 1);
    int status = server_build(&spec, &result, &failure);
    unsetenv("TMPDIR");
    if (status < 0)
        fprintf(stderr, "# %s\n", failure.text);
    assert_int_equal(rmdir(temporary), 0); /* fails when something was left in it */
    return status;
}

static int run(const char *errors)
{
    char command[PATH_MAX * 2 + 64];
    snprintf(command, sizeof command, "ASAN_OPTIONS=detect_leaks=0 %s 7001 2>%s/%s", program,
             folder, errors);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_compiles(void **state)
{
    (void)state;
    write_source("server.c", "#include \"support.h\"\n"
                             "int main(int argc, char **argv)\n"
                             "{ return support_port(argc, argv) == 7001 ? 5 : 6; }\n");
    assert_int_equal(build(usual()), 0);
    assert_string_equal(result.messages, "");
    assert_false(result.warnings);
    assert_false(result.timed_out);
    assert_int_equal(run("errors"), 5);
}

static void test_warns(void **state)
{
    (void)state;
    write_source("server.c", "int main(void)\n{\n    int unused;\n    return 0;\n}\n");
    assert_int_equal(build(usual()), 0);
    assert_true(result.warnings);
    assert_non_null(strstr(result.messages, "server.c:3:"));
}

static void test_does_not_compile(void **state)
{
    (void)state;
    write_source("server.c", "int main(void)\n{\n    return nothing;\n}\n");
    write_source("program", "an old one");
    assert_int_equal(build(usual()), 1);
    assert_non_null(strstr(result.messages, "server.c:3:"));
    assert_int_equal(access(program, F_OK), -1);
}

static void test_file_missing(void **state)
{
    (void)state;
    assert_int_equal(build(usual()), 1);
    assert_non_null(strstr(result.messages, "server.c"));
}

static void test_driver(void **state)
{
    (void)state;
    write_source("server.c",
                 "int answer(void)\n{ return 42; }\nint main(void)\n{ return 1; }\n");
    char driver[PATH_MAX + 16];
    snprintf(driver, sizeof driver, "%s/probe.c", folder);
    write_source("probe.c", "int answer(void);\nint lab_main(void);\n"
                            "int main(void)\n{ return answer() + lab_main(); }\n");
    struct build_spec spec = usual();
    spec.driver = driver;
    assert_int_equal(build(spec), 0);
    assert_string_equal(result.messages, "");
    assert_int_equal(run("errors"), 43);

    free(result.messages);
    write_source("server.c", "int main(void)\n{ return 1 }\n");
    assert_int_equal(build(spec), 1);
    assert_non_null(strstr(result.messages, "server.c:2:"));
}

static void refuse_with_driver(const char *source, const char *word)
{
    char driver[PATH_MAX + 16];
    snprintf(driver, sizeof driver, "%s/probe.c", folder);
    write_source("server.c", source);
    write_source("probe.c", "#include <time.h>\nint answer(void);\n"
                            "int main(void)\n{ struct timespec now; answer(); "
                            "return clock_gettime(CLOCK_MONOTONIC, &now); }\n");
    struct build_spec spec = usual();
    spec.driver = driver;
    assert_int_equal(build(spec), 1);
    assert_non_null(strstr(result.messages, word));
    assert_int_equal(access(program, F_OK), -1);
    free(result.messages);
    result.messages = NULL;
}

static void test_drivers_way(void **state)
{
    (void)state;
    refuse_with_driver("#include <time.h>\nint answer(void) { return 1; }\n"
                       "int clock_gettime(clockid_t clock, struct timespec *time)\n"
                       "{ (void)clock; time->tv_sec = 1; return 0; }\n",
                       "clock_gettime");
    refuse_with_driver("static volatile int begun;\nint answer(void) { return begun; }\n"
                       "__attribute__((constructor)) static void begin(void)\n"
                       "{ begun = 1; }\n",
                       "constructor");
}

static void test_speaks_to_the_sanitizer(void **state)
{
    (void)state;
    struct build_spec spec = usual();
    spec.sanitize = true;
    write_source("server.c", "#define two(one, other) one##other\n"
                             "__attribute__((two(no_sani, tize)(\"address\")))\n"
                             "int main(void)\n{ return 0; }\n");
    assert_int_equal(build(spec), 1);
    assert_non_null(strstr(result.messages, "server.c speaks to the sanitizer"));
    free(result.messages);
    result.messages = NULL;
    write_source("server.c", "#ifdef __SANITIZE_ADDRESS__\n#error another program\n#endif\n"
                             "int main(void)\n{ return 0; }\n");
    assert_int_equal(build(spec), 0);
}

static void test_flags_and_libraries(void **state)
{
    (void)state;
    write_source("server.c", "#include <math.h>\n"
                             "int main(int argc, char **argv)\n"
                             "{ (void)argv; return (int)cos(argc - 2) + ADDED; }\n");
    struct build_spec spec = usual();
    spec.flags = (const char *const[]){"-DADDED=2", NULL};
    spec.libraries = (const char *const[]){"-lm", NULL};
    assert_int_equal(build(spec), 0);
    assert_int_equal(run("errors"), 3);
}

static void find_report(const char *wanted)
{
    char path[PATH_MAX + 16], text[8192];
    snprintf(path, sizeof path, "%s/errors", folder);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, wanted));
    assert_non_null(strstr(text, "server.c:"));
}

static void test_sanitizers(void **state)
{
    (void)state;
    struct build_spec spec = usual();
    spec.sanitize = true;
    write_source("server.c",
                 "#include <stdlib.h>\n"
                 "int main(int argc, char **argv)\n"
                 "{ (void)argv; char *p = malloc(1); free(p); return p[argc - 2]; }\n");
    assert_int_equal(build(spec), 0);
    assert_int_not_equal(run("errors"), 0);
    find_report("heap-use-after-free");

    free(result.messages);
    write_source("server.c", "int main(int argc, char **argv)\n"
                             "{ (void)argv; return (0x7fffffff - 1 + argc) == 0; }\n");
    assert_int_equal(build(spec), 0);
    assert_int_not_equal(run("errors"), 0);
    find_report("signed integer overflow");
}

/* A hundred lines that grow to millions: the preprocessor is busy for minutes. */
static void test_compiles_without_end(void **state)
{
    (void)state;
    write_source("server.c", "#define A(x) x x x x x x x x x x\n"
                             "#define B(x) A(A(A(A(A(A(A(A(A(A(x))))))))))\n"
                             "int main(void) { B(B(;)) }\n");
    struct build_spec spec = usual();
    spec.seconds = 0.5;
    assert_int_equal(build(spec), 1);
    assert_non_null(strstr(result.messages, "iolab: the compiler was"));
}

static void test_waits_without_end(void **state)
{
    (void)state;
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/pipe.h", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    write_source("server.c", "#include \"pipe.h\"\nint main(void)\n{ return 0; }\n");
    struct build_spec spec = usual();
    spec.seconds = 0.2;
    int status = build(spec);
    assert_int_equal(status, 1); /* newer compilers refuse a pipe, others wait for it */
    assert_true(result.timed_out || strstr(result.messages, "pipe.h"));
}

static void test_devices(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "#include \"/dev/zero\"\nint main(void)\n{ return 0; }\n",
        "#include \"/dev/tty\"\nint main(void)\n{ return 0; }\n",
        "#include \"/dev/stdin\"\nint main(void)\n{ return nothing; }\n",
        "#include \"server.c\"\nint main(void)\n{ return 0; }\n",
        "__asm__(\".incbin \\\"/dev/zero\\\"\");\nint main(void)\n{ return 0; }\n",
    };
    struct build_spec spec = usual();
    spec.seconds = 3;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        free(result.messages);
        write_source("server.c", sources[i]);
        assert_int_equal(build(spec), 1);
        assert_true(strlen(result.messages) > 0);
    }
}

/* Ten thousand warnings: the first and the last are there, and the count of the others. */
static void test_many_messages(void **state)
{
    (void)state;
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/server.c", folder);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "#warning number %05d\n", i);
    fprintf(file, "int main(void) { return 0; }\n");
    assert_int_equal(fclose(file), 0);
    assert_int_equal(build(usual()), 0);
    assert_true(strlen(result.messages) < 65536);
    assert_non_null(strstr(result.messages, "number 00000"));
    assert_non_null(strstr(result.messages, "number 09999"));
    assert_null(strstr(result.messages, "number 05000"));
    assert_non_null(strstr(result.messages, "lines left out …\n"));
}

/* A compiler of our own that never stops talking; and one that leaves a daemon behind. */
static void write_compiler(const char *text)
{
    char path[PATH_MAX + 16];
    write_source("compiler", text);
    snprintf(path, sizeof path, "%s/compiler", folder);
    assert_int_equal(chmod(path, 0700), 0);
    setenv("CC", path, 1);
}

static void test_compiler_floods(void **state)
{
    (void)state;
    write_source("server.c", "int main(void)\n{ return 0; }\n");
    write_compiler("#!/bin/sh\nexec yes\n");
    int status = build(usual());
    unsetenv("CC");
    assert_int_equal(status, 1);
    assert_non_null(strstr(result.messages, "printed without end"));
    assert_true(strlen(result.messages) < 65536);
}

static void test_compiler_leaves_a_daemon(void **state)
{
    (void)state;
    write_source("server.c", "int main(void)\n{ return 0; }\n");
    write_compiler("#!/bin/sh\nsetsid sleep 1000 >/dev/null 2>&1 &\nexit 3\n");
    int status = build(usual());
    unsetenv("CC");
    assert_int_equal(status, 1);
}

static void test_compiler_of_several_words(void **state)
{
    (void)state;
    write_source("server.c", "int main(void)\n{ return WORD; }\n");
    setenv("CC", "gcc  -DWORD=9", 1);
    int status = build(usual());
    unsetenv("CC");
    assert_int_equal(status, 0);
    assert_int_equal(run("errors"), 9);
}

static void test_no_compiler(void **state)
{
    (void)state;
    write_source("server.c", "int main(void)\n{ return 0; }\n");
    setenv("CC", "no-such-compiler", 1);
    int status =
        server_build(&(struct build_spec){.folder = folder,
                                          .files = (const char *const[]){"server.c", NULL},
                                          .support = support,
                                          .output = program,
                                          .seconds = 60},
                     &result, &failure);
    unsetenv("CC");
    assert_int_equal(status, -1);
    assert_int_equal(failure.status, STATUS_MACHINE);
    assert_non_null(strstr(failure.text, "no-such-compiler"));
}

#define BUILD_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    unsetenv("CC"); /* make may have handed one down */
    const struct CMUnitTest tests[] = {
        BUILD_TEST(test_compiles),
        BUILD_TEST(test_warns),
        BUILD_TEST(test_does_not_compile),
        BUILD_TEST(test_file_missing),
        BUILD_TEST(test_driver),
        BUILD_TEST(test_drivers_way),
        BUILD_TEST(test_speaks_to_the_sanitizer),
        BUILD_TEST(test_flags_and_libraries),
        BUILD_TEST(test_sanitizers),
        BUILD_TEST(test_compiles_without_end),
        BUILD_TEST(test_waits_without_end),
        BUILD_TEST(test_devices),
        BUILD_TEST(test_many_messages),
        BUILD_TEST(test_compiler_floods),
        BUILD_TEST(test_compiler_leaves_a_daemon),
        BUILD_TEST(test_compiler_of_several_words),
        BUILD_TEST(test_no_compiler),
    };
    return cmocka_run_group_tests_name("server: build", tests, NULL, NULL);
}
