/* What systems deliver for a whole class. */
#include "grading/tests/intake_fixture.h"

static struct intake *open_class(const char *name)
{
    struct failure failure = {.text = ""};
    static struct intake_options options;
    options = fixture_options(name);
    struct intake *intake = intake_open(&options, &failure);
    if (!intake)
        fail_msg("%s", failure.text);
    return intake;
}

static void expect_no_class(const char *name, const char *text)
{
    struct failure failure = {.text = ""};
    struct intake_options options = fixture_options(name);
    assert_null(intake_open(&options, &failure));
    if (!strstr(failure.text, text))
        fail_msg("\"%s\" is not in: %s", text, failure.text);
}

/* The entry of this name; its files are taken, and hold `text`. */
static const struct intake_entry *expect_entry(struct intake *intake, const char *name,
                                               const char *text)
{
    for (size_t i = 0; i < intake_count(intake); i++) {
        const struct intake_entry *entry = intake_entry(intake, i);
        if (strcmp(entry->name, name) != 0)
            continue;
        struct taken taken = {.answer = 1};
        taken.answer = intake_take(intake, i, in("target"), &taken.outcome, taken.digest,
                                   taken.why, &taken.failure);
        expect_was_taken(&taken, text);
        return entry;
    }
    fail_msg("there is no submission of %s", name);
    return NULL;
}

static void expect_warned(const struct intake *intake, const char *text)
{
    if (!strstr(intake_warnings(intake), text))
        fail_msg("\"%s\" is not in: %s", text, intake_warnings(intake));
}

static void folders_and_archives(void **state)
{
    (void)state;
    write_text("class/ada/server.c", "ada");
    pack_one("class/Bob.zip", "server.c", "bob");
    pack_one("class/cat.tar.gz", "handin/server.c", "cat");
    write_text("class/roster.csv", "student\nada\n");
    write_text("class/.DS_Store", "");
    set_time("class/ada", 1764000001);
    set_time("class/Bob.zip", 1764000002);
    struct intake *intake = open_class("class");
    assert_int_equal(intake_count(intake), 3);
    const struct intake_entry *ada = expect_entry(intake, "ada", "ada");
    assert_string_equal(ada->key, "ada");
    assert_int_equal(ada->submitted, 1764000001);
    const struct intake_entry *bob = expect_entry(intake, "Bob", "bob");
    assert_int_equal(strncmp(bob->key, "bob-", 4), 0);
    assert_int_equal(bob->submitted, 1764000002);
    expect_entry(intake, "cat", "cat");
    expect_warned(intake, "\"roster.csv\" is no folder, archive or repository");
    intake_close(intake);
}

static void nothing_to_grade(void **state)
{
    (void)state;
    expect_no_class("gone", "No such file");
    assert_int_equal(mkdir(in("empty"), 0755), 0);
    expect_no_class("empty", "there are no submissions");
    write_text("one/server.c", "");
    expect_no_class("one", "is one submission (server.c)");
    write_text("text", "no class");
    expect_no_class("text", "cannot unpack");
    pack_one("one.zip", "server.c", "");
    expect_no_class("one.zip", "is one submission (server.c)");
}

static void names_alike(void **state)
{
    (void)state;
    write_text("class/ada/server.c", "folder");
    pack_one("class/ada.zip", "server.c", "archive");
    struct intake *intake = open_class("class");
    assert_int_equal(intake_count(intake), 2);
    assert_string_equal(intake_entry(intake, 0)->key, "ada");
    assert_int_equal(strncmp(intake_entry(intake, 1)->key, "ada_", 4), 0);
    expect_warned(intake, "\"ada.zip\" is the name of several submissions");
    intake_close(intake);
}

/* A link in the place of a student's folder is that student's, and refused. */
static void links_are_refused(void **state)
{
    struct taken taken = {.answer = 1};
    (void)state;
    write_text("class/ada/server.c", "ada");
    assert_int_equal(symlink("ada", in("class/bob")), 0);
    assert_int_equal(mkfifo(in("class/fifo.zip"), 0644), 0);
    struct intake *intake = open_class("class");
    assert_int_equal(intake_count(intake), 2);
    taken.answer = intake_take(intake, 1, in("target"), &taken.outcome, taken.digest, taken.why,
                               &taken.failure);
    expect_was_refused(&taken, "is a symbolic link");
    expect_warned(intake, "fifo.zip");
    intake_close(intake);
}

static void moodle_folders(void **state)
{
    (void)state;
    write_text("class/Ada Lovelace_12345_assignsubmission_file_/server.c", "ada");
    write_text("class/Bob_77_assignsubmission_file/handin/server.c", "bob");
    write_text("class/Bob_77_assignsubmission_onlinetext_/onlinetext.html", "<p>");
    write_text("class/Eve_77_assignsubmission_file_x_99_assignsubmission_file_/server.c",
               "eve");
    set_time("class/Ada Lovelace_12345_assignsubmission_file_", 1764000003);
    struct intake *intake = open_class("class");
    assert_int_equal(intake_count(intake), 3);
    const struct intake_entry *ada = expect_entry(intake, "Ada Lovelace", "ada");
    char *key = intake_key("Ada Lovelace_12345");
    assert_string_equal(ada->key, key);
    free(key);
    assert_int_equal(ada->submitted, 1764000003);
    expect_entry(intake, "Bob", "bob");
    expect_entry(intake, "Eve_77_assignsubmission_file_x", "eve");
    expect_warned(intake, "onlinetext");
    expect_warned(intake, "who it is of is not sure");
    intake_close(intake);
}

static void moodle_files(void **state)
{
    static const char *const both[] = {"server.c", "client.c", NULL};
    (void)state;
    write_text("class/Ada Lovelace_1_assignsubmission_file_server.c", "ada");
    write_text("class/Ada Lovelace_1_assignsubmission_file_client.c", "client");
    write_text("class/Ada Lovelace_2_assignsubmission_file_server.c", "namesake");
    write_text("class/Ada Lovelace_2_assignsubmission_file_client.c", "client");
    pack_one("class/Bob_3_assignsubmission_file_work.zip", "client.c", "of bob");
    assert_int_equal(symlink("/etc/passwd", in("class/Cat_4_assignsubmission_file_server.c")),
                     0);
    set_time("class/Ada Lovelace_1_assignsubmission_file_server.c", 1764000001);
    set_time("class/Ada Lovelace_1_assignsubmission_file_client.c", 1764000009);
    fixture_wanted = both;
    struct intake *intake = open_class("class");
    assert_int_equal(intake_count(intake), 4);
    const struct intake_entry *ada = expect_entry(intake, "Ada Lovelace", "ada");
    assert_int_equal(ada->submitted, 1764000009);
    struct taken bob = {.answer = 1}, cat = {.answer = 1};
    bob.answer =
        intake_take(intake, 2, in("target"), &bob.outcome, bob.digest, bob.why, &bob.failure);
    expect_was_refused(&bob, "Wanted, but not found: server.c. Found: \"client.c\".");
    cat.answer =
        intake_take(intake, 3, in("target"), &cat.outcome, cat.digest, cat.why, &cat.failure);
    expect_was_refused(&cat, "Nothing else is in it");
    expect_warned(intake, "is no plain file");
    intake_close(intake);
}

/* The same participant in both forms: the newest counts. */
static void moodle_twice(void **state)
{
    (void)state;
    write_text("class/Ada_1_assignsubmission_file_/server.c", "older");
    write_text("class/Ada_1_assignsubmission_file_server.c", "newer");
    set_time("class/Ada_1_assignsubmission_file_", 1764000001);
    set_time("class/Ada_1_assignsubmission_file_server.c", 1764000002);
    struct intake *intake = open_class("class");
    assert_int_equal(intake_count(intake), 1);
    expect_entry(intake, "Ada", "newer");
    expect_warned(intake, "\"Ada\" has handed in twice");
    intake_close(intake);
}

static const char metadata[] = "---\n"
                               "submission_1:\n"
                               "  :submitters:\n"
                               "  - :name: \"Ada \\\"the\\\" Lovelace\"\n"
                               "    :sid: '1001'\n"
                               "    :email: ada@example.org\n"
                               "  :created_at: 2025-11-24 16:00:01.123456000 Z\n"
                               "  :results:\n"
                               "    :output: |\n"
                               "      submission_9:\n"
                               "        :submitters:\n"
                               "      - :name: Forged\n"
                               "        :sid: '1002'\n"
                               "  :history:\n"
                               "  - :id: 5\n"
                               "    :created_at: 2020-01-01 00:00:00 Z\n"
                               "    :sid: '1002'\n"
                               "submission_2:\n"
                               "  :submitters:\n"
                               "  - :name: O'Brien, Bob\n"
                               "    :email: bob@example.org\n"
                               "  - :name: 'Cat ''C'' Dog'\n"
                               "    :sid: 1003\n"
                               "  :created_at: 2025-11-24 16:00:02 Z\n"
                               "submission_3:\n"
                               "  :submitters: []\n"
                               "submission_4:\n"
                               "  :submitters:\n"
                               "  - :name: Gone\n"
                               "submission_5:\n"
                               "  :submitters:\n"
                               "  - :name: Ada again\n"
                               "    :sid: '1001'\n"
                               "    :email: ada@example.org\n"
                               "  :created_at: 2025-11-24 15:00:00 Z\n"
                               "submission_../../etc:\n"
                               "  :submitters:\n"
                               "  - :name: Outside\n";

static void write_gradescope(const char *folder)
{
    char path[64];
    snprintf(path, sizeof path, "%s/submission_metadata.yml", folder);
    write_text(path, metadata);
    for (const char *number = "1235"; *number; number++) {
        snprintf(path, sizeof path, "%s/submission_%c/server.c", folder, *number);
        write_bytes(path, number, 1);
    }
}

static void expect_gradescope(struct intake *intake)
{
    assert_int_equal(intake_count(intake), 4);
    const struct intake_entry *ada = expect_entry(intake, "Ada \"the\" Lovelace", "1");
    assert_string_equal(ada->key, "1001");
    assert_int_equal(ada->submitted, 1764000001);
    const struct intake_entry *bob = expect_entry(intake, "O'Brien, Bob", "2");
    assert_int_equal(strncmp(bob->key, "bob_example.org-", 16), 0);
    const struct intake_entry *cat = expect_entry(intake, "Cat 'C' Dog", "2");
    assert_string_equal(cat->key, "1003");
    assert_int_equal(cat->submitted, 1764000002);
    assert_int_equal(expect_entry(intake, "submission_3", "3")->submitted, 0);
    expect_warned(intake, "names submission_4, which is not there");
    expect_warned(intake, "\"Ada again\" has handed in twice: \"submission_5\" is older");
}

static void gradescope(void **state)
{
    (void)state;
    write_gradescope("class");
    struct intake *intake = open_class("class");
    expect_gradescope(intake);
    intake_close(intake);
    write_gradescope("outer/assignment_export");
    intake = open_class("outer");
    expect_gradescope(intake);
    intake_close(intake);
}

static void pack_class(const char *name)
{
    struct archive *pack = pack_open(name);
    size_t size;
    pack_one("b.zip", "server.c", "bob");
    char *bytes = read_bytes("b.zip", &size);
    pack_entry(pack, "class/ada/server.c", AE_IFREG, NULL, "ada", 3, 1764000004);
    pack_entry(pack, "class/ada/notes", AE_IFREG, NULL, "ada", 3, 1764000006);
    pack_entry(pack, "class/bob.zip", AE_IFREG, NULL, bytes, size, 1764000008);
    pack_entry(pack, "class/link.zip", AE_IFLNK, "/etc/passwd", NULL, 0, 1);
    pack_entry(pack, "class/../../out/server.c", AE_IFREG, NULL, "out", 3, 1);
    pack_entry(pack, "/class/abs/server.c", AE_IFREG, NULL, "out", 3, 1);
    pack_entry(pack, "class/ada/server.c/x", AE_IFREG, NULL, "x", 1, 1);
    pack_close(pack);
    free(bytes);
}

static void an_archive_of_a_class(void **state)
{
    static const char *const names[] = {"c.zip", "c.tar.gz", "c.tar.xz"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        pack_class(names[i]);
        struct intake *intake = open_class(names[i]);
        assert_int_equal(intake_count(intake), 2);
        assert_int_equal(expect_entry(intake, "ada", "ada")->submitted, 1764000006);
        assert_int_equal(expect_entry(intake, "bob", "bob")->submitted, 1764000008);
        expect_warned(intake, "\"class/link.zip\" was left out of the archive: it is a symb");
        expect_warned(intake, "leads out of the archive");
        expect_warned(intake, "is there twice");
        assert_false(is_there("out"));
        assert_false(is_there("work/out"));
        intake_close(intake);
        assert_int_equal(nftw(in("work/class"), fixture_remove, 32, FTW_DEPTH | FTW_PHYS), 0);
    }
}

static void moodle_in_an_archive(void **state)
{
    (void)state;
    struct archive *pack = pack_open("course.zip");
    pack_file(pack, "Ada Lovelace_1_assignsubmission_file_/server.c", "ada");
    pack_file(pack, "Bob_2_assignsubmission_file_server.c", "bob");
    pack_close(pack);
    struct intake *intake = open_class("course.zip");
    assert_int_equal(intake_count(intake), 2);
    assert_int_equal(expect_entry(intake, "Ada Lovelace", "ada")->submitted, 1764000000);
    assert_int_equal(expect_entry(intake, "Bob", "bob")->submitted, 1764000000);
    intake_close(intake);
}

static void expect_key(const char *name, const char *begin, size_t size)
{
    char *key = intake_key(name), *again = intake_key(name), *second;
    assert_non_null(key);
    assert_string_equal(key, again);
    if (strncmp(key, begin, strlen(begin)) != 0)
        fail_msg("%s does not begin with %s", key, begin);
    if (size)
        assert_int_equal(strlen(key), size);
    assert_true(strlen(key) <= 64 && strlen(key) > 0 && *key != '.' && *key != '-');
    assert_int_equal(strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-"), strlen(key));
    /* Nobody can choose the key of another. */
    second = intake_key(key);
    assert_int_equal(strcmp(second, key) == 0, strcmp(name, key) == 0);
    free(second);
    free(again);
    free(key);
}

static void keys(void **state)
{
    char *longest = calloc(1, 10001);
    (void)state;
    memset(longest, 'x', 10000);
    expect_key("ada", "ada", 3);
    expect_key("a.b_c-1", "a.b_c-1", 7);
    expect_key("Ada", "ada-", 20);
    expect_key("Ada Lovelace", "ada_lovelace-", 29);
    expect_key("", "_-", 18);
    expect_key(".", "_-", 18);
    expect_key("..", "_.-", 19);
    expect_key("-rf", "_rf-", 20);
    expect_key("../../etc/passwd", "_._.._etc_passwd-", 0);
    expect_key("=cmd|'/C calc'!A0", "_cmd___c_calc__a0-", 0);
    expect_key("\xff\n\x1b", "___-", 20);
    expect_key(longest, "xxx", 64);
    free(longest);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        T(folders_and_archives), T(nothing_to_grade),    T(names_alike),
        T(links_are_refused),    T(moodle_folders),      T(moodle_files),
        T(moodle_twice),         T(gradescope),          T(an_archive_of_a_class),
        T(moodle_in_an_archive), cmocka_unit_test(keys),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
