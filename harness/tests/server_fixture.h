/*
 * For the tests of harness/server: a victim built once, and each test in workers of its own, in
 * every way that this machine allows: with namespaces and without, as root and as somebody
 * else.
 *
 * The test process is a subreaper: whatever a worker leaves behind becomes its child. A test
 * ends only when it has none, so that a process left behind is seen, whoever else is busy here.
 */
#ifndef IOLAB_SERVER_FIXTURE_H
#define IOLAB_SERVER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/server.h"

#define STRANGER 65534 /* nobody: an ordinary user when the tests run as root */

/* In a worker, where cmocka's assertions would go on with the parent's tests. */
#define CHECK(condition)                                                                       \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            fprintf(stderr, "# %s:%d: %s (%s, user %u)\n", __FILE__, __LINE__, #condition,     \
                    getenv("IOLAB_ISOLATION") ? "group" : "namespaces", (unsigned)geteuid());  \
            _exit(1);                                                                          \
        }                                                                                      \
    } while (0)

static char fixture_folder[PATH_MAX], fixture_program[PATH_MAX + 16];

static inline int fixture_remove_entry(const char *path, const struct stat *status, int kind,
                                       struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static inline void fixture_remove(const char *folder)
{
    nftw(folder, fixture_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* The folder of this source file: the victim stands beside it. */
static inline void fixture_beside(char *path, size_t size, const char *name)
{
    const char *slash = strrchr(__FILE__, '/');
    snprintf(path, size, "%.*s/%s", slash ? (int)(slash - __FILE__) : 1, slash ? __FILE__ : ".",
             name);
}

static inline int fixture_build(void **state)
{
    (void)state;
    char victim[PATH_MAX], support[PATH_MAX];
    fixture_beside(victim, sizeof victim, "victim");
    fixture_beside(support, sizeof support, "../support");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const char *temporary = getenv("TMPDIR");
    snprintf(fixture_folder, sizeof fixture_folder, "%s/iolab-test-XXXXXX",
             temporary ? temporary : "/tmp");
    if (!mkdtemp(fixture_folder) || chmod(fixture_folder, 01777) < 0)
        return -1;
    snprintf(fixture_program, sizeof fixture_program, "%s/server", fixture_folder);
    struct build_spec spec = {
        .folder = victim,
        .files = (const char *const[]){"server.c", NULL},
        .support = support,
        .output = fixture_program,
        .seconds = 60,
    };
    struct build_result result;
    struct failure failure;
    int status = server_build(&spec, &result, &failure);
    if (status != 0)
        fprintf(stderr, "%s\n", status < 0 ? failure.text : result.messages);
    if (status >= 0)
        free(result.messages);
    return status;
}

static inline int fixture_clean(void **state)
{
    (void)state;
    fixture_remove(fixture_folder);
    return 0;
}

/* --- ways to run --- */

struct fixture_way {
    bool group, stranger;
};

/* In the worker: becomes who it should be. */
static inline void fixture_become(struct fixture_way way)
{
    if (way.stranger) {
        CHECK(setgroups(0, NULL) == 0);
        CHECK(setgid(STRANGER) == 0 && setuid(STRANGER) == 0);
        prctl(PR_SET_DUMPABLE, 1);
    }
    if (way.group)
        setenv("IOLAB_ISOLATION", "group", 1);
    else
        unsetenv("IOLAB_ISOLATION");
    alarm(120); /* a hanging test is to fail, not to hang */
}

static inline void fixture_isolate(void)
{
    enum isolation got;
    struct failure failure;
    if (server_isolate(&got, &failure) < 0) {
        fprintf(stderr, "# %s\n", failure.text);
        _exit(1);
    }
}

/* Until no process that a worker started is left. */
static inline void fixture_reap_all(void)
{
    alarm(120);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    alarm(0);
    assert_int_equal(errno, ECHILD);
}

static inline pid_t fixture_worker(struct fixture_way way, void (*body)(void))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        fixture_become(way);
        fixture_isolate();
        body();
        _exit(0);
    }
    return pid;
}

static inline void fixture_in_way(struct fixture_way way, void (*body)(void))
{
    pid_t pid = fixture_worker(way, body);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    /* Before the status: a failed worker leaves others that the next test must not meet. */
    fixture_reap_all();
    assert_int_equal(status, 0);
}

static const struct fixture_way fixture_ways[] = {
    {false, false}, {true, false}, {false, true}, {true, true}};

static inline size_t fixture_way_count(void)
{
    return geteuid() == 0 ? 4 : 2;
}

static inline void fixture_every_way(void (*body)(void))
{
    for (size_t i = 0; i < fixture_way_count(); i++)
        fixture_in_way(fixture_ways[i], body);
}

/* --- in a worker: a server with a behaviour --- */

struct fixture_server {
    struct server *server;
    char folder[PATH_MAX], output[PATH_MAX + 16];
};

static inline struct fixture_server fixture_prepare(const char *behaviour,
                                                    const struct limits *limits)
{
    struct fixture_server made;
    int size = snprintf(made.folder, sizeof made.folder, "%s/run-XXXXXX", fixture_folder);
    CHECK(size < (int)sizeof made.folder);
    CHECK(mkdtemp(made.folder));
    snprintf(made.output, sizeof made.output, "%s/output", made.folder);
    char *arguments[] = {(char *)"PORT", (char *)behaviour, NULL};
    struct server_spec spec = {
        .program = fixture_program,
        .arguments = arguments,
        .port = 7000,
        .folder = made.folder,
        .output = made.output,
    };
    if (limits)
        spec.limits = *limits;
    struct failure failure = {.text = ""};
    made.server = server_prepare(&spec, &failure);
    if (!made.server)
        fprintf(stderr, "# %s\n", failure.text);
    CHECK(made.server);
    CHECK(server_pid(made.server) > 0);
    return made;
}

static inline struct fixture_server fixture_start(const char *behaviour,
                                                  const struct limits *limits)
{
    struct fixture_server made = fixture_prepare(behaviour, limits);
    struct failure failure;
    if (server_release(made.server, &failure) < 0) {
        fprintf(stderr, "# %s\n", failure.text);
        _exit(1);
    }
    return made;
}

/* Asks every two milliseconds; alarm() ends a wait in vain. */
#define fixture_wait_until(condition)                                                          \
    while (!(condition))                                                                       \
    poll(NULL, 0, 2)

static inline void fixture_finish(struct fixture_server *made)
{
    server_close(made->server);
    fixture_remove(made->folder);
}

/* What the server printed; caller frees. */
static inline char *fixture_output(const struct fixture_server *made)
{
    FILE *file = fopen(made->output, "re");
    CHECK(file);
    char *text = calloc(1, 65536);
    size_t size = fread(text, 1, 65535, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

#endif
