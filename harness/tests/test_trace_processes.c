/* Threads and processes: many at once, made in every way, ended at any moment. */
#include "tests/traced.h"

#include <sched.h>
#include <sys/resource.h>

struct server {
    int listener, port, count;
};

/* --- many --- */

static _Atomic int connections_left; /* of the program */

/* The last one ends the program without exit(), where LeakSanitizer would do work of its own. */
static void *echo(void *context)
{
    int fd = (int)(intptr_t)context;
    char buffer[256];
    ssize_t got;
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0)
        send(fd, buffer, (size_t)got, MSG_NOSIGNAL);
    close(fd);
    if (--connections_left == 0)
        _exit(0);
    return NULL;
}

/* A thread a connection; the main thread ends first, which is no end of the process. */
static int serve_by_threads(void *context)
{
    struct server *server = context;
    connections_left = server->count;
    for (int i = 0; i < server->count; i++) {
        pthread_t thread;
        int fd = accept(server->listener, NULL, NULL);
        if (pthread_create(&thread, NULL, echo, (void *)(intptr_t)fd) != 0)
            return 1;
        pthread_detach(thread);
    }
    pthread_exit(NULL);
}

static void test_fifty_threads(void **state)
{
    (void)state;
    traced_counts_threads();
    struct traced traced;
    struct server server = {.count = 50};
    int clients[50];
    server.listener = listen_anywhere(&server.port);
    traced_start(&traced, serve_by_threads, &server);
    for (int i = 0; i < 50; i++)
        clients[i] = connect_to(server.port);
    while (trace_count(traced.trace, "pthread_create", 0) < 50)
        sched_yield();
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 50; i++)
            assert_int_equal(send(clients[i], "abcdefgh", 8, 0), 8);
        for (int i = 0; i < 50; i++)
            expect_bytes(clients[i], "abcdefgh", 8);
    }
    for (int i = 0; i < 50; i++) {
        shutdown(clients[i], SHUT_WR);
        expect_end(clients[i]);
        close(clients[i]);
    }
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_START, NULL), 51);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_END, NULL), 51);
    assert_int_equal(traced_count(&traced, EVENT_OPEN, NULL), 50);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 50);
    assert_true(traced_count(&traced, EVENT_ENTER, "recv") >= 50 * 21);
    for (int i = 1; i <= 50; i++) {
        const struct event *enter = traced_want(&traced, EVENT_ENTER, "recv", i);
        assert_int_not_equal(enter->connection, 0);
        assert_int_not_equal(enter->ready,
                             EVENT_UNKNOWN); /* also when the main thread is gone */
    }
    traced_free(&traced);
    close(server.listener);
}

static int accept_many(void *context)
{
    struct server *server = context;
    char byte;
    for (int i = 0; i < server->count; i++)
        if (accept(server->listener, NULL, NULL) < 0)
            return 1;
    return recv(server->listener + 1, &byte, 1, 0) < 0;
}

static void test_thousand_connections(void **state)
{
    (void)state;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    struct traced traced;
    struct server server = {.count = limit.rlim_cur >= 1100 ? 1000 : (int)limit.rlim_cur - 100};
    int *clients = calloc((size_t)server.count, sizeof *clients);
    server.listener = listen_anywhere(&server.port);
    traced_start(&traced, accept_many, &server);
    for (int i = 0; i < server.count; i++)
        clients[i] = connect_to(server.port);
    for (int i = 0; i < server.count; i++)
        send(clients[i], "x", 1, MSG_NOSIGNAL);
    traced_end(&traced);
    assert_int_equal(traced_count(&traced, EVENT_OPEN, NULL), server.count);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), server.count);
    traced_free(&traced);
    for (int i = 0; i < server.count; i++)
        close(clients[i]);
    free(clients);
    close(server.listener);
}

/* --- made in every way --- */

static int child_pause(void *context)
{
    (void)context;
    sched_yield();
    return 3;
}

static void make_by_vfork(void)
{
    if (vfork() == 0) /* NOLINT: what is tested */
        _exit(3);
}

/* fork, vfork, clone without and with CLONE_FILES: a child that yields once. */
static int make_children(void *context)
{
    static char stack[65536] __attribute__((aligned(16)));
    (void)context;
    int status, sum = 0;
    if (fork() == 0)
        _exit(child_pause(NULL));
    make_by_vfork();
    clone(child_pause, stack + sizeof stack, SIGCHLD, NULL);
    while (wait(&status) > 0)
        sum += WEXITSTATUS(status);
    clone(child_pause, stack + sizeof stack, CLONE_VM | CLONE_FILES | SIGCHLD, NULL);
    while (wait(&status) > 0)
        sum += WEXITSTATUS(status);
    clone(child_pause, stack + sizeof stack, CLONE_VM | CLONE_VFORK, NULL);
    while (waitpid(-1, &status, __WALL) > 0)
        sum += WEXITSTATUS(status);
    return sum;
}

static void test_children(void **state)
{
    (void)state;
    traced_counts_threads();
    struct traced traced;
    traced_start(&traced, make_children, NULL);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 15);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_START, NULL), 6);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_END, NULL), 6);
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "sched_yield"), 4);
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "vfork"), 2);
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "fork"), 3);
    for (int i = 1; i <= 6; i++) {
        const struct event *event = traced_want(&traced, EVENT_THREAD_START, NULL, i);
        assert_string_equal(event->detail, "process");
        assert_int_equal(event->process, i);
        assert_int_equal(event->thread, i);
    }
    traced_free(&traced);
}

/* --- exec --- */

static void *run_true(void *context)
{
    (void)context;
    execl("/bin/sh", "sh", "-c", "exec true", NULL);
    return NULL;
}

static void *sleep_for_ever(void *context)
{
    pause();
    return context;
}

/* exec by a thread that is not the first: it takes over the process's id, the others vanish. */
static int exec_in_thread(void *context)
{
    struct server *server = context;
    pthread_t thread;
    int kept = accept(server->listener, NULL, NULL);
    int closed = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    send(kept, "k", 1, 0);
    send(closed, "c", 1, 0);
    pthread_create(&thread, NULL, sleep_for_ever, NULL);
    pthread_create(&thread, NULL, run_true, NULL);
    pthread_join(thread, NULL);
    return 1;
}

static void test_exec(void **state)
{
    (void)state;
    traced_counts_threads();
    struct traced traced;
    struct server server;
    server.listener = listen_anywhere(&server.port);
    traced_start(&traced, exec_in_thread, &server);
    int kept = connect_to(server.port), closed = connect_to(server.port);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_START, NULL), 3);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_END, NULL), 3);
    /* The one with CLOEXEC is closed by exec, the other by the end of the new program. */
    const struct event *first = traced_want(&traced, EVENT_CLOSE, NULL, 1);
    const struct event *second = traced_want(&traced, EVENT_CLOSE, NULL, 2);
    assert_int_equal(first->connection, traced_want(&traced, EVENT_OPEN, NULL, 2)->connection);
    assert_int_equal(second->connection, traced_want(&traced, EVENT_OPEN, NULL, 1)->connection);
    assert_true(second->number > traced_want(&traced, EVENT_ENTER, "execve", 2)->number);
    traced_free(&traced);
    close(kept);
    close(closed);
    close(server.listener);
}

/* --- ended at any moment --- */

/* Threads and children that are made and ended without end. */
static void *churn(void *context)
{
    pthread_t thread;
    for (int i = 0; context || i < 3; i++) {
        if (context && pthread_create(&thread, NULL, churn, NULL) == 0)
            pthread_join(thread, NULL);
        sched_yield();
    }
    return NULL;
}

static int churn_for_ever(void *context)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, churn, context);
    for (;;) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
}

static void test_killed(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct traced traced;
        traced_start(&traced, churn_for_ever, &traced);
        while (trace_count(traced.trace, "@thread", 0) < i + 1)
            sched_yield();
        kill(traced.pid, SIGKILL);
        traced_end(&traced);
        assert_true(WIFSIGNALED(traced.status));
        assert_int_equal(WTERMSIG(traced.status), SIGKILL);
        assert_int_equal(traced_count(&traced, EVENT_THREAD_START, NULL),
                         traced_count(&traced, EVENT_THREAD_END, NULL));
        traced_free(&traced);
    }
}

/* trace_kill ends children too that outlive their parent. */
static int leave_children(void *context)
{
    (void)context;
    for (int i = 0; i < 5; i++)
        if (fork() == 0)
            pause();
    return 0;
}

static void test_kill_all(void **state)
{
    (void)state;
    traced_counts_threads();
    struct traced traced;
    int status;
    traced_start(&traced, leave_children, NULL);
    while (!trace_status(traced.trace, &status) || trace_count(traced.trace, "pause", 0) < 5)
        sched_yield();
    assert_false(trace_ended(traced.trace));
    trace_kill(traced.trace);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_END, NULL), 6);
    traced_free(&traced);
}

/* --- what cannot be watched --- */

static void test_refused(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct trace_options options = {0};
    assert_null(trace_start(getpid(), &options, &failure));
    assert_int_equal(failure.status, STATUS_MACHINE);
    assert_non_null(strstr(failure.text, "cannot watch process"));
}

static void test_tier(void **state)
{
    (void)state;
    char why[512];
    assert_int_equal(trace_tier_available(why, sizeof why), TIER_PTRACE);
    assert_string_equal(why, "");
    assert_string_equal(trace_tier_name(TIER_PTRACE), "ptrace");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* it leaves no child behind */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifty_threads), cmocka_unit_test(test_thousand_connections),
        cmocka_unit_test(test_children),      cmocka_unit_test(test_exec),
        cmocka_unit_test(test_killed),        cmocka_unit_test(test_kill_all),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_tier),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
