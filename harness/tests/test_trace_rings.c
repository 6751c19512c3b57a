/* The tracer sees what goes through the rings of io_uring. */
#include "tests/traced.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/ring_echo.h"

#define LOG_SIZE (RING_ECHO_MOST * 4 * sizeof(struct ring_line))

/* Where this machine forbids rings there is nothing to watch. */
static bool rings_work(void)
{
    struct io_uring ring;
    bool work = io_uring_queue_init(2, &ring, 0) == 0;
    if (work)
        io_uring_queue_exit(&ring);
    return work;
}

static void *shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    return memory;
}

static struct ring_echo *echo_new(int *port, int connections, unsigned entries, unsigned flags)
{
    struct ring_echo *echo = shared(sizeof *echo);
    echo->listener = listen_anywhere(port);
    echo->connections = connections;
    echo->entries = entries;
    echo->flags = flags;
    echo->log = shared(LOG_SIZE);
    echo->logged = shared(sizeof *echo->logged);
    return echo;
}

static void echo_free(struct ring_echo *echo)
{
    close(echo->listener);
    munmap(echo->log, LOG_SIZE);
    munmap(echo->logged, sizeof *echo->logged);
    munmap(echo, sizeof *echo);
}

static const char *name_of(uint8_t opcode)
{
    switch (opcode) {
    case IORING_OP_ACCEPT:
        return "IORING_OP_ACCEPT";
    case IORING_OP_RECV:
        return "IORING_OP_RECV";
    case IORING_OP_SEND:
        return "IORING_OP_SEND";
    default:
        return "IORING_OP_CLOSE";
    }
}

static void compare_one(const struct event *event, const struct ring_line *line)
{
    assert_string_equal(event->call, name_of(line->opcode));
    assert_true(event->pair == line->user_data);
    bool accepted = line->done && line->opcode == IORING_OP_ACCEPT;
    assert_int_equal(event->fd, accepted ? line->result : line->fd);
    if (line->opcode != IORING_OP_ACCEPT || line->done)
        assert_true(event->connection > 0);
    if (!line->done)
        return;
    assert_int_equal(event->result, line->result);
    if (line->opcode == IORING_OP_RECV || line->opcode == IORING_OP_SEND)
        assert_int_equal(event->bytes, line->result);
}

/* Submissions in the order of the log, and completions in the order of the log. */
static int compare(const struct traced *traced, const struct ring_echo *echo, bool done)
{
    enum event_kind kind = done ? EVENT_COMPLETE : EVENT_SUBMIT;
    const struct recording *recording = traced->recording;
    int lines = *echo->logged, line = 0, compared = 0;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind != kind)
            continue;
        while (line < lines && echo->log[line].done != done)
            line++;
        if (line == lines)
            break; /* handed in with the last call, or cancelled at the end */
        compare_one(event, &echo->log[line++]);
        compared++;
    }
    while (line < lines && echo->log[line].done != done)
        line++;
    assert_int_equal(line, lines);
    return compared;
}

static void talk(int port, int clients, int rounds)
{
    int *fds = calloc((size_t)clients, sizeof *fds);
    for (int i = 0; i < clients; i++)
        fds[i] = connect_to(port);
    for (int round = 0; round < rounds; round++) {
        char text[32];
        snprintf(text, sizeof text, "round %d", round);
        for (int i = 0; i < clients; i++)
            assert_int_equal(send(fds[i], text, strlen(text), 0), (ssize_t)strlen(text));
        for (int i = 0; i < clients; i++)
            expect_bytes(fds[i], text, strlen(text));
    }
    for (int i = 0; i < clients; i++)
        shutdown(fds[i], SHUT_WR);
    for (int i = 0; i < clients; i++)
        expect_end(fds[i]);
    for (int i = 0; i < clients; i++)
        close(fds[i]);
    free(fds);
}

static void test_every_operation(void **state)
{
    (void)state;
    struct traced traced;
    int port;
    struct ring_echo *echo = echo_new(&port, 100, 256, 0);
    traced_start(&traced, ring_echo_run, echo);
    talk(port, 100, 50);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    int submitted = compare(&traced, echo, false), completed = compare(&traced, echo, true);
    assert_true(submitted >= 10000);
    assert_true(completed >= 10000);
    assert_int_equal(traced_count(&traced, EVENT_NOTE, NULL), 0);
    assert_int_equal(traced_count(&traced, EVENT_OPEN, NULL), 100);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 100);
    traced_free(&traced);
    echo_free(echo);
}

/* --- direct descriptors, a registered ring --- */

static int ask_one(struct io_uring *ring, struct io_uring_cqe *completion)
{
    struct io_uring_cqe *got;
    if (io_uring_submit_and_wait(ring, 1) < 0 || io_uring_wait_cqe(ring, &got) < 0)
        _exit(9);
    *completion = *got;
    io_uring_cqe_seen(ring, got);
    return completion->res;
}

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
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    getsockname(client, (struct sockaddr *)&own, &size);
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

/* --- SQPOLL: what can be seen --- */

static void test_polled(void **state)
{
    (void)state;
    struct traced traced;
    int port;
    struct ring_echo *echo = echo_new(&port, 4, 64, IORING_SETUP_SQPOLL);
    traced_start(&traced, ring_echo_run, echo);
    talk(port, 4, 20);
    traced_end(&traced);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    const struct event *note = traced_want(&traced, EVENT_NOTE, NULL, 1);
    assert_non_null(strstr(note->detail, "SQPOLL"));
    assert_int_equal(traced_want(&traced, EVENT_SUBMIT, NULL, 1)->thread, 0);
    int submitted = 0, completed = 0;
    for (int i = 0; i < *echo->logged; i++)
        *(echo->log[i].done ? &completed : &submitted) += 1;
    assert_int_equal(traced_count(&traced, EVENT_SUBMIT, NULL), submitted);
    assert_int_equal(traced_count(&traced, EVENT_COMPLETE, NULL), completed);
    assert_int_equal(traced_count(&traced, EVENT_CLOSE, NULL), 4);
    traced_free(&traced);
    echo_free(echo);
}

/* --- every kind of ring --- */

static void test_kinds(void **state)
{
    (void)state;
    static const unsigned kinds[] = {
        IORING_SETUP_SQE128,        IORING_SETUP_CQE32,
        IORING_SETUP_SUBMIT_ALL,    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
        IORING_SETUP_SINGLE_ISSUER, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct traced traced;
        int port;
        struct ring_echo *echo = echo_new(&port, 3, 64, kinds[i]);
        traced_start(&traced, ring_echo_run, echo);
        talk(port, 3, 5);
        traced_end(&traced);
        assert_int_equal(WEXITSTATUS(traced.status), 0);
        compare(&traced, echo, false);
        compare(&traced, echo, true);
        assert_int_equal(traced_count(&traced, EVENT_NOTE, NULL), 0);
        traced_free(&traced);
        echo_free(echo);
    }
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

/* --- a program that lies --- */

enum { LIES = 3000 };

static uint32_t *word_at(struct io_uring *ring, unsigned random)
{
    uint32_t *const words[] = {ring->sq.khead,         ring->sq.ktail, ring->sq.kflags,
                               ring->cq.khead,         ring->cq.ktail, ring->sq.kring_mask,
                               ring->cq.kring_entries, ring->sq.array};
    return words[random % 8];
}

static void lie(struct io_uring *ring, unsigned random)
{
    static char junk[4096];
    unsigned value = random * 2654435761u;
    switch (random % 9) {
    case 0:
    case 1:
        *word_at(ring, value >> 8) = value;
        break;
    case 2:
        *word_at(ring, value >> 8) += value % 5;
        break;
    case 3:
        memset((char *)ring->sq.sqes, (int)(value >> 16), 64 * 4);
        break;
    case 4:
        syscall(SYS_io_uring_enter, ring->ring_fd, value, 0, value & 0x3e, junk, value);
        break;
    case 5:
        syscall(SYS_io_uring_enter, value, value, 0, value, junk, 8);
        break;
    case 6:
        syscall(SYS_io_uring_register, ring->ring_fd, value % 40, (random & 64) ? junk : NULL,
                value % 300);
        break;
    case 7:
        syscall(SYS_io_uring_setup, value % 70000, (random & 64) ? junk : NULL);
        break;
    default:
        memset(junk, (int)value, sizeof junk);
        getppid();
        write(-1, "", 1);
    }
}

/* Each child lies until it has lost its way; the memory under a ring vanishes too. */
static int lie_always(void *context)
{
    (void)context;
    for (unsigned seed = 0; seed < 30; seed++) {
        pid_t pid = fork();
        if (pid) {
            waitpid(pid, NULL, 0);
            continue;
        }
        struct io_uring ring;
        unsigned random = seed * 977 + 1;
        struct rlimit few = {64, 64};
        setrlimit(RLIMIT_NOFILE, &few);
        alarm(20);
        if (io_uring_queue_init(4, &ring, seed % 5 ? 0 : IORING_SETUP_SQPOLL) < 0)
            _exit(1);
        for (int i = 0; i < LIES / 30; i++) {
            random = random * 1103515245 + 12345;
            lie(&ring, random >> 8);
            if (seed % 3 == 1 && i == 50)
                munmap(ring.sq.ring_ptr, ring.sq.ring_sz), _exit(0);
            if (seed % 3 == 2 && i == 50)
                close(ring.ring_fd);
        }
        _exit(0);
    }
    return 0;
}

static void test_lies(void **state)
{
    (void)state;
    struct traced traced;
    int64_t begin = clock_now();
    traced_start(&traced, lie_always, NULL);
    traced_end(&traced);
    assert_true(clock_now() - begin < 100 * CLOCK_SECOND);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    assert_true(traced_count(&traced, EVENT_ENTER, "io_uring_enter") > 100);
    traced_free(&traced);
}

int main(void)
{
    char why[256];
    if (trace_tier_available(why, sizeof why) < TIER_PTRACE || !rings_work()) {
        puts("1..1\nok 1 - rings # skip this machine does not allow ptrace or io_uring");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation),
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_silent),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_polled),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_many_rings),
        cmocka_unit_test(test_closing),
        cmocka_unit_test(test_lies),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
