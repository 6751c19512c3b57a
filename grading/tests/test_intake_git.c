/* Bare repositories: which commit counts, and that nothing in one runs or leads elsewhere. */
#include <sys/wait.h>

#include "grading/tests/intake_fixture.h"

/* A git command in a folder of the test's, with this time. Returns how it ended. */
static int git(const char *folder, const char *date, const char *const *arguments)
{
    pid_t child = fork();
    int status;
    assert_true(child >= 0);
    if (child == 0) {
        setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
        setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
        setenv("GIT_AUTHOR_NAME", "Ada", 1);
        setenv("GIT_AUTHOR_EMAIL", "ada@example.org", 1);
        setenv("GIT_COMMITTER_NAME", "Ada", 1);
        setenv("GIT_COMMITTER_EMAIL", "ada@example.org", 1);
        setenv("GIT_AUTHOR_DATE", date, 1);
        setenv("GIT_COMMITTER_DATE", date, 1);
        if (chdir(in(folder)) == 0)
            execvp("git", (char *const *)arguments);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

#define RUN(folder, date, ...)                                                                 \
    git(folder, date, (const char *const[]){"git", __VA_ARGS__, NULL})
#define GIT(...) assert_int_equal(RUN(__VA_ARGS__), 0)

#define EARLY "1764000000 +0000"
#define LATE  "1764100000 +0000"

static void commit(const char *text, const char *date)
{
    write_text("tree/server.c", text);
    GIT("tree", date, "add", "-A");
    GIT("tree", date, "commit", "-q", "-m", text);
}

/* Two commits, an early one and a late one, in ada.git. */
static void make_repository(void)
{
    assert_int_equal(mkdir(in("tree"), 0755), 0);
    GIT("tree", EARLY, "init", "-q", "-b", "main");
    commit("early", EARLY);
    commit("late", LATE);
    GIT(".", EARLY, "clone", "-q", "--bare", "--no-local", "tree", "ada.git");
}

static void the_newest_commit(void **state)
{
    (void)state;
    make_repository();
    expect_taken("ada.git", "late");
    GIT("ada.git", EARLY, "pack-refs", "--all");
    expect_taken("ada.git", "late");
    GIT("ada.git", EARLY, "gc", "-q");
    expect_taken("ada.git", "late");
}

static void the_last_before_the_deadline(void **state)
{
    (void)state;
    make_repository();
    fixture_deadline = 1764099999;
    expect_taken("ada.git", "early");
    fixture_deadline = 1764100000;
    expect_taken("ada.git", "late");
    fixture_deadline = 1763999999;
    expect_refused("ada.git", "no commit before the deadline");
}

static void in_a_class(void **state)
{
    struct failure failure;
    (void)state;
    make_repository();
    assert_int_equal(mkdir(in("class"), 0755), 0);
    assert_int_equal(rename(in("ada.git"), in("class/ada.git")), 0);
    GIT("class", EARLY, "init", "-q", "--bare", "bob.git");
    fixture_deadline = 1764050000;
    struct intake_options options = fixture_options("class");
    struct intake *intake = intake_open(&options, &failure);
    assert_non_null(intake);
    assert_int_equal(intake_count(intake), 2);
    assert_string_equal(intake_entry(intake, 0)->key, "ada");
    assert_int_equal(intake_entry(intake, 0)->submitted, 1764000000);
    assert_string_equal(intake_entry(intake, 1)->key, "bob");
    assert_int_equal(intake_entry(intake, 1)->submitted, 0);
    intake_close(intake);
    expect_refused("class/bob.git", "has no commit");
}

/* Nothing of ours stays in the folder for work. */
static void nothing_is_left(void **state)
{
    (void)state;
    make_repository();
    expect_taken("ada.git", "late");
    assert_int_equal(rmdir(in("work")), 0);
}

static void what_a_commit_may_hold(void **state)
{
    (void)state;
    make_repository();
    assert_int_equal(mkdir(in("tree/src"), 0755), 0);
    assert_int_equal(rename(in("tree/server.c"), in("tree/src/server.c")), 0);
    write_text("tree/a\nb", "odd name");
    GIT("tree", LATE, "add", "-A");
    GIT("tree", LATE, "commit", "-q", "-m", "moved");
    GIT(".", LATE, "clone", "-q", "--bare", "--no-local", "tree", "moved.git");
    expect_taken("moved.git", "late");
    assert_int_equal(unlink(in("tree/src/server.c")), 0);
    assert_int_equal(symlink("/etc/passwd", in("tree/server.c")), 0);
    GIT("tree", LATE, "add", "-A");
    GIT("tree", LATE, "commit", "-q", "-m", "link");
    GIT(".", LATE, "clone", "-q", "--bare", "--no-local", "tree", "link.git");
    expect_refused("link.git", "server.c is a symbolic link");
}

/* Settings that make git run a program; the blob that is asked for is missing, and a partial
   clone would fetch it. */
static void set_traps(void)
{
    char text[4096];
    const char *evil = in("evil");
    snprintf(text, sizeof text, "#!/bin/sh\necho ran >> %s/ran\n", fixture_folder);
    write_text("evil", text);
    assert_int_equal(chmod(evil, 0755), 0);
    write_text("ada.git/hooks/post-checkout", text);
    snprintf(text, sizeof text,
             "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tfsmonitor = %s\n"
             "\tsshCommand = %s\n\tpager = %s\n\teditor = %s\n\thooksPath = %s\n"
             "\tgitProxy = %s\n\talternateRefsCommand = %s\n"
             "[extensions]\n\tpartialClone = origin\n"
             "[remote \"origin\"]\n\turl = %s\n\tuploadpack = %s\n\tpromisor = true\n"
             "[pager]\n\trev-list = %s\n\tls-tree = %s\n\tcat-file = %s\n"
             "[alias]\n\trev-list = \"!%s\"\n\tls-tree = \"!%s\"\n\tcat-file = \"!%s\"\n"
             "[protocol]\n\tallow = always\n",
             evil, evil, evil, evil, fixture_folder, evil, evil, in("tree"), evil, evil, evil,
             evil, evil, evil, evil);
    write_text("ada.git/config", text);
}

static void lose_objects(void)
{
    assert_int_equal(nftw(in("ada.git/objects/pack"), fixture_remove, 8, FTW_DEPTH | FTW_PHYS),
                     0);
}

static void settings_run_nothing(void **state)
{
    (void)state;
    make_repository();
    set_traps();
    expect_taken("ada.git", "late");
    lose_objects();
    expect_refused("ada.git", "git cannot read the repository");
    assert_false(is_there("ran"));
    /* The traps are good ones: git itself steps into them. */
    assert_int_not_equal(RUN("ada.git", LATE, "cat-file", "-p", "HEAD"), 0);
    assert_true(is_there("ran"));
}

/* A FIFO that is read would never end; another folder would be taken for this one. */
static void settings_are_not_read(void **state)
{
    char text[PATH_MAX + 32];
    (void)state;
    make_repository();
    assert_int_equal(mkfifo(in("fifo"), 0600), 0);
    snprintf(text, sizeof text, "[include]\n\tpath = %s\n", in("fifo"));
    write_text("ada.git/config", text);
    write_text("ada.git/commondir", in("elsewhere"));
    expect_taken("ada.git", "late");
}

static void files_that_lead_elsewhere(void **state)
{
    (void)state;
    make_repository();
    GIT(".", EARLY, "clone", "-q", "--bare", "--shared", "ada.git", "shared.git");
    expect_refused("shared.git", "borrows objects of another one");
    assert_int_equal(mkdir(in("link.git"), 0755), 0);
    assert_int_equal(mkdir(in("link.git/refs"), 0755), 0);
    write_text("link.git/HEAD", "ref: refs/heads/main\n");
    assert_int_equal(symlink("../ada.git/objects", in("link.git/objects")), 0);
    expect_refused("link.git", "Wanted, but not found");
    assert_int_equal(mkdir(in("inner.git"), 0755), 0);
    assert_int_equal(mkdir(in("inner.git/objects"), 0755), 0);
    assert_int_equal(symlink("../../ada.git/objects/pack", in("inner.git/objects/pack")), 0);
    size_t size;
    char *packed = read_bytes("ada.git/packed-refs", &size);
    write_text("inner.git/packed-refs", packed);
    write_text("inner.git/HEAD", "ref: refs/heads/main\n");
    expect_refused("inner.git", "not all plain files");
    write_text("outside", strchr(packed, '\n') + 1); /* begins with a commit */
    write_text("ada.git/HEAD", "ref: refs/../../outside\n");
    expect_refused("ada.git", "has no commit");
    free(packed);
    write_text("ada.git/HEAD", "ref: --output=x\n");
    expect_refused("ada.git", "has no commit");
    write_text("ada.git/HEAD", "");
    expect_refused("ada.git", "has no commit");
}

static void damaged(void **state)
{
    (void)state;
    make_repository();
    write_text("ada.git/HEAD", "0123456789012345678901234567890123456789\n");
    expect_refused("ada.git", "git cannot read the repository");
}

static void a_shallow_clone(void **state)
{
    (void)state;
    make_repository();
    GIT(".", EARLY, "clone", "-q", "--bare", "--no-local", "--depth", "1", "ada.git",
        "short.git");
    expect_taken("short.git", "late");
}

static void without_git(void **state)
{
    (void)state;
    make_repository();
    const char *search = getenv("PATH");
    char *path = strdup(search ? search : "/usr/bin:/bin");
    setenv("PATH", "/nonexistent", 1);
    struct taken taken = take_path(in("ada.git"));
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(taken.answer, -1);
    assert_non_null(strstr(taken.failure.text, "install the package git"));
    assert_false(is_there("target"));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        T(the_newest_commit),
        T(the_last_before_the_deadline),
        T(in_a_class),
        T(nothing_is_left),
        T(what_a_commit_may_hold),
        T(settings_run_nothing),
        T(settings_are_not_read),
        T(files_that_lead_elsewhere),
        T(damaged),
        T(a_shallow_clone),
        T(without_git),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
