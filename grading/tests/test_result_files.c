/* Files of results: hostile ones are refused, ours are written whole or not at all. */
#include "grading/tests/graded.h"

#include <errno.h>

#include "grading/result/whole.h"

static void put(const void *bytes, size_t size)
{
    FILE *out = fopen(graded_path, "we");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

static void refused(const char *part)
{
    struct failure failure = {0};
    assert_null(result_read(graded_path, &failure));
    assert_int_equal(failure.status, STATUS_MACHINE);
    assert_says(failure.text, graded_path);
    assert_says(failure.text, part);
}

/* --- hostile files --- */

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "\xff\xfe",
                                        "{\"a\": NaN}",
                                        "{} {}",
                                        "{\"a\": 1e999}",
                                        "{\"a\":1,\"a\":2}",
                                        "{\"a\": \"\\u0000\"}",
                                        "{\"a\": \"\xc0\"}",
                                        "\xef\xbb\xbf{}",
                                        "{\"a\": -Infinity}",
                                        "{\"a\": \"\n\"}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put(texts[i], strlen(texts[i]));
        refused("");
    }
    put("{\"a\": \"\x1b[31m\"}", 14);
    refused("line 1");
}

static void what_is_too_deep_is_refused(void **state)
{
    (void)state;
    size_t size = 500000;
    char *deep = malloc(2 * size);
    memset(deep, '[', size);
    memset(deep + size, ']', size);
    put(deep, 2 * size);
    free(deep);
    refused("no sound JSON");
}

static void what_holds_too_much_is_refused(void **state)
{
    (void)state;
    size_t size = 3 * RESULT_VALUES;
    char *wide = malloc(size);
    for (size_t i = 0; i < size; i += 3)
        memcpy(wide + i, i ? "{}," : "[{}", 3);
    put(wide, size);
    refused("more than 1000000 values");
    /* Signs within a text are no values, also behind a quoted quote. */
    memset(wide, ',', size);
    memcpy(wide, "{\"a\": \"\\\"", 9);
    memcpy(wide + size - 2, "\"}", 2);
    put(wide, size);
    refused("schema");
    free(wide);
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    put("", 0);
    assert_int_equal(truncate(graded_path, RESULT_BYTES + 1), 0);
    refused("larger than 64 MiB");
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct failure failure = {0};
    refused(strerror(ENOENT));
    assert_int_equal(mkfifo(graded_path, 0600), 0);
    refused("no plain file");
    assert_null(result_read(graded_home, &failure));
    assert_null(result_read("/dev/zero", &failure));
    assert_says(failure.text, "no plain file");
}

static char *sound(size_t *size)
{
    struct failure failure = {0};
    struct result result = graded_full();
    assert_int_equal(result_write(&result, graded_path, &failure), 0);
    json_decref(result.report);
    char *text = malloc(4096);
    FILE *in = fopen(graded_path, "re");
    assert_non_null(in);
    *size = fread(text, 1, 4096, in);
    fclose(in);
    return text;
}

static void half_a_file_is_refused(void **state)
{
    (void)state;
    size_t size;
    char *text = sound(&size);
    for (size_t part = 0; part < size - 2; part++) { /* all but the newline */
        put(text, part);
        refused("");
    }
    free(text);
}

/* Whatever comes out of it is sound itself. */
static void spoilt_bytes_spoil_nothing_else(void **state)
{
    (void)state;
    size_t size;
    char *text = sound(&size);
    char *spoilt = malloc(size);
    srandom(1);
    for (int round = 0; round < 4000; round++) {
        struct failure failure = {0};
        memcpy(spoilt, text, size);
        for (long i = random() % 4; i >= 0; i--)
            spoilt[(size_t)random() % size] = (char)(random() % 256);
        put(spoilt, size);
        struct result *result = result_read(graded_path, &failure);
        assert_true(result ? result->points <= result->max_points : failure.text[0]);
        result_free(result);
    }
    free(spoilt);
    free(text);
}

/* --- writing --- */

static int write_it(const char *target, struct failure *failure)
{
    struct result result = graded("ada", 86);
    return result_write(&result, target, failure);
}

static int write_beyond_limit(void *with)
{
    struct failure *failure = with;
    graded_limit(100);
    return write_it(graded_path, failure) < 0 && strstr(failure->text, "Make room") ? 0 : 1;
}

static void what_does_not_fit_leaves_the_old(void **state)
{
    (void)state;
    struct failure failure = {0};
    put("old", 3);
    assert_int_equal(graded_apart(write_beyond_limit, &failure), 0);
    assert_int_equal(graded_count(graded_home), 1);
    struct stat about;
    assert_int_equal(stat(graded_path, &about), 0);
    assert_int_equal(about.st_size, 3);
}

static int write_as_nobody(void *with)
{
    struct failure *failure = with;
    graded_nobody();
    return write_it(graded_path, failure) < 0 &&
                   strstr(failure->text, "Make its folder writable")
               ? 0
               : 1;
}

static void folders_that_cannot_be_written_are_told(void **state)
{
    (void)state;
    char missing[128];
    struct failure failure = {0};
    snprintf(missing, sizeof missing, "%s/none/1.json", graded_home);
    assert_int_equal(write_it(missing, &failure), -1);
    assert_says(failure.text, missing);
    assert_says(failure.text, "Make its folder first");
    assert_int_equal(chmod(graded_home, 0555), 0);
    assert_int_equal(graded_apart(write_as_nobody, &failure), 0);
    assert_int_equal(chmod(graded_home, 0700), 0);
    assert_int_equal(graded_count(graded_home), 0);
}

static int give_up(FILE *out, const void *what)
{
    (void)what;
    fputs("half", out);
    return -1;
}

static void who_gives_up_leaves_nothing(void **state)
{
    (void)state;
    struct failure failure = {0};
    assert_int_equal(whole_write(graded_path, give_up, NULL, &failure), -1);
    assert_says(failure.text, graded_path);
    assert_int_equal(graded_count(graded_home), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        GRADED(what_is_no_json_is_refused),
        GRADED(what_is_too_deep_is_refused),
        GRADED(what_holds_too_much_is_refused),
        GRADED(what_is_too_large_is_refused),
        GRADED(what_is_no_file_is_refused),
        GRADED(half_a_file_is_refused),
        GRADED(spoilt_bytes_spoil_nothing_else),
        GRADED(what_does_not_fit_leaves_the_old),
        GRADED(folders_that_cannot_be_written_are_told),
        GRADED(who_gives_up_leaves_nothing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
