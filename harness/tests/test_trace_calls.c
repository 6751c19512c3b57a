/* The tracer sees what a program does: calls, arguments, readiness, connections. */
#include "tests/traced.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/uio.h>

struct server {
    int listener, port;
};

/* --- accept, recv, send --- */

static int echo_one(void *context)
{
    struct server *server = context;
    char buffer[100];
    ssize_t got;
    int fd = accept(server->listener, NULL, NULL);
    while ((got = recv(fd, buffer, sizeof buffer, 0)) > 0)
        send(fd, buffer, (size_t)got, MSG_NOSIGNAL);
    close(fd);
    return 7;
}

static void test_echo(void **state)
{
    (void)state;
    struct traced traced;
    struct server server;
    server.listener = listen_anywhere(&server.port);
    traced_start(&traced, echo_one, &server);
    traced_await(&traced, "@accept");
    int client = connect_to(server.port);
    struct sockaddr_in own = own_address(client);
    int connection = event_connection(traced.out, &own);
    traced_await(&traced, "@receive");
    assert_true(trace_inside(traced.trace, "recv", connection));
    assert_false(trace_inside(traced.trace, "recv", connection + 1));
    assert_int_equal(send(client, "hello", 5, 0), 5);
    expect_bytes(client, "hello", 5);
    shutdown(client, SHUT_WR);
    expect_end(client);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 7);

    const struct event *accepting = traced_want(&traced, EVENT_ENTER, "accept", 1);
    assert_int_equal(accepting->ready, EVENT_NO);
    assert_int_equal(accepting->nonblocking, EVENT_NO);
    assert_true(accepting->timeout == EVENT_FOREVER);
    const struct event *accepted = recording_leave(traced.recording, accepting);
    assert_int_equal(accepted->connection, connection);
    assert_int_equal(accepted->fd, accepted->result);

    char peer[32];
    snprintf(peer, sizeof peer, "127.0.0.1:%d", ntohs(own.sin_port));
    assert_string_equal(traced_want(&traced, EVENT_OPEN, NULL, 1)->detail, peer);

    const struct event *waiting = traced_want(&traced, EVENT_ENTER, "recv", 1);
    assert_int_equal(waiting->connection, connection);
    assert_int_equal(waiting->ready, EVENT_NO);
    assert_int_equal(waiting->queued, 0);
    assert_int_equal(waiting->bytes, 100);
    const struct event *received = recording_leave(traced.recording, waiting);
    assert_int_equal(received->bytes, 5);
    assert_memory_equal(received->data, "hello", 5);
    assert_true(received->time > waiting->time);

    const struct event *sending = traced_want(&traced, EVENT_ENTER, "send", 1);
    assert_string_equal(sending->detail, "MSG_NOSIGNAL");
    assert_int_equal(sending->ready, EVENT_YES);
    assert_memory_equal(traced_want(&traced, EVENT_LEAVE, "send", 1)->data, "hello", 5);

    const struct event *closed = traced_want(&traced, EVENT_CLOSE, NULL, 1);
    assert_int_equal(closed->connection, connection);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 1);
    assert_int_equal(traced_want(&traced, EVENT_THREAD_END, NULL, 1)->result, 7);
    traced_free(&traced);
    close(client);
    close(server.listener);
}

/* --- what is there at entry --- */

static int receive_late(void *context)
{
    int *pair = context;
    char buffer[16];
    struct timeval limit = {0, 200000};
    read(pair[0], buffer, 4);
    read(pair[0], buffer, 16);
    recv(pair[0], buffer, 16, MSG_DONTWAIT);
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    recv(pair[0], buffer, 16, 0);
    fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
    recv(pair[0], buffer, 16, 0);
    int off = 0;
    ioctl(pair[0], FIONBIO, &off);
    recv(pair[0], buffer, 16, MSG_DONTWAIT);
    return 0;
}

static void test_readiness(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(write(pair[1], "0123456789", 10), 10);
    traced_start(&traced, receive_late, pair);
    traced_end(&traced);

    const struct event *event = traced_want(&traced, EVENT_ENTER, "read", 1);
    assert_int_equal(event->ready, EVENT_YES);
    assert_int_equal(event->queued, 10);
    event = traced_want(&traced, EVENT_ENTER, "read", 2);
    assert_int_equal(event->queued, 6);
    event = traced_want(&traced, EVENT_ENTER, "recv", 1);
    assert_int_equal(event->ready, EVENT_NO);
    assert_int_equal(event->nonblocking, EVENT_NO);
    assert_string_equal(event->detail, "MSG_DONTWAIT");
    assert_int_equal(traced_want(&traced, EVENT_LEAVE, "recv", 1)->error, EAGAIN);
    event = traced_want(&traced, EVENT_ENTER, "setsockopt", 1);
    assert_string_equal(event->detail, "SO_RCVTIMEO 0.200000");
    event = traced_want(&traced, EVENT_ENTER, "recv", 2);
    assert_int_equal(event->timeout, 200 * CLOCK_MILLISECOND);
    const struct event *late = recording_leave(traced.recording, event);
    assert_true(late->time - event->time >= 200 * CLOCK_MILLISECOND);
    assert_string_equal(traced_want(&traced, EVENT_ENTER, "fcntl", 2)->detail,
                        "F_SETFL O_RDWR|O_NONBLOCK");
    event = traced_want(&traced, EVENT_ENTER, "recv", 3);
    assert_int_equal(event->nonblocking, EVENT_YES);
    assert_int_equal(event->timeout, EVENT_NONE);
    assert_string_equal(traced_want(&traced, EVENT_ENTER, "ioctl", 1)->detail, "FIONBIO 0");
    event = traced_want(&traced, EVENT_ENTER, "recv", 4);
    assert_int_equal(event->nonblocking, EVENT_NO);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- multiplexing --- */

static int wait_for_many(void *context)
{
    int *pair = context;
    fd_set reading, writing;
    struct timeval pause = {0, 1000};
    FD_ZERO(&reading);
    FD_ZERO(&writing);
    FD_SET(pair[0], &reading);
    FD_SET(pair[1], &reading);
    FD_SET(pair[1], &writing);
    select(pair[1] + 1, &reading, &writing, NULL, &pause);
    FD_ZERO(&reading);
    FD_SET(pair[0], &reading);
    select(pair[0] + 1, &reading, NULL, NULL, &pause);

    struct pollfd polls[] = {{pair[0], POLLIN, 0}, {pair[1], POLLIN | POLLOUT, 0}};
    poll(polls, 2, 100);
    poll(polls, 1, 1);

    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = context};
    epoll_ctl(set, EPOLL_CTL_ADD, pair[1], &event);
    epoll_wait(set, &event, 1, 100);
    epoll_wait(set, &event, 1, 1);
    epoll_ctl(set, EPOLL_CTL_DEL, pair[1], NULL);
    return 0;
}

static void test_multiplexing(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    char want[64];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, wait_for_many, pair);
    traced_end(&traced);

    const struct event *event = traced_want(&traced, EVENT_ENTER, "select", 1);
    snprintf(want, sizeof want, "%d, {%d %d}, {%d}, {}", pair[1] + 1, pair[0], pair[1],
             pair[1]);
    assert_string_equal(event->detail, want);
    assert_int_equal(event->ready, EVENT_YES);
    assert_int_equal(event->timeout, CLOCK_MILLISECOND);
    snprintf(want, sizeof want, "{}, {%d}, {}", pair[1]);
    assert_string_equal(recording_leave(traced.recording, event)->detail, want);
    event = traced_want(&traced, EVENT_ENTER, "select", 2);
    assert_int_equal(event->ready, EVENT_NO);
    assert_string_equal(recording_leave(traced.recording, event)->detail, "{}, {}, {}");

    event = traced_want(&traced, EVENT_ENTER, "poll", 1);
    snprintf(want, sizeof want, "{%d:IN %d:IN|OUT}", pair[0], pair[1]);
    assert_string_equal(event->detail, want);
    assert_int_equal(event->ready, EVENT_YES);
    snprintf(want, sizeof want, "{%d:OUT}", pair[1]);
    assert_string_equal(recording_leave(traced.recording, event)->detail, want);
    event = traced_want(&traced, EVENT_ENTER, "poll", 2);
    assert_int_equal(event->ready, EVENT_NO);
    assert_string_equal(recording_leave(traced.recording, event)->detail, "{}");

    snprintf(want, sizeof want, "ADD %d IN|OUT|ET", pair[1]);
    event = traced_want(&traced, EVENT_ENTER, "epoll_ctl", 1);
    assert_string_equal(event->detail, want);
    assert_int_equal(event->address, (uintptr_t)pair);
    event = traced_want(&traced, EVENT_ENTER, "epoll_wait", 1);
    assert_int_equal(event->ready, EVENT_YES);
    snprintf(want, sizeof want, "{%d:OUT}", pair[1]);
    assert_string_equal(recording_leave(traced.recording, event)->detail, want);
    event = traced_want(&traced, EVENT_ENTER, "epoll_wait", 2);
    assert_int_equal(event->ready, EVENT_NO);
    assert_string_equal(recording_leave(traced.recording, event)->detail, "{}");
    snprintf(want, sizeof want, "DEL %d", pair[1]);
    assert_string_equal(traced_want(&traced, EVENT_ENTER, "epoll_ctl", 2)->detail, want);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- vectored, and files left out --- */

static int move_vectors(void *context)
{
    int *pair = context;
    char a[3], b[50];
    struct iovec out[] = {{"abc", 3}, {"defgh", 5}}, in[] = {{a, 3}, {b, 50}};
    struct msghdr message = {.msg_iov = in, .msg_iovlen = 2};
    bool moved = writev(pair[1], out, 2) == 8 && readv(pair[0], in, 2) == 8 &&
                 writev(pair[1], out, 2) == 8 && recvmsg(pair[0], &message, 0) == 8;
    int file = open("/proc/self/stat", O_RDONLY);
    read(file, b, sizeof b);
    close(file);
    read(999, b, sizeof b);
    close(999);
    return moved ? 0 : 1;
}

static void test_vectors(void **state)
{
    (void)state;
    struct traced traced;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    traced_start(&traced, move_vectors, pair);
    traced_end(&traced);
    assert_int_equal(traced.status, 0);
    const char *const calls[] = {"writev", "readv", "writev", "recvmsg"};
    const int asked[] = {8, 53, 8, 53}, nth[] = {1, 1, 2, 1};
    for (int i = 0; i < 4; i++) {
        const struct event *event = traced_want(&traced, EVENT_ENTER, calls[i], nth[i]);
        assert_int_equal(event->bytes, asked[i]);
        const struct event *leave = recording_leave(traced.recording, event);
        assert_int_equal(leave->bytes, 8);
        assert_int_equal(leave->data_size, 8);
        assert_memory_equal(leave->data, "abcdefgh", 8);
    }
    /* What is of a file is left out, what is of no descriptor is not. */
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "open"), 0);
    assert_int_equal(traced_count(&traced, EVENT_ENTER, "read"), 1);
    assert_int_equal(traced_want(&traced, EVENT_LEAVE, "read", 1)->error, EBADF);
    assert_int_equal(traced_want(&traced, EVENT_LEAVE, "close", 2)->error, EBADF);
    traced_free(&traced);
    close(pair[0]);
    close(pair[1]);
}

/* --- copies of descriptors --- */

static int copy_descriptors(void *context)
{
    struct server *server = context;
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd = accept4(server->listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
    int copy = dup(fd);
    close(fd);
    send(copy, "1", 1, 0);
    int moved = fcntl(copy, F_DUPFD, 100);
    dup2(server->listener, copy); /* closes it */
    send(moved, "2", 1, 0);
    if (fork() == 0)
        _exit(send(moved, "3", 1, 0) != 1);
    wait(NULL);
    close(moved);
    pause();
    return 0;
}

static void test_copies(void **state)
{
    (void)state;
    struct traced traced;
    struct server server;
    server.listener = listen_anywhere(&server.port);
    traced_start(&traced, copy_descriptors, &server);
    int client = connect_to(server.port);
    expect_bytes(client, "123", 3);
    expect_end(client);
    traced_await(&traced, "pause");
    kill(traced.pid, SIGKILL);
    traced_end(&traced);
    assert_true(WIFSIGNALED(traced.status));
    for (int i = 1; i <= 3; i++)
        assert_int_equal(traced_want(&traced, EVENT_ENTER, "send", i)->connection, 1);
    assert_int_equal(traced_count(&traced, EVENT_OPEN, NULL), 1);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 1);
    const struct event *closed = traced_want(&traced, EVENT_CLOSE, NULL, 1);
    assert_true(closed->number > traced_want(&traced, EVENT_LEAVE, "send", 3)->number);
    assert_int_equal(closed->fd, 100);
    traced_free(&traced);
    close(client);
    close(server.listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),         cmocka_unit_test(test_readiness),
        cmocka_unit_test(test_multiplexing), cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_copies),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
