/* Digests: SHA-256 of parts that cannot be shifted into each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/result/digest.h"

static void of_parts(const char *const *parts, char text[65])
{
    struct digest *digest = digest_new();
    assert_non_null(digest);
    for (; *parts; parts++)
        digest_add(digest, *parts, strlen(*parts));
    digest_end(digest, text);
}

/* As other programs make them: printf | sha256sum. */
static void known(void **state)
{
    static const char *const none[] = {NULL}, *const abc[] = {"abc", NULL};
    char text[65];
    (void)state;
    of_parts(none, text);
    assert_string_equal(text,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    of_parts(abc, text); /* seven NULs, "\3abc" */
    assert_string_equal(text,
                        "c3494ca1a2cf8eeb8a11ded316fb55b83c3bbbedb6313cd50415251e5d09e12f");
}

static void parts_stay_apart(void **state)
{
    static const char *const all[][4] = {{"ab", "c"}, {"a", "bc"}, {"abc"},
                                         {"abc", ""}, {"", "abc"}, {"ABC"}};
    char texts[6][65];
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        of_parts(all[i], texts[i]);
        assert_int_equal(strlen(texts[i]), 64);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(texts[i], texts[j]);
    }
}

static void bytes_of_any_kind(void **state)
{
    char one[65], other[65];
    (void)state;
    struct digest *digest = digest_new();
    digest_add(digest, "a\0b", 3);
    digest_end(digest, one);
    digest = digest_new();
    digest_add(digest, "a\0c", 3);
    digest_end(digest, other);
    assert_string_not_equal(one, other);
}

static void a_file_is_as_its_bytes(void **state)
{
    char path[] = "/tmp/iolab-digest-XXXXXX", of_file[65], of_bytes[65];
    size_t size = 200000;
    char *bytes = malloc(size);
    struct failure failure;
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 7 >> 3);
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), size);
    close(file);
    struct digest *digest = digest_new();
    assert_int_equal(digest_add_file(digest, path, &failure), 0);
    digest_end(digest, of_file);
    digest = digest_new();
    digest_add(digest, bytes, size);
    digest_end(digest, of_bytes);
    assert_string_equal(of_file, of_bytes);
    unlink(path);
    free(bytes);
}

static void what_is_no_file(void **state)
{
    char folder[] = "/tmp/iolab-digest-XXXXXX", fifo[64], text[65];
    struct failure failure;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    struct digest *digest = digest_new();
    assert_int_equal(digest_add_file(digest, fifo, &failure), -1);
    assert_int_equal(failure.status, STATUS_MACHINE);
    assert_non_null(strstr(failure.text, fifo));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(digest_add_file(digest, fifo, &failure), -1);
    assert_non_null(strstr(failure.text, "no plain file"));
    assert_int_equal(digest_add_file(digest, folder, &failure), -1);
    digest_end(digest, text);
    unlink(fifo);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known),
        cmocka_unit_test(parts_stay_apart),
        cmocka_unit_test(bytes_of_any_kind),
        cmocka_unit_test(a_file_is_as_its_bytes),
        cmocka_unit_test(what_is_no_file),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
