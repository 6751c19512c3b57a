/* The export in strace's notation: lines as strace -f prints them, and nothing that breaks one. */
#include <errno.h>

#include "tests/exported.h"

static void expect_lines(struct made *made, const char *lines)
{
    struct tape *tape = exported_tape(made, NULL, NULL);
    char *text = exported("strace", tape);
    assert_string_equal(text, lines);
    free(text);
    tape_close(tape);
    made_end(made);
}

static void start(struct made *made, int64_t time, int thread, int64_t id)
{
    struct event event = event_make(EVENT_THREAD_START);
    event.time = time;
    event.thread = thread;
    event.result = id;
    made_event(made, event);
}

static struct event with_detail(struct event event, const char *detail)
{
    event.detail = detail;
    return event;
}

/* One call with details at both ends. */
static void call(struct made *made, int64_t time, const char *name, int fd, const char *detail,
                 int64_t result, const char *answer)
{
    struct event enter = made_enter(time, 1, name, fd, 0, EVENT_YES);
    enter.detail = detail;
    struct event leave = made_leave(enter, made_event(made, enter), time + US, result, 0);
    made_event(made, with_detail(leave, answer));
}

static void bytes_and_errors(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    start(&made, 1 * US, 1, 2743);
    struct event recv = made_enter(10 * US, 1, "recv", 5, 1, EVENT_YES);
    struct event leave = made_leave(recv, made_event(&made, recv), 11 * US, 40, 0);
    leave.data = "a\"b\\\n\0001\1\x7f\xff 678901234567890123456789";
    leave.data_size = 36;
    made_event(&made, leave);
    recv.time = 20 * US;
    recv.address = 0x7ffe1230;
    recv.detail = "MSG_DONTWAIT";
    made_call(&made, recv, 21 * US, -1, EAGAIN);
    struct event send = made_enter(30 * US, 1, "send", 5, 1, EVENT_YES);
    send.bytes = 2;
    send.detail = "MSG_NOSIGNAL";
    leave = made_leave(send, made_event(&made, send), 31 * US, 2, 0);
    leave.data = "hi";
    leave.data_size = 2;
    made_event(&made, leave);
    expect_lines(
        &made,
        "recvfrom(5, \"a\\\"b\\\\\\n\\0001\\1\\177\\377 678901234567890123456\"..., 4096, 0, "
        "NULL, NULL) = 40\n"
        "recvfrom(5, 0x7ffe1230, 4096, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource "
        "temporarily unavailable)\n"
        "sendto(5, \"hi\", 2, MSG_NOSIGNAL, NULL, 0) = 2\n");
}

static void arguments(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    start(&made, 1 * US, 1, 2743);
    call(&made, 10 * US, "open", -1, "/etc/a b O_CLOEXEC", 3, NULL);
    call(&made, 20 * US, "socket", -1, "AF_INET SOCK_STREAM|SOCK_CLOEXEC", 3, NULL);
    call(&made, 30 * US, "bind", 3, "127.0.0.1:7000", 0, NULL);
    call(&made, 40 * US, "fcntl", 3, "F_GETFL", 0x802, "O_RDWR|O_NONBLOCK");
    call(&made, 50 * US, "fcntl", 3, "F_SETSIG SIGRTMIN+1", 0, NULL);
    call(&made, 60 * US, "epoll_ctl", 4, "ADD 5 IN|ET", 0, NULL);
    call(&made, 70 * US, "epoll_wait", 4, NULL, 2, "{5:IN 7:IN|RDHUP}");
    call(&made, 80 * US, "select", -1, "8, {3 5}, {}, {7}", 1, "{5}, {}, {7}");
    call(&made, 90 * US, "poll", -1, "{5:IN 6:IN|OUT}", 1, "{6:OUT}");
    call(&made, 100 * US, "sigprocmask", -1, "SIG_BLOCK {SIGIO signal 33 SIGRTMIN}", 0, NULL);
    call(&made, 110 * US, "close", 3, NULL, 0, NULL);
    call(&made, 120 * US, "unheard_of", 3, "with words", 0, NULL);
    expect_lines(
        &made,
        "openat(AT_FDCWD, \"/etc/a b\", O_RDONLY|O_CLOEXEC) = 3\n"
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, ...) = 3\n"
        "bind(3, {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr(\"127.0.0.1\")}, "
        "...) = 0\n"
        "fcntl(3, F_GETFL)                       = 0x802 (flags O_RDWR|O_NONBLOCK)\n"
        "fcntl(3, F_SETSIG, SIGRT_3)             = 0\n"
        "epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN|EPOLLET, data={u32=0, u64=0}}) = 0\n"
        "epoll_wait(4, [{events=EPOLLIN, data={fd=5}}, {events=EPOLLIN|EPOLLRDHUP, "
        "data={fd=7}}], ..., ...) = 2\n"
        "select(8, [3 5], [], [7], ...)          = 1 (in [5], except [7])\n"
        "poll([{fd=5, events=POLLIN}, {fd=6, events=POLLIN|POLLOUT}], 2, ...) = 1 ([{fd=6, "
        "revents=POLLOUT}])\n"
        "rt_sigprocmask(SIG_BLOCK, [IO RT_1 RT_2], ..., 8) = 0\n"
        "close(3)                                = 0\n"
        "unheard_of(3, with words)               = 0\n");
}

static void end(struct made *made, int64_t time, int thread, int64_t result)
{
    struct event event = event_make(EVENT_THREAD_END);
    event.time = time;
    event.thread = thread;
    event.result = result;
    made_event(made, event);
}

static void threads_interleave(void **state)
{
    struct made made;
    struct event signal = event_make(EVENT_SIGNAL);
    (void)state;
    made_begin(&made);
    start(&made, 1 * US, 1, 2743);
    struct event accept = made_enter(10 * US, 1, "accept", 3, 0, EVENT_NO);
    uint64_t accepting = made_event(&made, accept);
    start(&made, 11 * US, 2, 2744);
    struct event close = made_enter(20 * US, 2, "close", 5, 1, EVENT_YES);
    made_call(&made, close, 21 * US, 0, 0);
    made_event(&made, made_leave(accept, accepting, 30 * US, 4, 0));
    signal.time = 40 * US;
    signal.thread = 2;
    signal.fd = 5;
    signal.error = 1;
    signal.detail = "SIGIO";
    made_event(&made, signal);
    made_event(&made, made_enter(50 * US, 2, "close", 6, 0, EVENT_YES));
    end(&made, 60 * US, 2, -9);
    end(&made, 70 * US, 1, 3);
    expect_lines(&made, "accept(3,  <unfinished ...>\n"
                        "strace: Process 2744 attached\n"
                        "[pid  2744] close(5)                    = 0\n"
                        "[pid  2743] <... accept resumed>...)    = 4\n"
                        "[pid  2744] --- SIGIO {si_signo=SIGIO, si_code=POLL_IN, si_fd=5} ---\n"
                        "[pid  2744] close(6 <unfinished ...>)   = ?\n"
                        "[pid  2744] +++ killed by SIGKILL +++\n"
                        "+++ exited with 3 +++\n");
}

static void interrupted_and_injected(void **state)
{
    struct made made;
    struct event fault = event_make(EVENT_FAULT);
    (void)state;
    made_begin(&made);
    start(&made, 1 * US, 1, 2743);
    struct event accept = made_enter(10 * US, 1, "accept", 3, 0, EVENT_NO);
    struct event leave = made_leave(accept, made_event(&made, accept), 20 * US, -1, EINTR);
    made_event(&made, with_detail(leave, "made again after the handler"));
    accept.time = 30 * US;
    fault.time = 31 * US;
    fault.thread = 1;
    fault.error = EINTR;
    fault.pair = made_event(&made, accept);
    made_event(&made, fault);
    made_event(&made, made_leave(accept, fault.pair, 32 * US, -1, EINTR));
    made_event(&made, made_enter(40 * US, 1, "accept", 3, 0, EVENT_NO));
    expect_lines(&made,
                 "accept(3, ...)                          = ? ERESTARTSYS (To be "
                 "restarted if SA_RESTART is set)\n"
                 "accept(3, ...)                          = -1 EINTR (Interrupted system "
                 "call) (INJECTED)\n"
                 "accept(3,  <unfinished ...>\n");
}

/* Neither a second line nor a terminal's command comes out of a name or a detail. */
static void hostile(void **state)
{
    static const char *const details[] = {"\n+++ exited with 0 +++",
                                          "\033[2J",
                                          "{",
                                          "{{5:",
                                          "é",
                                          "",
                                          " ",
                                          "SIG_BLOCK",
                                          "8, {3",
                                          "submit ",
                                          "…"};
    static const char *const calls[] = {"select",     "poll",           "epoll_ctl",
                                        "epoll_wait", "sigaction",      "sigprocmask",
                                        "kill",       "io_uring_enter", "io_uring_register",
                                        "setsockopt", "open",           "pipe",
                                        "a\nb",       "splice",         "sigwaitinfo"};
    struct made made;
    size_t count = 0;
    (void)state;
    made_begin(&made);
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++)
        for (size_t d = 0; d < sizeof details / sizeof *details; d++)
            call(&made, (int64_t)++count * 10 * US, calls[c], 5, details[d], 1, details[d]);
    struct tape *tape = exported_tape(&made, NULL, NULL);
    char *text = exported("strace", tape);
    assert_int_equal(exported_count(text, "\n"), count);
    assert_int_equal(exported_count(text, " = 1"), count);
    for (const char *at = text; *at; at++)
        assert_true(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
    free(text);
    tape_close(tape);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_and_errors),
        cmocka_unit_test(arguments),
        cmocka_unit_test(threads_interleave),
        cmocka_unit_test(interrupted_and_injected),
        cmocka_unit_test(hostile),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("export as strace", tests, NULL, NULL);
}
