/* iolab trace, as it is called: exit status, output, signals, programs of all sorts. */
#include "tests/traced.h"

#include <libgen.h>

#include <sys/stat.h>

struct place {
    char folder[64];
    char command[PATH_MAX]; /* iolab-trace */
};

/* The command stands beside the folder of the tests; without it there is nothing to test. */
static int enter_place(void **state)
{
    static struct place place;
    char own[PATH_MAX] = "";
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0)
        return -1;
    snprintf(place.command, sizeof place.command, "%.4000s/iolab-trace", dirname(dirname(own)));
    strcpy(place.folder, "/tmp/iolab-test-command-XXXXXX");
    *state = &place;
    return mkdtemp(place.folder) && chdir(place.folder) == 0 ? 0 : -1;
}

static int leave_place(void **state)
{
    struct place *place = *state;
    static const char *const files[] = {"r.iorec", "sh.iorec", "out", "p.c", "p"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(files[i]);
    return chdir("/") == 0 ? rmdir(place->folder) : -1;
}

/* Starts iolab trace with these arguments in a process group of its own; output to "out". */
static pid_t start(const struct place *place, const char *const *arguments)
{
    const char *argv[16] = {place->command};
    for (int i = 0; arguments[i]; i++)
        argv[i + 1] = arguments[i];
    if (access(place->command, X_OK) < 0)
        skip();
    int out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        execv(place->command, (char *const *)(uintptr_t)argv);
        _exit(126);
    }
    close(out);
    setpgid(pid, pid);
    return pid;
}

static int finish(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run(const struct place *place, const char *const *arguments)
{
    return finish(start(place, arguments));
}

static const char *output(void)
{
    static char text[4096];
    FILE *file = fopen("out", "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static int recorded(const char *path, enum event_kind kind, const char *call)
{
    struct failure failure;
    struct traced traced = {.recording = recording_read(path, &failure)};
    if (!traced.recording)
        fail_msg("%s", failure.text);
    assert_false(traced.recording->cut);
    assert_int_equal(traced.recording->skipped, 0);
    int count = traced_count(&traced, kind, call);
    recording_free(traced.recording);
    return count;
}

#define ARGUMENTS(...)                                                                         \
    (const char *const[])                                                                      \
    {                                                                                          \
        __VA_ARGS__, NULL                                                                      \
    }

static void test_status_and_output(void **state)
{
    assert_int_equal(run(*state, ARGUMENTS("--", "sh", "-c", "echo hello | cat; exit 3")), 3);
    assert_string_equal(output(), "hello\n");
    assert_int_equal(recorded("sh.iorec", EVENT_THREAD_START, NULL),
                     recorded("sh.iorec", EVENT_THREAD_END, NULL));
    assert_true(recorded("sh.iorec", EVENT_ENTER, "execve") >= 1);
    assert_int_equal(run(*state, ARGUMENTS("-o", "r.iorec", "sh", "-c", "kill -TERM $$")),
                     128 + SIGTERM);
}

static void test_wrong_calls(void **state)
{
    assert_int_equal(run(*state, ARGUMENTS("-o", "r.iorec", "./no-such-program")), 2);
    assert_non_null(strstr(output(), "./no-such-program"));
    assert_int_equal(access("r.iorec", F_OK), -1);
    assert_int_equal(run(*state, ARGUMENTS("-o", "no/such/folder", "true")), 3);
    assert_non_null(strstr(output(), "no/such/folder"));
    assert_int_equal(run(*state, ARGUMENTS("-o", "r.iorec")), 2);
    assert_int_equal(run(*state, ARGUMENTS("-o", "/dev/null", "./no-such-program")), 2);
    assert_int_equal(access("/dev/null", F_OK), 0);
}

/* A tracer within a tracer finds its program taken. */
static void test_forbidden(void **state)
{
    const struct place *place = *state;
    assert_int_equal(run(place, ARGUMENTS("-o", "r.iorec", place->command, "true")), 3);
    assert_non_null(strstr(output(), "ptrace_scope"));
}

static void test_interrupted(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM};
    for (int i = 0; i < 2; i++) {
        pid_t pid =
            start(*state, ARGUMENTS("-o", "r.iorec", "sh", "-c", "echo on; exec sleep 1000"));
        while (strcmp(output(), "on\n") != 0)
            sched_yield();
        kill(-pid, signals[i]);
        assert_int_equal(finish(pid), 128 + signals[i]);
        assert_true(recorded("r.iorec", EVENT_SIGNAL, NULL) >= 1);
    }
}

/* Whoever does not listen is killed when told twice. */
static void test_interrupted_twice(void **state)
{
    pid_t pid = start(*state, ARGUMENTS("-o", "r.iorec", "sh", "-c",
                                        "trap '' INT; echo on; exec sleep 1000"));
    while (strcmp(output(), "on\n") != 0)
        sched_yield();
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        kill(pid, SIGINT); /* two of these that come at once are one */
        poll(NULL, 0, 5);
    }
    assert_int_equal(WEXITSTATUS(status), 128 + SIGKILL);
    assert_true(recorded("r.iorec", EVENT_THREAD_END, NULL) >= 1);
}

static void test_static_program(void **state)
{
    FILE *source = fopen("p.c", "w");
    fputs("#include <unistd.h>\nint main(void) { int p[2]; char b; return pipe(p) || "
          "write(p[1], \"x\", 1) != 1 || read(p[0], &b, 1) != 1; }\n",
          source);
    fclose(source);
    if (system("gcc -static -o p p.c 2>/dev/null") != 0)
        skip(); /* no static C library here */
    assert_int_equal(run(*state, ARGUMENTS("-o", "r.iorec", "./p")), 0);
    assert_int_equal(recorded("r.iorec", EVENT_ENTER, "write"), 1);
    assert_int_equal(recorded("r.iorec", EVENT_ENTER, "read"), 1);
}

int main(void)
{
    signal(SIGINT, SIG_DFL); /* a shell that runs us in the background ignores it */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_and_output), cmocka_unit_test(test_wrong_calls),
        cmocka_unit_test(test_forbidden),         cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_interrupted_twice), cmocka_unit_test(test_static_program),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, enter_place, leave_place);
}
