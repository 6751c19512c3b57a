/* Faults at the stop, threads held, questions while the program runs. */
#include "tests/traced.h"

#include <sys/uio.h>

/* --- errors and short counts --- */

enum { PAYLOAD = 8 };

/* Sends 8 bytes eight ways round a pair of sockets; reports the results of all calls. */
static int move_bytes(void *context)
{
    int *pair = context;
    char buffer[64] = "", head[3], tail[61];
    int64_t results[9];
    struct iovec in[2] = {{head, sizeof head}, {tail, sizeof tail}};
    struct iovec out[2] = {{"abc", 3}, {"defgh", 5}}, kept[2];
    struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
    memcpy(kept, out, sizeof kept);
    results[0] = send(pair[1], "abcdefgh", PAYLOAD, 0) == -1 ? -errno : 0;
    results[1] = send(pair[1], "abcdefgh", PAYLOAD, 0) == -1 ? -errno : 0;
    results[2] = send(pair[1], "abcdefgh", PAYLOAD, 0);
    results[3] = recv(pair[0], buffer, 64, 0);
    results[4] = write(pair[1], "abcdefgh", PAYLOAD);
    results[5] = writev(pair[1], out, 2);
    results[6] = sendmsg(pair[1], &message, 0);
    results[7] = readv(pair[0], in, 2);
    results[8] = memcmp(kept, out, sizeof kept) == 0 && in[1].iov_len == sizeof tail;
    return write(pair[1], results, sizeof results) != sizeof results;
}

static void order(struct traced *traced, const char *call, int error, int64_t at_most,
                  int count, int after)
{
    struct trace_fault fault = {
        .call = call, .error = error, .at_most = at_most, .count = count, .after = after};
    trace_fault(traced->trace, &fault);
}

/* The gate is opened before faults can be asked for: the program waits for a byte. */
static int move_bytes_later(void *context)
{
    int *pair = context;
    char byte;
    if (recv(pair[0], &byte, 1, MSG_WAITALL) != 1)
        return 1;
    return move_bytes(context);
}

static void test_faults(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    int64_t results[9];
    char rest[64];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, move_bytes_later, pair);
    traced_await(&traced, "recv");
    order(&traced, "send", EINTR, EVENT_NONE, 1, 0);
    order(&traced, "send", EAGAIN, EVENT_NONE, 1, 0);
    order(&traced, "recv", 0, 5, 1, 0);
    order(&traced, "write", 0, 2, 1, 0);
    order(&traced, "writev", 0, 4, 1, 0);
    order(&traced, "sendmsg", 0, 1, 1, 0);
    order(&traced, "readv", 0, 6, 1, 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    /* 8 sent, 5 received; "ab", "abcd" and "a" sent, 6 received: 4 are left. */
    assert_int_equal(read(pair[0], rest, 4), 4);
    assert_memory_equal(rest, "bcda", 4);
    assert_int_equal(read(pair[0], results, sizeof results), sizeof results);
    const int64_t want[] = {-EINTR, -EAGAIN, 8, 5, 2, 4, 1, 6, 1};
    for (int i = 0; i < 9; i++)
        assert_int_equal(results[i], want[i]);
    assert_int_equal(traced_count(&traced, EVENT_FAULT, NULL), 7);
    const struct event *fault = traced_want(&traced, EVENT_FAULT, "send", 1);
    assert_int_equal(fault->error, EINTR);
    const struct event *enter = recording_find(traced.recording, fault->pair);
    assert_string_equal(enter->call, "send");
    assert_int_equal(recording_leave(traced.recording, enter)->error, EINTR);
    assert_int_equal(traced_want(&traced, EVENT_FAULT, "writev", 1)->bytes, 4);
    assert_int_equal(traced_want(&traced, EVENT_LEAVE, "writev", 1)->bytes, 4);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* Asks in vain, without waiting; then sends itself eight bytes, and asks again. */
static int ask_in_vain(void *context)
{
    int *pair = context;
    char buffer[64];
    int64_t results[3];
    if (recv(pair[0], buffer, 1, MSG_WAITALL) != 1)
        return 1;
    results[0] = recv(pair[0], buffer, sizeof buffer, MSG_DONTWAIT) == -1 ? -errno : 0;
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    results[1] = recv(pair[0], buffer, sizeof buffer, 0) == -1 ? -errno : 0;
    if (send(pair[1], "abcdefgh", PAYLOAD, 0) != PAYLOAD)
        return 1;
    results[2] = recv(pair[0], buffer, sizeof buffer, 0);
    return write(pair[0], results, sizeof results) != sizeof results;
}

static void test_nothing_to_shorten(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    int64_t results[3];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, ask_in_vain, pair);
    traced_await(&traced, "recv");
    order(&traced, "recv", 0, 5, 1, 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    assert_int_equal(read(pair[1], results, sizeof results), sizeof results);
    assert_int_equal(results[0], -EAGAIN);
    assert_int_equal(results[1], -EAGAIN);
    assert_int_equal(results[2], 5);
    assert_int_equal(traced_count(&traced, EVENT_FAULT, NULL), 1);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* Classes, how many, after how many; and a pass that is not short by itself stays whole. */
static int send_ten(void *context)
{
    int *pair = context;
    char byte;
    int failed = 0;
    if (read(pair[0], &byte, 1) != 1)
        return -1;
    for (int i = 0; i < 10; i++) {
        ssize_t sent = i % 2 ? send(pair[1], "a", 1, 0) : write(pair[1], "a", 1);
        failed |= (sent != 1) << i;
    }
    return write(pair[1], &failed, sizeof failed) != sizeof failed;
}

static void test_count_and_after(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2], failed;
    char rest[7];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, send_ten, pair);
    traced_await(&traced, "@receive");
    order(&traced, "@send", ENOBUFS, EVENT_NONE, 3, 4);
    order(&traced, "@send", 0, 5, 1, 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    traced_end(&traced);
    assert_int_equal(read(pair[0], rest, 7), 7);
    assert_int_equal(read(pair[0], &failed, sizeof failed), sizeof failed);
    assert_int_equal(failed, 7 << 4);
    assert_int_equal(traced_count(&traced, EVENT_FAULT, NULL), 3);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- calls that come late --- */

static void on_signal(int signal)
{
    (void)signal;
}

/* One signal for the suspension, which lets it in, and two for the pause: the first of them
   comes before it, and does not end it. */
static int suspend_and_pause(void *context)
{
    int *pair = context;
    char byte;
    sigset_t blocked, before;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    if (read(pair[0], &byte, 1) != 1)
        return 1;
    sigsuspend(&before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (write(pair[0], "s", 1) != 1)
        return 2;
    pause();
    return 0;
}

static void test_late(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, suspend_and_pause, pair);
    traced_await(&traced, "read");
    trace_fault(traced.trace, &(struct trace_fault){.call = "sigsuspend", .late = true});
    trace_fault(traced.trace, &(struct trace_fault){.call = "pause", .late = true});
    assert_int_equal(write(pair[1], "x", 1), 1);
    traced_await(&traced, "sigsuspend");
    assert_int_equal(trace_count(traced.trace, "sigsuspend", 0), 0); /* it stands before it */
    kill(traced.pid, SIGUSR1);
    expect_bytes(pair[1], "s", 1);
    traced_await(&traced, "pause");
    assert_int_equal(trace_count(traced.trace, "pause", 0), 0);
    kill(traced.pid, SIGUSR1);
    while (trace_count(traced.trace, "pause", 0) == 0)
        nanosleep(&(struct timespec){.tv_nsec = CLOCK_MILLISECOND}, NULL);
    assert_false(trace_ended(traced.trace)); /* the signal was handled before the pause */
    kill(traced.pid, SIGUSR1);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    const struct event *first = traced_want(&traced, EVENT_SIGNAL, NULL, 2);
    const struct event *pause = traced_want(&traced, EVENT_ENTER, "pause", 1);
    assert_true(first->number < pause->number);
    assert_int_equal(traced_count(&traced, EVENT_SIGNAL, NULL), 3);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- threads that stand still --- */

struct crowd {
    int pair[2];
};

static void *say_it(void *context)
{
    struct crowd *crowd = context;
    return write(crowd->pair[1], "t", 1) == 1 ? NULL : crowd;
}

static int make_threads(void *context)
{
    struct crowd *crowd = context;
    pthread_t threads[50];
    char byte;
    if (read(crowd->pair[1], &byte, 1) != 1)
        return 1;
    for (int i = 0; i < 50; i++)
        if (pthread_create(&threads[i], NULL, say_it, crowd) != 0)
            return 2;
    if (write(crowd->pair[1], "m", 1) != 1) /* all are made, none has begun */
        return 3;
    for (int i = 0; i < 50; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

static void test_hold(void **state)
{
    (void)state;
    traced_counts_threads();
    struct traced traced;
    struct crowd crowd;
    char byte = 0, want[50];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, crowd.pair), 0);
    traced_start(&traced, make_threads, &crowd);
    traced_await(&traced, "read");
    trace_hold_threads(traced.trace);
    assert_int_equal(write(crowd.pair[0], "x", 1), 1);
    traced_await(&traced, "futex"); /* joins the first, which stands */
    assert_int_equal(read(crowd.pair[0], &byte, 1), 1);
    assert_int_equal(byte, 'm');
    struct pollfd one = {.fd = crowd.pair[0], .events = POLLIN};
    assert_int_equal(poll(&one, 1, 20), 0);
    trace_release_threads(traced.trace);
    expect_bytes(crowd.pair[0], memset(want, 't', 50), 50);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_START, NULL), 51);
    assert_int_equal(traced_count(&traced, EVENT_THREAD_END, NULL), 51);
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "pthread_create"), 50);
    assert_true(traced_want(&traced, EVENT_ENTER, "pthread_create", 1)->bytes > 16384);
    traced_free(&traced);
    close(crowd.pair[0]);
    close(crowd.pair[1]);
}

/* Released when there is nothing to release, or nobody left. */
static void test_release_nothing(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, send_ten, pair);
    traced_await(&traced, "@receive");
    for (int i = 0; i < 100; i++)
        trace_release_threads(traced.trace);
    assert_int_equal(trace_count(traced.trace, "@receive", 0), 1);
    assert_int_equal(trace_count(traced.trace, "@send", 0), 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    trace_wait(traced.trace);
    assert_true(trace_ended(traced.trace));
    trace_release_threads(traced.trace);
    assert_false(trace_inside(traced.trace, "read", 0));
    assert_int_equal(trace_count(traced.trace, "@send", 0), 11);
    assert_int_equal(trace_count(traced.trace, "send", 0), 5);
    traced_end(&traced);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_nothing_to_shorten),
        cmocka_unit_test(test_count_and_after),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_hold),
        cmocka_unit_test(test_release_nothing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
