/* Archives that students hand in, and what attackers do with archives. */
#include "grading/tests/intake_fixture.h"

static const char *const kinds[] = {"a.zip", "a.tar", "a.tar.gz", "a.tar.xz", NULL};

static void every_kind(void **state)
{
    (void)state;
    for (size_t i = 0; kinds[i]; i++) {
        pack_one(kinds[i], "server.c", "int main(void);\n");
        expect_taken(kinds[i], "int main(void);\n");
    }
}

static void in_its_one_folder(void **state)
{
    (void)state;
    struct archive *pack = pack_open("a.zip");
    pack_file(pack, "__MACOSX/handin/._server.c", "mac");
    pack_file(pack, "__MACOSX/handin/server.c", "mac");
    pack_file(pack, "handin/.git/server.c", "git");
    pack_file(pack, "handin/.#server.c", "lock");
    pack_file(pack, "handin/server.c", "mine");
    pack_file(pack, "handin/README", "read");
    pack_close(pack);
    expect_taken("a.zip", "mine");
}

static void the_top_goes_first(void **state)
{
    (void)state;
    struct archive *pack = pack_open("a.tar");
    pack_file(pack, "old/server.c", "old");
    pack_file(pack, "./server.c", "new");
    pack_close(pack);
    expect_taken("a.tar", "new");
}

static void two_candidates(void **state)
{
    (void)state;
    struct archive *pack = pack_open("a.zip");
    pack_file(pack, "one/server.c", "1");
    pack_file(pack, "two/server.c", "2");
    pack_close(pack);
    expect_refused("a.zip", "server.c is in 2 folders of it, \"one\" and \"two\"");
}

static void an_archive_within(void **state)
{
    (void)state;
    pack_one("inner.tar.gz", "handin/server.c", "inner");
    size_t size;
    char *bytes = read_bytes("inner.tar.gz", &size);
    struct archive *pack = pack_open("a.zip");
    pack_bytes(pack, "b/inner.tar.gz", bytes, size);
    pack_close(pack);
    expect_taken("a.zip", "inner");
    pack = pack_open("both.zip");
    pack_bytes(pack, "one.tar.gz", bytes, size);
    pack_bytes(pack, "two.tar.gz", bytes, size);
    pack_close(pack);
    expect_refused("both.zip", "several archives");
    free(bytes);
    bytes = read_bytes("a.zip", &size);
    pack = pack_open("deep.zip");
    pack_bytes(pack, "a.zip", bytes, size);
    pack_close(pack);
    expect_refused("deep.zip", "Wanted, but not found");
    free(bytes);
}

static void windows_separators(void **state)
{
    (void)state;
    pack_one("a.zip", "handin\\server.c", "windows");
    expect_taken("a.zip", "windows");
}

/* Whatever the names are, nothing appears but the target. */
static void paths_that_lead_outside(void **state)
{
    static const char *const ways[] = {"../server.c",  "../../server.c", "a/../../server.c",
                                       "..\\server.c", "/server.c",      "//server.c"};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (size_t kind = 0; kinds[kind]; kind++) {
            pack_one(kinds[kind], ways[i], "evil");
            expect_refused(kinds[kind], "leads out of the archive");
            assert_false(is_there("server.c"));
        }
    char absolute[PATH_MAX];
    snprintf(absolute, sizeof absolute, "%s/outside/server.c", fixture_folder);
    assert_int_equal(mkdir(in("outside"), 0755), 0);
    pack_one("a.tar", absolute, "evil");
    expect_refused("a.tar", "leads out of the archive");
    assert_false(is_there("outside/server.c"));
}

static void links_and_devices(void **state)
{
    static const struct {
        mode_t type;
        const char *link, *why;
    } odd[] = {{AE_IFLNK, "/etc/passwd", "is a symbolic link"},
               {AE_IFREG, "/etc/passwd", "is a hard link"},
               {AE_IFIFO, NULL, "is a device, a FIFO"},
               {AE_IFCHR, NULL, "is a device, a FIFO"},
               {AE_IFBLK, NULL, "is a device, a FIFO"},
               {AE_IFDIR, NULL, "is a folder"}};
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct archive *pack = pack_open("a.tar");
        pack_entry(pack, "server.c", odd[i].type, odd[i].link, NULL, 0, 1);
        pack_close(pack);
        expect_refused("a.tar", odd[i].why);
    }
    struct archive *pack = pack_open("a.zip");
    pack_entry(pack, "server.c", AE_IFLNK, "/etc/passwd", NULL, 0, 1);
    pack_close(pack);
    expect_refused("a.zip", "is a symbolic link");
}

/* A folder that is a link, and then a file through it. */
static void a_file_through_a_link(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in("outside"), 0755), 0);
    struct archive *pack = pack_open("a.tar");
    pack_entry(pack, "handin", AE_IFLNK, in("outside"), NULL, 0, 1);
    pack_file(pack, "handin/server.c", "through");
    pack_close(pack);
    expect_taken("a.tar", "through");
    assert_false(is_there("outside/server.c"));
    pack = pack_open("b.tar");
    pack_entry(pack, "server.c", AE_IFLNK, in("outside/server.c"), NULL, 0, 1);
    pack_file(pack, "server.c", "through");
    pack_close(pack);
    expect_refused("b.tar", "is a symbolic link");
    assert_false(is_there("outside/server.c"));
}

static void the_same_name_twice(void **state)
{
    (void)state;
    for (size_t i = 0; kinds[i]; i++) {
        struct archive *pack = pack_open(kinds[i]);
        pack_file(pack, "server.c", "one");
        pack_file(pack, "server.c", "two");
        pack_close(pack);
        expect_refused(kinds[i], "twice, with different contents");
        pack = pack_open(kinds[i]);
        pack_file(pack, "server.c", "one");
        pack_file(pack, "./server.c", "one");
        pack_close(pack);
        expect_taken(kinds[i], "one");
    }
}

static void what_was_found_is_told(void **state)
{
    (void)state;
    struct archive *pack = pack_open("a.zip");
    pack_file(pack, "Server.c", "");
    pack_file(pack, "a\n\x1b[31m<b>.c", "");
    for (char name[] = "c0.c"; name[1] < '9'; name[1]++)
        pack_file(pack, name, "");
    pack_close(pack);
    struct taken taken = take_path(in("a.zip"));
    expect_was_refused(&taken, "Wanted, but not found: server.c.");
    assert_non_null(strstr(taken.why, "\"Server.c\" is written differently"));
    assert_non_null(strstr(taken.why, "\"a\\x0a\\x1b[31m<b>.c\""));
    assert_non_null(strstr(taken.why, " and 6 more."));
    for (const char *byte = taken.why; *byte; byte++)
        assert_true((unsigned char)*byte >= ' ');
}

static void names_of_any_bytes(void **state)
{
    char *longest = calloc(1, 10001), name[300] = "";
    (void)state;
    struct archive *pack = pack_open("a.tar");
    pack_file(pack, "\xff\xfe\xc3(.c", "");
    pack_file(pack, "=cmd|' /C calc'!A0", "");
    pack_file(pack, "grün/server.c", "well");
    pack_close(pack);
    expect_taken("a.tar", "well");
    memset(name, 'n', 256);
    pack_one("b.tar", name, "");
    expect_refused("b.tar", "longer than 255 bytes");
    memset(longest, 'n', 10000);
    pack_one("c.tar", longest, "");
    expect_refused("c.tar", "longer than 255 bytes");
    free(longest);
}

/* Names are UTF-8 whatever the locale is. */
static void names_in_the_plain_locale(void **state)
{
    (void)state;
    for (size_t i = 0; kinds[i]; i++) {
        pack_one(kinds[i], "Übung/server.c", "well");
        setlocale(LC_ALL, "C");
        expect_taken(kinds[i], "well");
        pack_one(kinds[i], "Übung.c", "");
        setlocale(LC_ALL, "C");
        expect_refused(kinds[i], "\"Übung.c\"");
    }
}

static void several_files(void **state)
{
    static const char *const three[] = {"server.c", "client.c", "buffer.c", NULL};
    (void)state;
    fixture_wanted = three;
    struct archive *pack = pack_open("a.zip");
    pack_file(pack, "handin/server.c", "server");
    pack_file(pack, "handin/client.c", "client");
    pack_file(pack, "old/client.c", "old");
    pack_close(pack);
    expect_refused("a.zip", "Wanted, but not found in folder \"handin\": buffer.c.");
    pack = pack_open("b.zip");
    pack_file(pack, "handin/server.c", "server");
    pack_file(pack, "handin/client.c", "client");
    pack_file(pack, "handin/buffer.c", "");
    pack_file(pack, "old/server.c", "old");
    pack_close(pack);
    struct taken taken = take_path(in("b.zip"));
    assert_int_equal(taken.outcome, INTAKE_TAKEN);
    expect_content("target/client.c", "client");
    expect_content("target/buffer.c", "");
    expect_was_taken(&taken, "server");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        T(every_kind),
        T(in_its_one_folder),
        T(the_top_goes_first),
        T(two_candidates),
        T(an_archive_within),
        T(windows_separators),
        T(paths_that_lead_outside),
        T(links_and_devices),
        T(a_file_through_a_link),
        T(the_same_name_twice),
        T(what_was_found_is_told),
        T(names_of_any_bytes),
        T(names_in_the_plain_locale),
        T(several_files),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
