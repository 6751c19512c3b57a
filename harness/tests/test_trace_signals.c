/* Calls about signals: names, details, what was pending, signalfd; counts by words of details. */
#include "tests/traced.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

static void ignore(int signal)
{
    (void)signal;
}

static sigset_t set_of(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

/* --- details, and counts by their words --- */

static int arm(void *context)
{
    int fd = *(int *)context, on = 1;
    struct f_owner_ex owner = {F_OWNER_PID, getpid()};
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETOWN_EX, &owner);
    fcntl(fd, F_SETSIG, SIGRTMIN + 1);
    fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
    fcntl(fd, F_SETFL, 0);
    ioctl(fd, FIOASYNC, &on);
    return recv(fd, &on, 1, 0) != 1;
}

static void expect_detail(const struct traced *traced, const char *call, int nth,
                          const char *want)
{
    const struct event *event = traced_want(traced, EVENT_ENTER, call, nth);
    assert_non_null(event->detail);
    assert_string_equal(event->detail, want);
}

static void test_arming(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    char owner[64];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, arm, &pair[1]);
    traced_await(&traced, "recv");
    assert_int_equal(trace_count(traced.trace, "fcntl", 0), 5);
    assert_int_equal(trace_count(traced.trace, "fcntl:F_SETFL", 0), 2);
    assert_int_equal(trace_count(traced.trace, "fcntl:O_ASYNC", 0), 1);
    assert_int_equal(trace_count(traced.trace, "fcntl:SIGRTMIN+1", 0), 1);
    assert_int_equal(trace_count(traced.trace, "ioctl:FIOASYNC", 0), 1);
    assert_int_equal(trace_count(traced.trace, "ioctl:FIONBIO", 0), 0);
    assert_int_equal(trace_count(traced.trace, "recv:O_ASYNC", 0), 0);
    snprintf(owner, sizeof owner, "F_SETOWN_EX F_OWNER_PID %d", traced.pid);
    assert_int_equal(write(pair[0], "x", 1), 1);
    traced_end(&traced);
    expect_detail(&traced, "fcntl", 2, owner);
    expect_detail(&traced, "fcntl", 3, "F_SETSIG SIGRTMIN+1");
    expect_detail(&traced, "fcntl", 4, "F_SETFL O_RDONLY|O_NONBLOCK|O_ASYNC");
    expect_detail(&traced, "ioctl", 1, "FIOASYNC 1");
    const struct event *enter = traced_want(&traced, EVENT_ENTER, "fcntl", 4);
    assert_true(phase_enter_is(enter, "fcntl:O_ASYNC"));
    assert_false(phase_enter_is(enter, "fcntl:O_APPEND"));
    assert_false(phase_enter_is(enter, "fcntl:ASYNC"));
    assert_false(phase_enter_is(enter, "ioctl:O_ASYNC"));
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- masks and waits --- */

static void *nothing(void *context)
{
    return context;
}

/* One signal is pending when it is waited for; the next ones come when the program sleeps. */
static int wait_for_signals(void *context)
{
    sigset_t set = set_of(SIGUSR1), none, all;
    pthread_t thread;
    (void)context;
    sigemptyset(&none);
    sigfillset(&all);
    signal(SIGUSR1, ignore);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, nothing, NULL);
    pthread_join(thread, NULL);
    kill(getpid(), SIGUSR1);
    if (sigwaitinfo(&set, NULL) != SIGUSR1)
        return 1;
    if (sigtimedwait(&set, NULL, &(struct timespec){0}) != -1)
        return 2;
    sigsuspend(&none);
    if (sigwaitinfo(&set, NULL) != SIGUSR1)
        return 3;
    sigprocmask(SIG_SETMASK, &all, NULL);
    return 0;
}

/* Asleep in `call`: a signal is all that can wake it. */
static void wake(struct traced *traced, const char *call)
{
    traced_await(traced, call);
    poll(NULL, 0, 3); /* so that it also lasts longer than any call that does not sleep */
    kill(traced->pid, SIGUSR1);
}

static void expect_slept(const struct traced *traced, const char *call, int nth,
                         enum event_ternary want)
{
    const struct event *enter = traced_want(traced, EVENT_ENTER, call, nth);
    assert_int_equal(phase_slept(traced->recording, enter), want);
}

static void test_waits(void **state)
{
    (void)state;
    traced_gets_signals();
    struct traced traced;
    traced_start(&traced, wait_for_signals, NULL);
    wake(&traced, "sigsuspend");
    wake(&traced, "sigwaitinfo");
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    /* The masks that the C library sets while it makes a thread are not the program's. */
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "sigprocmask"), 2);
    expect_detail(&traced, "sigprocmask", 1, "SIG_BLOCK {SIGUSR1}");
    expect_detail(&traced, "sigprocmask", 2, "SIG_SETMASK all");
    expect_detail(&traced, "sigwaitinfo", 1, "{SIGUSR1}");
    expect_detail(&traced, "sigsuspend", 1, "{}");
    assert_string_equal(traced_want(&traced, EVENT_LEAVE, "sigwaitinfo", 1)->detail, "SIGUSR1");
    expect_slept(&traced, "sigwaitinfo", 1, EVENT_NO);
    expect_slept(&traced, "sigtimedwait", 1, EVENT_NO);
    expect_slept(&traced, "sigsuspend", 1, EVENT_YES);
    expect_slept(&traced, "sigwaitinfo", 2, EVENT_YES);
    struct phases phases;
    assert_int_equal(phases_derive(traced.recording, &phases), 0);
    int paused = 0;
    for (size_t i = 0; i < phases.count; i++)
        paused += phases.spans[i].kind == PHASE_PAUSED;
    assert_int_equal(paused, 2);
    phases_free(&phases);
    traced_free(&traced);
}

/* --- signalfd --- */

enum { ROUNDS = 20 };

static int take(int fd)
{
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : -1;
}

/* Signals that come between two waits: epoll must still tell of each. */
static int signals_by_descriptor(void *context)
{
    sigset_t set = set_of(SIGUSR1);
    (void)context;
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, 0), epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    struct pollfd one = {.fd = fd, .events = POLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    for (int round = 0; round < ROUNDS; round++) {
        if (epoll_wait(epoll, &event, 1, 0) != 0 || poll(&one, 1, 0) != 0)
            return 1;
        kill(getpid(), SIGUSR1);
        struct pollfd outer = {.fd = epoll, .events = POLLIN};
        if (poll(&one, 1, 10000) != 1 || poll(&outer, 1, 10000) != 1)
            return 2;
        if (epoll_wait(epoll, &event, 1, 10000) != 1 || take(fd) != SIGUSR1)
            return 3;
    }
    return take(fd) != SIGUSR1;
}

static void test_signalfd(void **state)
{
    (void)state;
    struct traced traced;
    traced_start(&traced, signals_by_descriptor, NULL);
    int64_t limit = clock_now() + 20 * CLOCK_SECOND;
    while (trace_count(traced.trace, "read", 0) <= ROUNDS && clock_now() < limit)
        sched_yield();
    wake(&traced, "read");
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    expect_detail(&traced, "signalfd", 1, "{SIGUSR1}");
    int fd = traced_want(&traced, EVENT_LEAVE, "signalfd", 1)->fd;
    const struct event *first = traced_want(&traced, EVENT_ENTER, "read", 1);
    const struct event *last = traced_want(&traced, EVENT_ENTER, "read", ROUNDS + 1);
    assert_int_equal(first->fd, fd);
    assert_int_equal(first->connection, 0);
    assert_int_equal(first->ready, EVENT_YES);
    assert_int_equal(last->ready, EVENT_NO);
    assert_string_equal(traced_want(&traced, EVENT_LEAVE, "read", 1)->detail, "SIGUSR1");
    assert_int_equal(traced_want(&traced, EVENT_ENTER, "poll", 1)->ready, EVENT_NO);
    assert_int_equal(traced_want(&traced, EVENT_ENTER, "poll", 2)->ready, EVENT_YES);
    assert_int_equal(traced_want(&traced, EVENT_ENTER, "poll", 3)->ready, EVENT_YES);
    assert_int_equal(traced_want(&traced, EVENT_ENTER, "epoll_wait", 2)->ready, EVENT_YES);
    traced_free(&traced);
}

/* --- signals of descriptors --- */

/* One is taken by a wait, with the descriptor that it tells of. */
static int taken_from_queue(void *context)
{
    int fd = *(int *)context;
    sigset_t set = set_of(SIGRTMIN + 1);
    siginfo_t info;
    char byte;
    sigprocmask(SIG_BLOCK, &set, NULL);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, SIGRTMIN + 1);
    fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
    sigwaitinfo(&set, &info);
    return info.si_fd != fd || recv(fd, &byte, 1, 0) != 1;
}

static void test_descriptor_of_a_taken_signal(void **state)
{
    (void)state;
    struct traced traced;
    int port, listener = listen_anywhere(&port);
    int client = connect_to(port), fd = accept(listener, NULL, NULL);
    char want[64];
    traced_start(&traced, taken_from_queue, &fd);
    traced_await(&traced, "sigwaitinfo");
    assert_int_equal(write(client, "x", 1), 1);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    snprintf(want, sizeof want, "SIGRTMIN+1 {%d:IN}", fd);
    assert_string_equal(traced_want(&traced, EVENT_LEAVE, "sigwaitinfo", 1)->detail, want);
    traced_free(&traced);
    close(listener);
    close(client);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arming),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_signalfd),
        cmocka_unit_test(test_descriptor_of_a_taken_signal),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
