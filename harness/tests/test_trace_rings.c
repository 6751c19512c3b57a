/* The tracer sees every operation of an echo server on io_uring as that server itself logs it. */
#include <sys/mman.h>

#include "tests/ring_echo.h"
#include "tests/rings.h"

#define LOG_SIZE (RING_ECHO_MOST * 4 * sizeof(struct ring_line))

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

int main(void)
{
    if (rings_skipped())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation),
        cmocka_unit_test(test_polled),
        cmocka_unit_test(test_kinds),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
