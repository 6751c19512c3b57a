/* Watching changes nothing: closes, epoll sets, signals, stops are as without the tracer. */
#include "tests/traced.h"

#include <sys/epoll.h>
#include <sys/mman.h>

struct server {
    int listener, port;
    int report; /* the program writes what it saw here */
    int told;
};

static void server_make(struct server *server)
{
    int channel[2];
    server->listener = listen_anywhere(&server->port);
    assert_int_equal(pipe(channel), 0);
    server->told = channel[0];
    server->report = channel[1];
}

static void server_free(struct server *server)
{
    close(server->listener);
    close(server->report);
    close(server->told);
}

/* --- close: FIN at once, and out of the epoll set --- */

/* Closes a connection that is in an epoll set and readable, and looks at the set again: nothing
   may be there. Reads, waits and closes are all watched, so copies are made all the time. */
static int close_in_epoll(void *context)
{
    struct server *server = context;
    struct epoll_event event = {.events = EPOLLIN}, got[4];
    char byte;
    int set = epoll_create1(0), seen = 0;
    for (int i = 0; i < 200; i++) {
        int fd = accept(server->listener, NULL, NULL);
        event.data.fd = fd;
        epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
        epoll_wait(set, got, 4, -1);
        recv(fd, &byte, 1, 0);
        recv(fd, &byte, 1, MSG_DONTWAIT);
        shutdown(fd, SHUT_RD); /* from here on it is readable for ever */
        seen += epoll_wait(set, got, 4, 0) != 1;
        close(fd);
        seen += epoll_wait(set, got, 4, 0) != 0;
    }
    return seen;
}

static void test_close(void **state)
{
    (void)state;
    struct traced traced;
    struct server server;
    server_make(&server);
    traced_start(&traced, close_in_epoll, &server);
    for (int i = 0; i < 200; i++) {
        int client = connect_to(server.port);
        assert_int_equal(send(client, "x", 1, MSG_NOSIGNAL), 1);
        expect_end(client);
        close(client);
    }
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 200);
    traced_free(&traced);
    server_free(&server);
}

/* Our own process must hold no copy while the program sleeps in a call. */
static void test_no_copy_is_kept(void **state)
{
    (void)state;
    struct traced traced;
    struct server server;
    server_make(&server);
    traced_start(&traced, close_in_epoll, &server);
    traced_await(&traced, "@accept");
    int before = open("/dev/null", O_RDONLY);
    close(before);
    int client = connect_to(server.port);
    traced_await(&traced, "@wait");
    int after = open("/dev/null", O_RDONLY);
    close(after);
    assert_int_equal(after, before + 1); /* the client alone */
    kill(traced.pid, SIGKILL);
    traced_end(&traced);
    traced_free(&traced);
    close(client);
    server_free(&server);
}

/* --- signals --- */

static void handler(int signal)
{
    (void)signal;
}

static int be_interrupted(void *context)
{
    struct server *server = context;
    struct sigaction action = {.sa_handler = handler};
    char byte;
    sigaction(SIGUSR1, &action, NULL);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR2, &action, NULL);
    if (accept(server->listener, NULL, NULL) >= 0 || errno != EINTR)
        return 1;
    int fd = accept(server->listener, NULL, NULL); /* goes on after SIGUSR2 */
    if (recv(fd, &byte, 1, 0) != 1)
        return 2;
    struct timespec pause = {0, 300000000}, left = {0};
    if (nanosleep(&pause, &left) == 0 || errno != EINTR || left.tv_nsec == 0)
        return 3;
    raise(SIGTERM);
    return 4;
}

static void test_signals(void **state)
{
    (void)state;
    struct traced traced;
    struct server server;
    server_make(&server);
    traced_start(&traced, be_interrupted, &server);
    traced_await(&traced, "@accept");
    kill(traced.pid, SIGUSR1);
    while (trace_count(traced.trace, "@accept", 0) < 2)
        sched_yield();
    kill(traced.pid, SIGUSR2);
    while (trace_count(traced.trace, "@accept", 0) < 3)
        sched_yield();
    int client = connect_to(server.port);
    send(client, "x", 1, 0);
    traced_await(&traced, "@sleep");
    kill(traced.pid, SIGUSR1);
    traced_end(&traced);
    assert_true(WIFSIGNALED(traced.status));
    assert_int_equal(WTERMSIG(traced.status), SIGTERM);

    assert_int_equal(traced_want(&traced, EVENT_LEAVE, "accept", 1)->error, EINTR);
    const struct event *again = traced_want(&traced, EVENT_LEAVE, "accept", 2);
    assert_string_equal(again->detail, "made again after the handler");
    assert_true(traced_want(&traced, EVENT_LEAVE, "accept", 3)->result >= 0);
    const char *const names[] = {"SIGUSR1", "SIGUSR2", "SIGUSR1", "SIGTERM"};
    for (int i = 0; i < 4; i++)
        assert_string_equal(traced_want(&traced, EVENT_SIGNAL, NULL, i + 1)->detail, names[i]);
    assert_int_equal(traced_want(&traced, EVENT_THREAD_END, NULL, 1)->result, -SIGTERM);
    traced_free(&traced);
    close(client);
    server_free(&server);
}

static int arm_descriptor(void *context)
{
    int *pair = context;
    struct sigaction action = {.sa_handler = handler};
    sigaction(SIGRTMIN, &action, NULL);
    fcntl(pair[0], F_SETOWN, getpid());
    fcntl(pair[0], F_SETSIG, SIGRTMIN);
    fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK);
    if (write(pair[1], "x", 1) != 1)
        return 1;
    return 0;
}

static void test_signal_of_descriptor(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, arm_descriptor, pair);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    const struct event *event = traced_want(&traced, EVENT_SIGNAL, NULL, 1);
    assert_int_equal(event->fd, pair[0]);
    assert_int_equal(event->result, SIGRTMIN);
    assert_int_equal(event->error, POLL_IN);
    assert_string_equal(event->detail, "SIGRTMIN");
    assert_string_equal(traced_want(&traced, EVENT_ENTER, "fcntl", 3)->detail,
                        "F_SETFL O_RDONLY|O_NONBLOCK|O_ASYNC");
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- stop and continue --- */

static void *count_up(void *context)
{
    _Atomic long *number = context, *enough = number + 1;
    while (!*enough)
        ++*number;
    return NULL;
}

/* One thread sleeps in accept, one computes. */
static int sleep_and_compute(void *context)
{
    struct server *server = context;
    _Atomic long *shared =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, server->told, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, count_up, shared);
    int fd = accept(server->listener, NULL, NULL);
    shared[1] = 1;
    pthread_join(thread, NULL);
    return fd < 0;
}

static void test_stop(void **state)
{
    (void)state;
    struct traced traced;
    struct server server = {.told = memfd_create("test", 0)};
    server.listener = listen_anywhere(&server.port);
    assert_int_equal(ftruncate(server.told, 4096), 0);
    _Atomic long *number = mmap(NULL, 4096, PROT_READ, MAP_SHARED, server.told, 0);
    traced_start(&traced, sleep_and_compute, &server);
    traced_await(&traced, "@accept");
    while (*number == 0)
        sched_yield();
    assert_false(trace_stopped(traced.trace));
    kill(traced.pid, SIGSTOP);
    while (!trace_stopped(traced.trace))
        sched_yield();
    long stood = *number;
    int client = connect_to(server.port);
    struct timespec pause = {0, 50000000};
    nanosleep(&pause, NULL);
    assert_int_equal(*number, stood);
    kill(traced.pid, SIGCONT);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    /* accept was broken off and went on: one call for the program, and in the recording. */
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "accept"), 1);
    assert_true(traced_want(&traced, EVENT_LEAVE, "accept", 1)->result >= 0);
    traced_free(&traced);
    munmap(number, 4096);
    close(client);
    close(server.listener);
    close(server.told);
}

/* A sleep that a stop breaks off goes on as restart_syscall, and ends when it should. */
static int sleep_a_while(void *context)
{
    (void)context;
    struct timespec pause = {0, 200000000};
    return nanosleep(&pause, NULL) != 0;
}

static void test_stopped_sleep(void **state)
{
    (void)state;
    struct traced traced;
    traced_start(&traced, sleep_a_while, NULL);
    traced_await(&traced, "@sleep");
    kill(traced.pid, SIGSTOP);
    while (!trace_stopped(traced.trace))
        sched_yield();
    kill(traced.pid, SIGCONT);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    assert_int_equal(traced_count(&traced, EVENT_LEAVE, "clock_nanosleep"), 1);
    const struct event *enter = traced_want(&traced, EVENT_ENTER, "clock_nanosleep", 1);
    const struct event *leave = recording_leave(traced.recording, enter);
    assert_int_equal(leave->error, 0);
    assert_true(leave->time - enter->time >= 200 * CLOCK_MILLISECOND);
    traced_free(&traced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close),   cmocka_unit_test(test_no_copy_is_kept),
        cmocka_unit_test(test_signals), cmocka_unit_test(test_signal_of_descriptor),
        cmocka_unit_test(test_stop),    cmocka_unit_test(test_stopped_sleep),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
