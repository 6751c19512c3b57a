/* Folders and files that students hand in: nothing is followed, nothing is waited for. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "grading/tests/intake_fixture.h"

static void a_folder(void **state)
{
    (void)state;
    write_text("ada/server.c", "top");
    write_text("ada/old/server.c", "old");
    mode_t before = umask(077); /* the box reads as another user */
    expect_taken("ada", "top");
    umask(before);
    expect_taken("ada/", "top");
    write_text("bob/handin/server.c", "inner");
    write_text("bob/.git/server.c", "hidden");
    write_text("bob/__MACOSX/server.c", "mac");
    write_text("bob/.#server.c", "lock");
    write_text("bob/._server.c", "mac");
    expect_taken("bob", "inner");
    write_text("bob/again/server.c", "another");
    expect_refused("bob", "\"again\" and \"handin\"");
}

static void a_file(void **state)
{
    (void)state;
    write_text("server.c", "alone");
    expect_taken("server.c", "alone");
    write_text("main.c", "alone");
    expect_refused("main.c", "no archive that can be read");
}

static void an_archive_in_a_folder(void **state)
{
    (void)state;
    pack_one("ada/work.zip", "server.c", "packed");
    write_text("ada/notes.txt", "notes");
    expect_taken("ada", "packed");
    write_text("ada/server.c", "plain");
    expect_taken("ada", "plain");
}

static void an_empty_folder(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in("ada"), 0755), 0);
    expect_refused("ada", "Nothing else is in it");
    write_text("bob/SERVER.C", "");
    write_text("bob/server.c/file", "");
    expect_refused("bob", "server.c is a folder, not a file");
    write_text("cat/SERVER.C", "");
    expect_refused("cat", "\"SERVER.C\" is written differently");
}

/* `name` is replaced by something odd, made by `make`, which never makes us wait. */
static void expect_odd(const char *why)
{
    expect_refused("ada", why);
    expect_refused("ada/server.c", why);
    assert_int_equal(unlink(in("ada/server.c")), 0);
}

static void odd_files(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)state;
    write_text("other", "of somebody else");
    assert_int_equal(mkdir(in("ada"), 0755), 0);
    assert_int_equal(symlink(in("other"), in("ada/server.c")), 0);
    expect_odd("is a symbolic link");
    assert_int_equal(symlink("nowhere", in("ada/server.c")), 0);
    expect_odd("is a symbolic link");
    assert_int_equal(link(in("other"), in("ada/server.c")), 0);
    expect_odd("is a hard link");
    assert_int_equal(mkfifo(in("ada/server.c"), 0644), 0);
    expect_odd("a FIFO");
    int socket_file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/ada/server.c", fixture_folder);
    assert_int_equal(bind(socket_file, (struct sockaddr *)&address, sizeof address), 0);
    expect_odd("a socket");
    close(socket_file);
    struct taken taken = take_path("/dev/zero");
    expect_was_refused(&taken, "is a device");
}

static void folders_that_are_links(void **state)
{
    (void)state;
    write_text("other/server.c", "of somebody else");
    assert_int_equal(symlink("other", in("ada")), 0);
    expect_refused("ada", "is a symbolic link");
    expect_refused("ada/", "is a symbolic link");
    assert_int_equal(mkdir(in("bob"), 0755), 0);
    assert_int_equal(symlink("../other", in("bob/work")), 0);
    expect_refused("bob", "Wanted, but not found");
}

static void too_large_too_deep(void **state)
{
    char path[256] = "ada/";
    (void)state;
    write_text("bob/server.c", "");
    assert_int_equal(truncate(in("bob/server.c"), (1 << 20) + 1), 0);
    expect_refused("bob", "too large");
    for (int i = 0; i < 20; i++)
        strcat(path, "d/");
    strcat(path, "server.c");
    write_text(path, "deep");
    expect_refused("ada", "deeper than 16");
}

static void names_do_not_matter(void **state)
{
    (void)state;
    write_text("a\n'\"<b> \xff=cmd/server.c", "well");
    expect_taken("a\n'\"<b> \xff=cmd", "well");
}

static void expect_failed(const struct taken *taken, const char *text)
{
    assert_int_equal(taken->answer, -1);
    assert_int_equal(taken->failure.status, STATUS_MACHINE);
    if (!strstr(taken->failure.text, text))
        fail_msg("\"%s\" is not in: %s", text, taken->failure.text);
}

static void what_this_machine_cannot(void **state)
{
    (void)state;
    struct taken taken = take_path(in("gone"));
    expect_failed(&taken, "No such file");
    write_text("ada/server.c", "text");
    write_text("target/already", "");
    taken = take_path(in("ada"));
    expect_failed(&taken, "File exists");
    assert_true(is_there("target/already"));
}

/* In a process of its own, which may write files of 10 bytes: the first one fits. */
static void a_full_disk(void **state)
{
    static const char *const both[] = {"client.c", "server.c", NULL};
    int status;
    (void)state;
    fixture_wanted = both;
    write_text("ada/client.c", "short");
    write_text("ada/server.c", "longer than that");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = 10, .rlim_max = 10};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        struct taken taken = take_path(in("ada"));
        _exit(taken.answer == -1 && strstr(taken.failure.text, "too large") ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(is_there("target"));
}

static void the_digest_is_of_names_and_contents(void **state)
{
    (void)state;
    write_text("a/server.c", "same");
    write_text("b/handin/server.c", "same");
    write_text("b/handin/other", "not counted");
    pack_one("c.zip", "server.c", "same");
    write_text("d/server.c", "sane");
    struct taken first = take_path(in("a"));
    expect_was_taken(&first, "same");
    struct taken second = take_path(in("b"));
    expect_was_taken(&second, "same");
    struct taken third = take_path(in("c.zip"));
    expect_was_taken(&third, "same");
    struct taken other = take_path(in("d"));
    expect_was_taken(&other, "sane");
    assert_string_equal(first.digest, second.digest);
    assert_string_equal(first.digest, third.digest);
    assert_string_not_equal(first.digest, other.digest);
}

/* A manifest that asks for a path is a mistake of the lab, and writes nothing elsewhere. */
static void the_manifest_names_files(void **state)
{
    static const char *const outside[] = {"../server.c", NULL};
    (void)state;
    fixture_wanted = outside;
    write_text("ada/server.c", "text");
    struct taken taken = take_path(in("ada"));
    expect_failed(&taken, "is no name");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        T(a_folder),
        T(a_file),
        T(an_archive_in_a_folder),
        T(an_empty_folder),
        T(odd_files),
        T(folders_that_are_links),
        T(too_large_too_deep),
        T(names_do_not_matter),
        T(what_this_machine_cannot),
        T(a_full_disk),
        T(the_digest_is_of_names_and_contents),
        T(the_manifest_names_files),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
