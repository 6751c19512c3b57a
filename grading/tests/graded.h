/* Results made by hand, and a folder for the files of a test. */
#ifndef IOLAB_TESTS_GRADED_H
#define IOLAB_TESTS_GRADED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <signal.h>

#include "grading/result/result.h"

#define GRADED_FILES  "9f3c0000000000000000000000000000000000000000000000000000000000aa"
#define GRADED_OTHERS "9f3c0000000000000000000000000000000000000000000000000000000000bb"
#define GRADED_COURSE "77ab0000000000000000000000000000000000000000000000000000000000cc"
#define GRADED_LATER  "77ab0000000000000000000000000000000000000000000000000000000000dd"
#define GRADED_LAB    "05-epoll-level"

/* A sound result; its texts are constants, so it is not freed. */
static inline struct result graded(const char *student, double points)
{
    return (struct result){.lab = GRADED_LAB,
                           .student = (char *)student,
                           .files = GRADED_FILES,
                           .course = GRADED_COURSE,
                           .state = RESULT_GRADED,
                           .official = true,
                           .box = "bubblewrap",
                           .limits = "cgroup2",
                           .tries = 1,
                           .lag = 0.004,
                           .started = "2026-11-30T10:00:00Z",
                           .seconds = 9.1,
                           .points = points,
                           .max_points = 100};
}

/* One with everything in it; its report is to be released. */
static inline struct result graded_full(void)
{
    struct result result = graded("ada", 86);
    result.why = "Zeitüberschreitung <b>\n\"=1+1\"";
    result.submitted = "2026-11-28T22:10:00Z";
    result.recordings = "recordings/ada/1";
    result.report = json_pack("{s:s, s:[{s:i, s:s}]}", "schema", "iolab-report/1", "checks",
                              "number", 21, "status", "pass");
    return result;
}

/* On memory where there is such a folder: a test that syncs two thousand times is about order,
   not about the disk. */
static inline void graded_folder(char folder[64])
{
    snprintf(folder, 64, "%s/graded-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder));
}

static inline void graded_remove(const char *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static char graded_home[64], graded_path[96]; /* a folder of the test's own, a file in it */

static inline int graded_set_up(void **state)
{
    (void)state;
    graded_folder(graded_home);
    snprintf(graded_path, sizeof graded_path, "%s/1.json", graded_home);
    return 0;
}

static inline int graded_tear_down(void **state)
{
    (void)state;
    graded_remove(graded_home);
    return 0;
}

#define GRADED(test) cmocka_unit_test_setup_teardown(test, graded_set_up, graded_tear_down)

/* Number of files in a folder. */
static inline int graded_count(const char *folder)
{
    char command[128];
    int count = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    assert_int_equal(fscanf(out, "%d", &count), 1);
    pclose(out);
    return count;
}

/* Runs a part of a test in a process of its own, whose limits, user or end are nobody else's. */
static inline int graded_apart(int (*part)(void *with), void *with)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(part(with));
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Permissions mean nothing to root: be nobody. */
static inline void graded_nobody(void)
{
    if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
        _exit(99);
}

/* Files may not grow beyond `bytes`; writing more is an error, not a signal. */
static inline void graded_limit(size_t bytes)
{
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){bytes, bytes});
}

static inline void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

#endif
