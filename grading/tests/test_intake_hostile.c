/* Archives that are too much, cut off, encrypted or damaged: refused, and nothing crashes. */
#include "grading/tests/intake_fixture.h"

static const char program[] = "#include <stdio.h>\nint main(void)\n{\n    return 0;\n}\n";

/* Numbers that are the same each time. */
static unsigned next_random(void)
{
    static unsigned state = 12345;
    state = state * 1103515245u + 12345u;
    return state >> 8;
}

static void bombs(void **state)
{
    static const char *const names[] = {"a.zip", "a.tar.gz", "a.tar.xz", NULL};
    size_t size = (size_t)8 << 20;
    char *zeros = calloc(1, size);
    (void)state;
    assert_non_null(zeros);
    for (size_t i = 0; names[i]; i++) {
        struct archive *pack = pack_open(names[i]);
        pack_file(pack, "server.c", program);
        pack_bytes(pack, "bomb", zeros, size);
        pack_close(pack);
        expect_refused(names[i], "more than 200 times its size");
    }
    free(zeros);
}

/* Packs to about a fiftieth: not by its ratio, only by its size is it too much. */
static void fill_packable(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = i % 4096 < 64 ? (char)next_random() : 0;
}

static void too_much(void **state)
{
    size_t size = (size_t)13 << 20;
    char *bytes = malloc(size);
    (void)state;
    assert_non_null(bytes);
    fill_packable(bytes, size);
    struct archive *pack = pack_open("a.tar.gz");
    for (char name[] = "0"; *name < '5'; ++*name)
        pack_bytes(pack, name, bytes, size);
    pack_close(pack);
    expect_refused("a.tar.gz", "more than 64 MiB");
    free(bytes);
}

static void one_file_too_large(void **state)
{
    size_t size = (size_t)1 << 20;
    char *bytes = calloc(1, size + 1);
    (void)state;
    assert_non_null(bytes);
    struct archive *pack = pack_open("a.tar");
    pack_bytes(pack, "server.c", bytes, size + 1);
    pack_close(pack);
    expect_refused("a.tar", "server.c is too large");
    pack = pack_open("b.tar");
    pack_bytes(pack, "server.c", bytes, size);
    pack_close(pack);
    struct taken taken = take_path(in("b.tar"));
    assert_int_equal(taken.answer, 0);
    assert_int_equal(taken.outcome, INTAKE_TAKEN);
    free(bytes);
}

static void too_many(void **state)
{
    (void)state;
    struct archive *pack = pack_open("a.tar.gz");
    for (int i = 0; i < 20000; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d.c", i);
        pack_file(pack, name, "");
    }
    pack_file(pack, "server.c", program);
    pack_close(pack);
    expect_refused("a.tar.gz", "more than 10000");
}

static void too_deep(void **state)
{
    char path[256] = "";
    (void)state;
    for (int i = 0; i < 100; i++)
        strcat(path, "d/");
    strcat(path, "server.c");
    pack_one("a.zip", path, program);
    expect_refused("a.zip", "deeper than 16");
}

static void not_an_archive(void **state)
{
    (void)state;
    write_text("empty.zip", "");
    expect_refused("empty.zip", "0 bytes");
    write_text("text.zip", "I have nothing to hand in, sorry.\n");
    expect_refused("text.zip", "no archive that can be read");
    write_bytes("a.rar", "Rar!\x1a\x07\x00 and so on", 16);
    expect_refused("a.rar", "zip, tar, tar.gz and tar.xz");
    write_bytes("a.7z", "7z\xbc\xaf\x27\x1c and so on", 16);
    expect_refused("a.7z", "zip, tar, tar.gz and tar.xz");
    pack_close(pack_open("none.zip"));
    expect_refused("none.zip", "holds nothing");
    pack_close(pack_open("none.tar"));
    expect_refused("none.tar", "Nothing else is in it");
}

static void encrypted(void **state)
{
    static const char *const ways[] = {"zip:encryption=traditional", "zip:encryption=aes256"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct archive *pack = archive_write_new();
        archive_write_set_format_zip(pack);
        assert_int_equal(archive_write_set_options(pack, ways[i]), ARCHIVE_OK);
        archive_write_set_passphrase(pack, "pass");
        assert_int_equal(archive_write_open_filename(pack, in("a.zip")), ARCHIVE_OK);
        pack_file(pack, "server.c", program);
        pack_close(pack);
        expect_refused("a.zip", "encrypted");
    }
}

static void pack_usual(const char *name)
{
    struct archive *pack = pack_open(name);
    char noise[3000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)next_random();
    pack_entry(pack, "work", AE_IFDIR, NULL, NULL, 0, 1);
    pack_bytes(pack, "work/noise", noise, sizeof noise);
    pack_file(pack, "work/server.c", program);
    pack_file(pack, "work/notes.txt", "notes");
    pack_close(pack);
}

/* Whatever it is: an answer, a sentence, and nothing but the target. */
static void expect_answer(const char *name)
{
    struct taken taken = take_path(in(name));
    if (taken.answer != 0)
        fail_msg("failed: %s", taken.failure.text);
    assert_int_equal(taken.outcome == INTAKE_TAKEN, is_there("target"));
    if (taken.outcome == INTAKE_TAKEN)
        remove_target();
    else
        assert_true(strlen(taken.why) > 10);
    assert_false(is_there("server.c"));
    assert_false(is_there("work/server.c"));
}

static void cut_off(void **state)
{
    static const char *const names[] = {"a.zip", "a.tar.gz", "a.tar.xz", NULL};
    (void)state;
    for (size_t i = 0; names[i]; i++) {
        size_t size;
        pack_usual(names[i]);
        char *bytes = read_bytes(names[i], &size);
        for (int cut = 0; cut < 50; cut++) {
            size_t left = next_random() % size;
            write_bytes(names[i], bytes, left);
            struct taken taken = take_path(in(names[i]));
            expect_was_refused(&taken, left ? "cut off" : "0 bytes");
        }
        free(bytes);
    }
}

static void flipped_bytes(void **state)
{
    static const char *const names[] = {"a.zip", "a.tar", "a.tar.gz", "a.tar.xz", NULL};
    (void)state;
    for (size_t i = 0; names[i]; i++) {
        size_t size;
        pack_usual(names[i]);
        char *bytes = read_bytes(names[i], &size);
        for (int flip = 0; flip < 200; flip++) {
            size_t place = next_random() % size;
            char before = bytes[place];
            bytes[place] = (char)next_random();
            write_bytes(names[i], bytes, size);
            expect_answer(names[i]);
            bytes[place] = before;
        }
        free(bytes);
    }
}

/* Bytes of all archives in one another's place. */
static void noise(void **state)
{
    char bytes[2048];
    (void)state;
    for (int turn = 0; turn < 200; turn++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)next_random();
        static const char *const magic[] = {"PK\3\4", "\x1f\x8b\x08",
                                            "\xfd"
                                            "7zXZ",
                                            "PK\5\6"};
        memcpy(bytes, magic[turn % 4], strlen(magic[turn % 4]));
        write_bytes("noise.zip", bytes, sizeof bytes);
        expect_answer("noise.zip");
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        T(bombs),         T(too_much),       T(one_file_too_large), T(too_many),
        T(too_deep),      T(not_an_archive), T(encrypted),          T(cut_off),
        T(flipped_bytes), T(noise),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
