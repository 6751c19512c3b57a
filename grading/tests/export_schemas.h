/*
 * Files of exports, held against the schemas in schemas/: all documents of a format by one run of
 * jq, xmllint or awk. Tests run from the root of the tree.
 */
#ifndef GRADING_TESTS_EXPORT_SCHEMAS_H
#define GRADING_TESTS_EXPORT_SCHEMAS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void append(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "ae");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

/* The last two lines, which are all that Autolab's schema is about. */
static inline const char *last_two(const char *text)
{
    const char *at = text + strlen(text);
    for (int lines = 0; at > text; at--)
        if (at[-1] == '\n' && ++lines == 3)
            break;
    return at;
}

/* One more document of a format. XML stands in a file of its own. */
static inline void keep(const char *folder, const char *format, const char *text, size_t place)
{
    char name[64];
    snprintf(name, sizeof name, "%s", format);
    if (strcmp(format, "junit") == 0)
        snprintf(name, sizeof name, "junit-%04zu.xml", place);
    append(folder, name, strcmp(format, "autolab") == 0 ? last_two(text) : text);
}

/* Runs a program; what it says goes into a file of the folder. Its exit status. */
static inline int run(const char *folder, char *const *arguments)
{
    extern char **environ;
    char path[512];
    pid_t child;
    int status;
    posix_spawn_file_actions_t actions;
    snprintf(path, sizeof path, "%s/said", folder);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    assert_int_equal(posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the program said, cut; static. */
static inline const char *said(const char *folder)
{
    static char text[2000];
    char path[512];
    snprintf(path, sizeof path, "%s/said", folder);
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    return text;
}

static inline void hold_json(const char *folder, const char *format)
{
    char schema[256], path[512];
    snprintf(schema, sizeof schema, "grading/tests/schemas/%s.jq", format);
    snprintf(path, sizeof path, "%s/%s", folder, format);
    char *arguments[] = {"jq", "-n", "-c", "-f", schema, path, NULL};
    if (run(folder, arguments) != 0 || strcmp(said(folder), "[]\n") != 0)
        fail_msg("%s: %s", format, said(folder));
}

static inline void hold_junit(const char *folder, size_t count)
{
    char schema[] = "grading/tests/schemas/junit.xsd";
    char **arguments = calloc(4 + count + 1, sizeof *arguments);
    assert_non_null(arguments);
    char *first[] = {"xmllint", "--noout", "--schema", schema};
    memcpy(arguments, first, sizeof first);
    for (size_t i = 0; i < count; i++)
        assert_true(asprintf(&arguments[4 + i], "%s/junit-%04zu.xml", folder, i) > 0);
    int status = run(folder, arguments);
    for (size_t i = 0; i < count; i++)
        free(arguments[4 + i]);
    free(arguments);
    if (status != 0)
        fail_msg("junit: %s", said(folder));
}

/* All that was kept: `count` documents of each format. */
static inline void hold_all(const char *folder, size_t count)
{
    char path[512], schema[] = "grading/tests/schemas/tap.awk";
    hold_json(folder, "gradescope");
    hold_json(folder, "classroom50");
    hold_json(folder, "prairielearn");
    hold_json(folder, "autolab");
    hold_junit(folder, count);
    snprintf(path, sizeof path, "%s/tap", folder);
    char *arguments[] = {"awk", "-f", schema, path, NULL};
    if (run(folder, arguments) != 0)
        fail_msg("tap: %s", said(folder));
}

static inline int make_folder(void **state)
{
    char path[] = "/tmp/iolab-export-XXXXXX";
    *state = mkdtemp(path) ? strdup(path) : NULL;
    return *state ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    char *arguments[] = {"rm", "-rf", *state, NULL};
    extern char **environ;
    pid_t child;
    int status = -1;
    if (posix_spawnp(&child, "rm", NULL, NULL, arguments, environ) == 0)
        waitpid(child, &status, 0);
    free(*state);
    return status;
}

#endif
