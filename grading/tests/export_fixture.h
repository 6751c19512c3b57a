/*
 * Results of real gradings of lab 01 (results/), and what the exports make of them. right, wrong (a mutant), hangs and does-not-compile are
 * as graded, their evidence shortened; out-of-time has the first checks of wrong, refused and
 * infrastructure have the state that their names say. Tests run from the root of the tree.
 */
#ifndef GRADING_TESTS_EXPORT_FIXTURE_H
#define GRADING_TESTS_EXPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "grading/export/export.h"

static const char *const result_names[] = {
    "right", "wrong", "hangs", "does-not-compile", "out-of-time", "refused", "infrastructure"};
static const char *const format_names[] = {"gradescope", "classroom50", "prairielearn",
                                           "autolab",    "junit",       "tap"};
#define RESULTS (sizeof result_names / sizeof *result_names)
#define FORMATS (sizeof format_names / sizeof *format_names)

/* What Classroom 50's runner gives. */
#define OPTIONS(detail)                                                                        \
    {                                                                                          \
        .hidden = (detail), .hints = true, .classroom = "networks", .assignment = "lab-01",    \
        .owner = "ada", .submission = "submit/2026-11-28T22-10-00Z-a1b2c3d",                   \
        .commit = "https://git.example.org/ada/commit/a1b2c3d",                                \
        .release = "https://git.example.org/ada/releases/1"                                    \
    }

static inline struct result *result_named(const char *name)
{
    char path[256];
    struct failure failure;
    snprintf(path, sizeof path, "grading/tests/results/%s.json", name);
    struct result *result = result_read(path, &failure);
    if (!result)
        fail_msg("%s", failure.text);
    return result;
}

/* What a format makes of a result; the caller frees it. */
static inline char *exported(const char *format, const struct result *result,
                             const struct export_options *options)
{
    char *text = NULL;
    size_t size = 0;
    struct failure failure = {.text = ""};
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (export_format_find(format)->write(out, result, options, &failure) < 0)
        fail_msg("%s: %s", format, failure.text);
    fclose(out);
    return text;
}

static inline char *exported_at(const char *format, const char *name, enum page_detail detail)
{
    const struct export_options options = OPTIONS(detail);
    struct result *result = result_named(name);
    char *text = exported(format, result, &options);
    result_free(result);
    return text;
}

/* --- of those that are JSON --- */

static inline json_t *exported_json(const char *format, const char *name,
                                    enum page_detail detail)
{
    char *text = exported_at(format, name, detail);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    free(text);
    return json;
}

static inline double number(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static inline const char *text_at(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    assert_non_null(text);
    return text;
}

/* The test whose name has this in it; NULL: none. */
static inline const json_t *test_with(const json_t *json, const char *key, const char *words)
{
    size_t i;
    json_t *test, *tests = json_object_get(json, "tests");
    json_array_foreach(tests, i, test) if (strstr(text_at(test, key), words)) return test;
    return NULL;
}

static inline double sum_of(const json_t *json, const char *key)
{
    double sum = 0;
    size_t i;
    json_t *test, *tests = json_object_get(json, "tests");
    json_array_foreach(tests, i, test) sum += json_number_value(json_object_get(test, key));
    return sum;
}

#endif
