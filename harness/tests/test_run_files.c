/* t:file: what is written where, whoever has been in the folder before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/control.h"

static char folder[64], recording[80];
static struct control control;

static int begin(void **state)
{
    struct failure failure;
    struct recording_header header = {.lab = "08-posix-aio", .tier = "behaviour"};
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/iolab-files-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(recording, sizeof recording, "%s.iorec", folder);
    control = (struct control){.files = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    control.out = event_writer_open(recording, &header, 0, &failure);
    return control.out && control.files >= 0 ? 0 : -1;
}

static int end(void **state)
{
    struct failure failure;
    (void)state;
    event_writer_close(control.out, &failure);
    close(control.files);
    unlink(recording);
    return rmdir(folder);
}

static struct step_result make(const char *name, const char *data, size_t size)
{
    struct step step = {.server = {.verb = SERVER_FILE, .name = name}, .data = data};
    struct step_result result = {0};
    step.size = size;
    assert_true(control_file(&control, &step, &result));
    return result;
}

static void expect_content(int file, const char *content)
{
    char got[64] = "";
    assert_true(file >= 0);
    assert_int_equal(pread(file, got, sizeof got - 1, 0), strlen(content));
    assert_string_equal(got, content);
}

static void everybody_may_read(void **state)
{
    struct stat status;
    (void)state;
    mode_t before = umask(077);
    assert_int_equal(make("one", "bytes", 5).outcome, OUTCOME_OK);
    umask(before);
    assert_int_equal(fstatat(control.files, "one", &status, 0), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0644);
    assert_int_equal(status.st_size, 5);
    unlinkat(control.files, "one", 0);
}

static void who_has_the_old_one_keeps_it(void **state)
{
    (void)state;
    make("one", "old", 3);
    int old = openat(control.files, "one", O_RDONLY);
    assert_int_equal(make("one", "newer", 5).outcome, OUTCOME_OK);
    int new = openat(control.files, "one", O_RDONLY);
    expect_content(old, "old");
    expect_content(new, "newer");
    close(old);
    close(new);
    unlinkat(control.files, "one", 0);
}

/* A server that may write there can put a link, or a FIFO, in the place of the name. */
static void nothing_is_followed(void **state)
{
    struct stat status;
    (void)state;
    assert_int_equal(symlinkat(recording, control.files, "link"), 0);
    assert_int_equal(mkfifoat(control.files, "fifo", 0600), 0);
    assert_int_equal(stat(recording, &status), 0);
    off_t before = status.st_size;
    assert_int_equal(make("link", "x", 1).outcome, OUTCOME_OK);
    assert_int_equal(make("fifo", "x", 1).outcome, OUTCOME_OK);
    assert_int_equal(stat(recording, &status), 0);
    assert_true(status.st_size >= before && S_ISREG(status.st_mode));
    assert_int_equal(fstatat(control.files, "link", &status, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(S_ISREG(status.st_mode));
    unlinkat(control.files, "link", 0);
    unlinkat(control.files, "fifo", 0);
}

static void without_a_folder(void **state)
{
    struct control none = {.files = -1, .out = control.out};
    struct step step = {.server = {.verb = SERVER_FILE, .name = "x"}, .data = ""};
    struct step_result result = {0};
    (void)state;
    assert_true(control_file(&none, &step, &result));
    assert_int_equal(result.outcome, OUTCOME_SCRIPT);
    assert_non_null(strstr(result.message, "FOLDER"));
}

static void what_is_in_the_way(void **state)
{
    (void)state;
    assert_int_equal(mkdirat(control.files, "one", 0755), 0);
    struct step_result result = make("one", "x", 1);
    assert_int_equal(result.outcome, OUTCOME_SCRIPT);
    assert_non_null(strstr(result.message, "cannot write the file \"one\""));
    unlinkat(control.files, "one", AT_REMOVEDIR);
}

#define SKIPPED 77

/* In a child with a mount of its own: 0, SKIPPED, or the line where it went wrong. */
static int on_full_disk(void)
{
    static char much[1 << 20];
    if (unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) < 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", folder, "tmpfs", 0, "size=64k") < 0)
        return SKIPPED;
    control.files = open(folder, O_RDONLY | O_DIRECTORY);
    struct step step = {.server = {.verb = SERVER_FILE, .name = "much"}, .data = much};
    step.size = sizeof much;
    struct step_result result = {0};
    control_file(&control, &step, &result);
    if (result.outcome != OUTCOME_SCRIPT ||
        !strstr(result.message, "No space left on device") || !strstr(result.message, "TMPDIR"))
        return 1;
    return faccessat(control.files, "much", F_OK, 0) == 0 ? 2 : 0; /* half a file is none */
}

static void a_full_disk(void **state)
{
    int status;
    (void)state;
    pid_t child = fork();
    if (child == 0)
        _exit(on_full_disk());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_may_read),  cmocka_unit_test(who_has_the_old_one_keeps_it),
        cmocka_unit_test(nothing_is_followed), cmocka_unit_test(without_a_folder),
        cmocka_unit_test(what_is_in_the_way),  cmocka_unit_test(a_full_disk),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, begin, end);
}
