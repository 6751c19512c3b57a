/* The tracer and small programs on io_uring, each of which does one thing. */
#include "tests/rings.h"

/* --- direct descriptors, a registered ring --- */

static int direct_once(void *context)
{
    int listener = *(int *)context;
    char buffer[64];
    struct io_uring ring;
    struct io_uring_cqe completion;
    if (io_uring_queue_init(8, &ring, 0) < 0 || io_uring_register_files_sparse(&ring, 8) < 0 ||
        io_uring_register_ring_fd(&ring) != 1)
        return 1;
    io_uring_prep_accept_direct(io_uring_get_sqe(&ring), listener, NULL, NULL, 0, 5);
    if (ask_one(&ring, &completion) < 0)
        return 2;
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    io_uring_prep_recv(entry, 5, buffer, sizeof buffer, 0);
    entry->flags |= IOSQE_FIXED_FILE;
    int got = ask_one(&ring, &completion);
    entry = io_uring_get_sqe(&ring);
    io_uring_prep_send(entry, 5, buffer, (size_t)got, MSG_WAITALL);
    entry->flags |= IOSQE_FIXED_FILE;
    ask_one(&ring, &completion);
    io_uring_prep_close_direct(io_uring_get_sqe(&ring), 5);
    if (ask_one(&ring, &completion) < 0)
        return 3;
    io_uring_queue_exit(&ring);
    return 0;
}

static void test_direct(void **state)
{
    (void)state;
    struct traced traced;
    int port, listener = listen_anywhere(&port);
    traced_start(&traced, direct_once, &listener);
    int client = connect_to(port);
    struct sockaddr_in own = own_address(client);
    assert_int_equal(send(client, "hello", 5, 0), 5);
    expect_bytes(client, "hello", 5);
    expect_end(client);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);

    char peer[32];
    snprintf(peer, sizeof peer, "127.0.0.1:%d", ntohs(own.sin_port));
    const struct event *opened = traced_want(&traced, EVENT_OPEN, NULL, 1);
    assert_string_equal(opened->detail, peer);
    assert_int_equal(opened->fd, EVENT_NONE);
    const struct event *event = traced_want(&traced, EVENT_COMPLETE, "IORING_OP_ACCEPT", 1);
    assert_int_equal(event->fd, 5);
    assert_int_equal(event->connection, opened->connection);
    event = traced_want(&traced, EVENT_SUBMIT, "IORING_OP_RECV", 1);
    assert_int_equal(event->connection, opened->connection);
    assert_string_equal(event->detail, "FIXED_FILE");
    event = traced_want(&traced, EVENT_SUBMIT, "IORING_OP_SEND", 1);
    assert_string_equal(event->detail, "FIXED_FILE|WAITALL");
    event = traced_want(&traced, EVENT_SUBMIT, "IORING_OP_CLOSE", 1);
    assert_string_equal(event->detail, "DIRECT");
    assert_int_equal(event->connection, opened->connection);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 1);
    assert_int_equal(traced_count(&traced, EVENT_NOTE, NULL), 0);
    traced_free(&traced);
    close(client);
    close(listener);
}

/* --- a close that completes in silence --- */

static int silent_once(void *context)
{
    struct io_uring ring;
    struct io_uring_cqe completion;
    if (io_uring_queue_init(8, &ring, 0) < 0)
        return 1;
    io_uring_prep_accept(io_uring_get_sqe(&ring), *(int *)context, NULL, NULL, 0);
    int fd = ask_one(&ring, &completion);
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    io_uring_prep_close(entry, fd);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_prep_nop(io_uring_get_sqe(&ring));
    return ask_one(&ring, &completion) == 0 ? 0 : 2;
}

static void test_silent(void **state)
{
    (void)state;
    struct traced traced;
    int port, listener = listen_anywhere(&port);
    traced_start(&traced, silent_once, &listener);
    int client = connect_to(port);
    expect_end(client);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    const struct event *closed = traced_want(&traced, EVENT_CLOSE, NULL, 1);
    assert_true(closed->number < traced_want(&traced, EVENT_THREAD_END, NULL, 1)->number);
    assert_int_equal(closed->fd, traced_want(&traced, EVENT_SUBMIT, "IORING_OP_CLOSE", 1)->fd);
    traced_free(&traced);
    close(client);
    close(listener);
}

/* --- faults --- */

static int send_and_receive(void *context)
{
    int *pair = context, flags[] = {0, MSG_WAITALL};
    char buffer[64] = "0123456789";
    struct io_uring ring;
    struct io_uring_cqe completion;
    if (read(pair[0], buffer + 10, 1) != 1 || io_uring_queue_init(8, &ring, 0) < 0)
        return 1;
    for (int i = 0; i < 2; i++) {
        struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
        io_uring_prep_send(entry, pair[0], buffer, 10, flags[i]);
        int want = i ? 10 : 3;
        if (ask_one(&ring, &completion) != want || entry->len != 10)
            return 2;
    }
    struct iovec vectors[] = {{buffer, 4}, {buffer + 4, 6}};
    io_uring_prep_writev(io_uring_get_sqe(&ring), pair[0], vectors, 2, 0);
    if (ask_one(&ring, &completion) != 5 || vectors[1].iov_len != 6)
        return 3;
    io_uring_prep_recv(io_uring_get_sqe(&ring), pair[0], buffer, 4, 0);
    int error = ask_one(&ring, &completion);
    return error == -ECONNRESET || error == 0 ? 0 : 4;
}

static void test_faults(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    struct trace_fault faults[] = {
        {.call = "IORING_OP_SEND", .at_most = 3, .count = 2},
        {.call = "@ring", .at_most = 5, .count = 1},
        {.call = "IORING_OP_RECV", .error = ECONNRESET, .at_most = -1, .count = 1},
    };
    struct trace_options options = {.connections_only = true};
    traced_begin(&traced, send_and_receive, pair, &options);
    for (size_t i = 0; i < 3; i++)
        trace_fault(traced.trace, &faults[i]);
    assert_int_equal(write(pair[1], "!", 1), 1); /* all faults are ordered: go on */
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    assert_int_equal(traced_want(&traced, EVENT_FAULT, "IORING_OP_SEND", 1)->bytes, 3);
    assert_int_equal(traced_want(&traced, EVENT_SUBMIT, "IORING_OP_SEND", 1)->bytes, 10);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- several rings: threads, a child --- */

static void *nops(void *context)
{
    struct io_uring ring;
    struct io_uring_cqe completion;
    if (io_uring_queue_init(4, &ring, 0) < 0)
        return NULL;
    for (int i = 0; i < 50; i++) {
        struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
        io_uring_prep_nop(entry);
        entry->user_data = (uintptr_t)context;
        ask_one(&ring, &completion);
    }
    io_uring_queue_exit(&ring);
    return NULL;
}

static int many_rings(void *context)
{
    pthread_t threads[3];
    struct io_uring ring;
    struct io_uring_cqe completion;
    (void)context;
    for (uintptr_t i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, nops, (void *)(i + 1));
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    io_uring_queue_init(4, &ring, 0);
    pid_t child = fork(); /* the ring is both's */
    if (child) {
        waitpid(child, NULL, 0);
        return 0;
    }
    io_uring_prep_nop(io_uring_get_sqe(&ring));
    ask_one(&ring, &completion);
    return 0;
}

static void test_many_rings(void **state)
{
    (void)state;
    struct traced traced;
    traced_start(&traced, many_rings, NULL);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    int count[4] = {0};
    for (int i = 1; i <= 151; i++) {
        const struct event *event = traced_want(&traced, EVENT_COMPLETE, "IORING_OP_NOP", i);
        assert_true(event->pair < 4);
        count[event->pair]++;
    }
    for (int i = 1; i < 4; i++)
        assert_int_equal(count[i], 50);
    traced_free(&traced);
}

/* --- closing is as prompt as without a watcher --- */

struct closing {
    int listener;
    bool by_ring; /* else: a receive is pending, and the ring is closed */
    int *release; /* a pipe: the program ends when that is written to */
};

static int close_in_order(void *context)
{
    struct closing *closing = context;
    char buffer[16];
    struct io_uring ring;
    struct io_uring_cqe completion;
    io_uring_queue_init(8, &ring, 0);
    io_uring_prep_accept(io_uring_get_sqe(&ring), closing->listener, NULL, NULL, 0);
    int fd = ask_one(&ring, &completion);
    if (closing->by_ring) {
        io_uring_prep_close(io_uring_get_sqe(&ring), fd);
        ask_one(&ring, &completion);
    } else {
        io_uring_prep_recv(io_uring_get_sqe(&ring), fd, buffer, sizeof buffer, 0);
        io_uring_submit(&ring);
        close(fd);
        io_uring_queue_exit(&ring);
    }
    return read(closing->release[0], buffer, 1) == 1 ? 0 : 1;
}

/* ns from the client's connect until it sees the end. */
static int64_t end_after(int port)
{
    int64_t begin = clock_now();
    int client = connect_to(port);
    expect_end(client);
    close(client);
    return clock_now() - begin;
}

static int64_t watched(struct closing *closing, int port)
{
    struct traced traced;
    traced_start(&traced, close_in_order, closing);
    int64_t time = end_after(port);
    assert_int_equal(write(closing->release[1], "", 1), 1);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    traced_free(&traced);
    return time;
}

static int64_t unwatched(struct closing *closing, int port)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(close_in_order(closing));
    int64_t time = end_after(port);
    assert_int_equal(write(closing->release[1], "", 1), 1);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return time;
}

static void test_closing(void **state)
{
    (void)state;
    int release[2], port;
    assert_int_equal(pipe(release), 0);
    struct closing closing = {.listener = listen_anywhere(&port), .release = release};
    for (int i = 0; i < 6; i++) {
        closing.by_ring = i % 2;
        int64_t without = unwatched(&closing, port), with = watched(&closing, port);
        if (with > without + 2 * CLOCK_SECOND)
            fail_msg("%lld ms watched, %lld ms unwatched", (long long)(with / 1000000),
                     (long long)(without / 1000000));
    }
    close(closing.listener);
    close(release[0]);
    close(release[1]);
}

int main(void)
{
    if (rings_skipped())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direct),  cmocka_unit_test(test_silent),
        cmocka_unit_test(test_faults),  cmocka_unit_test(test_many_rings),
        cmocka_unit_test(test_closing),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
