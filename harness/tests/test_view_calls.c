/* The calls: each event's line, which lines are shown around the present, filter and search. */
#include <errno.h>
#include <signal.h>

#include "tests/viewed.h"
#include "visualizer/call_line.h"

/* Two receives: one in vain; one that sleeps until the peer sends. The script begins at 1 ms. */
static void one_in_vain_one_asleep(struct made *made)
{
    made_thread(made, 500 * US, 1);
    made_step(made, 1 * MS, 1 * US, "connect", 1, EVENT_NONE);
    struct event recv = made_enter(2 * MS, 1, "recv", 5, 1, EVENT_NO);
    recv.detail = "MSG_DONTWAIT";
    made_call(made, recv, 2 * MS + 10 * US, -1, EAGAIN);
    recv = made_enter(3 * MS, 1, "recv", 5, 1, EVENT_NO);
    uint64_t number = made_event(made, recv);
    made_step(made, 4 * MS, 10 * US, "send", 1, 12);
    made_event(made, made_leave(recv, number, 4 * MS + 50 * US, 12, 0));
    made_event(made, made_enter(5 * MS, 1, "recv", 5, 1, EVENT_NO));
    made_timeout(made, 6 * MS);
}

static void around_the_present(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, one_in_vain_one_asleep);
    player_seek(&viewed.show.player, 2 * MS);
    assert_string_equal(
        viewed_draw(&viewed, &view_calls, 10, 80),
        "     time (s) thread  event\n"
        "    -0.000500      1  +++ process started +++\n"
        "     0.000000         client 1: connect, ok\n"
        "     0.001000      1  recv(5<conn 1>, 4096, MSG_DONTWAIT) = -1 EAGAIN\n"
        ">    0.002000      1  recv(5<conn 1>, 4096 <unfinished ...>\n"
        "     0.003000         client 1: send 12 B, ok\n"
        "     0.003050      1  <... recv resumed>) = 12\n"
        "     0.004000      1  recv(5<conn 1>, 4096 <unfinished ...>\n"
        "     0.005000         the check failed (timeout): nothing came\n"
        "\n");
    assert_int_equal(canvas_at(&viewed.canvas, 3, 22)->role, ROLE_PLAIN);
    assert_int_equal(canvas_at(&viewed.canvas, 4, 22)->role, ROLE_CURSOR);
    assert_int_equal(canvas_at(&viewed.canvas, 5, 22)->role, ROLE_DIM);
    assert_int_equal(canvas_at(&viewed.canvas, 8, 22)->role, ROLE_BAD);
    viewed_end(&viewed);
}

/* The end of a call is told where its beginning stands, but not before it has come. */
static void a_call_on_one_line(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, one_in_vain_one_asleep);
    player_seek_place(&viewed.show.player, 3);
    viewed_draw(&viewed, &view_calls, 10, 80);
    viewed_has(&viewed,
               "\n>    0.001000      1  recv(5<conn 1>, 4096, MSG_DONTWAIT <unfinished");
    player_step(&viewed.show.player, UNIT_EVENT, 1);
    viewed_draw(&viewed, &view_calls, 10, 80);
    viewed_has(&viewed,
               "\n>    0.001000      1  recv(5<conn 1>, 4096, MSG_DONTWAIT) = -1 EAGAIN\n");
    viewed_end(&viewed);
}

static void the_middle(void **state)
{
    struct made made;
    struct viewed viewed;
    (void)state;
    made_begin(&made);
    for (int i = 0; i < 1000; i++)
        made_call(&made, made_enter((1 + i) * MS, 1, "getpid", EVENT_NONE, 0, EVENT_NO),
                  (1 + i) * MS + 5 * US, 1 + i, 0);
    viewed_begin(&viewed, &made);
    player_seek(&viewed.show.player, 500 * MS);
    viewed_draw(&viewed, &view_calls, 21, 80);
    assert_int_equal(viewed_row(&viewed, "\n>    0.500000"), 10);
    viewed_has(&viewed, "getpid(4096) = 491\n");
    viewed_has(&viewed, "getpid(4096) = 510\n");
    assert_null(strstr(viewed.text, "getpid(4096) = 490\n"));
    assert_null(strstr(viewed.text, "getpid(4096) = 511\n"));
    player_seek(&viewed.show.player, INT64_MAX);
    viewed_draw(&viewed, &view_calls, 21, 80);
    assert_int_equal(viewed_row(&viewed, "\n>    0.999000      1  getpid(4096) = 1000"), 19);
    player_seek(&viewed.show.player, 0);
    viewed_draw(&viewed, &view_calls, 21, 80);
    assert_int_equal(viewed_row(&viewed, "\n>    0.000000"), 0);
    viewed_has(&viewed, "getpid(4096) = 20\n");
    viewed_end(&viewed);
}

static void filtered(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, one_in_vain_one_asleep);
    player_seek(&viewed.show.player, 2 * MS);
    strcpy(viewed.show.filter, "client 1");
    strcpy(viewed.show.search, "12 B");
    assert_string_equal(viewed_draw(&viewed, &view_calls, 6, 80),
                        "     time (s) thread  event, only with \"client 1\", * has \"12 B\"\n"
                        "     0.000000         client 1: connect, ok\n"
                        ">    0.002000         (now: an event without it)\n"
                        " *   0.003000         client 1: send 12 B, ok\n"
                        "\n\n");
    assert_int_equal(canvas_at(&viewed.canvas, 3, 22 + 14)->role, ROLE_DIM);
    for (int i = 15; i < 19; i++)
        assert_int_equal(canvas_at(&viewed.canvas, 3, 22 + i)->role, ROLE_KEY);
    assert_int_equal(canvas_at(&viewed.canvas, 3, 22 + 19)->role, ROLE_DIM);
    viewed_every_size(&viewed, &view_calls);
    viewed_end(&viewed);
}

/* Nobody waits for a filter that finds nothing: the search ends, and says where. */
static void filter_is_bounded(void **state)
{
    struct made made;
    struct viewed viewed;
    (void)state;
    made_begin(&made);
    for (int i = 0; i < 30000; i++)
        made_step(&made, (1 + i) * US, 0, i ? "send" : "connect", 1, EVENT_NONE);
    viewed_begin(&viewed, &made);
    strcpy(viewed.show.filter, "connect");
    player_seek(&viewed.show.player, 9999 * US);
    viewed_draw(&viewed, &view_calls, 10, 80);
    viewed_has(&viewed, "only with \"connect\", 10000 events each way\n");
    viewed_has(&viewed, "client 1: connect, ok\n");
    player_seek(&viewed.show.player, 10001 * US);
    viewed_draw(&viewed, &view_calls, 10, 80);
    assert_null(strstr(viewed.text, "client 1: connect, ok\n"));
    viewed_end(&viewed);
}

/* --- lines --- */

static void expect_line(struct event event, size_t room, const char *line)
{
    struct recording recording = {.events = &event, .count = 1};
    char text[512];
    memset(text, '#', sizeof text);
    call_line(text, room, &recording, 1, &event);
    assert_string_equal(text, line);
    for (size_t i = room; i < sizeof text; i++)
        assert_int_equal(text[i], '#');
}

static struct event concerning(enum event_kind kind, int fd, int connection, const char *detail)
{
    struct event event = event_make(kind);
    event.fd = fd;
    event.connection = connection;
    event.detail = detail;
    return event;
}

static void lines_of_the_server(void **state)
{
    (void)state;
    struct event event = concerning(EVENT_SIGNAL, 5, 1, "SIGIO");
    event.error = POLL_IN;
    expect_line(event, 200, "--- SIGIO {si_code=POLL_IN, si_fd=5<conn 1>} ---");
    event.error = -6;
    expect_line(event, 200, "--- SIGIO {si_code=-6, si_fd=5<conn 1>} ---");
    expect_line(concerning(EVENT_SIGNAL, -1, 0, "SIGTERM"), 200, "--- SIGTERM ---");
    event = concerning(EVENT_HANDLER, -1, 0, NULL);
    event.call = "malloc";
    expect_line(event, 200, "a signal handler called malloc, which is not async-signal-safe");
    expect_line(concerning(EVENT_THREAD_START, -1, 0, "thread"), 200, "+++ thread started +++");
    event = concerning(EVENT_THREAD_END, -1, 0, NULL);
    expect_line(event, 200, "+++ exited with 0 +++");
    event.result = -SIGKILL;
    expect_line(event, 200, "+++ killed by SIGKILL +++");
    event.result = INT64_MIN;
    expect_line(event, 200, "+++ ended by -9223372036854775808 +++");
    expect_line(concerning(EVENT_OPEN, 7, 2, "127.0.0.1:40312"), 200,
                "conn 2 is open, descriptor 7, of 127.0.0.1:40312");
    expect_line(concerning(EVENT_CLOSE, 7, 2, NULL), 200, "conn 2 is closed, descriptor was 7");
}

static void lines_of_rings(void **state)
{
    (void)state;
    struct event event = concerning(EVENT_SUBMIT, 5, 1, "LINK|MULTISHOT");
    event.call = "IORING_OP_RECV";
    event.bytes = 4096;
    expect_line(event, 200, "submit IORING_OP_RECV(5<conn 1>, 4096, LINK|MULTISHOT)");
    event.kind = EVENT_COMPLETE;
    event.result = 12;
    event.detail = "MORE|BUFFER 3";
    expect_line(event, 200, "complete IORING_OP_RECV(5<conn 1>) = 12 (MORE|BUFFER 3)");
    expect_line(event, 47, "complete IORING_OP_RECV(5<co... = 12 (MORE|...");
    event.error = ECANCELED;
    event.call = event.detail = NULL;
    expect_line(event, 200, "complete an operation(5<conn 1>) = -1 ECANCELED");
}

static void lines_of_the_script(void **state)
{
    (void)state;
    struct event event = concerning(EVENT_STEP, -1, 2, "20-slow.lua:14");
    event.client = 2;
    event.verb = "send";
    event.bytes = 12;
    event.data = "hello\n\xff 1234567890";
    event.data_size = 18;
    expect_line(event, 200, "client 2: send 12 B \"hello.. 12345678\"..., ok (20-slow.lua:14)");
    event.data_size = 3;
    event.outcome = OUTCOME_RESET;
    event.detail = "gone";
    expect_line(event, 200, "client 2: send 12 B \"hel\", failed: reset (gone)");
    expect_line(concerning(EVENT_MARK, -1, 0, "a mark"), 200, "mark: a mark");
    expect_line(concerning(EVENT_NOTE, -1, 0, NULL), 200, "note");
    expect_line(concerning(EVENT_CHECK, -1, 0, "all is well"), 200,
                "the check passed: all is well");
    event = concerning(EVENT_SERVER, -1, 0, NULL);
    expect_line(event, 200, "server: an act of the harness");
    event.verb = "start";
    event.result = 7000;
    expect_line(event, 200, "server: start 7000");
    event = concerning(EVENT_FAULT, 4, 1, NULL);
    event.call = "recv";
    event.error = ETIMEDOUT;
    expect_line(event, 200, "the tracer changed recv: it fails, ETIMEDOUT");
    event = concerning(EVENT_QUIET, -1, 0, NULL);
    expect_line(event, 200, "every client is silent now");
    event.verb = "end";
    expect_line(event, 200, "the clients may speak again");
}

/* Arguments are cut, and the result stands. */
static void results_are_kept(void **state)
{
    struct made made;
    struct failure failure;
    char text[64];
    (void)state;
    made_begin(&made);
    struct event select = made_enter(1 * MS, 1, "select", EVENT_NONE, 0, EVENT_NO);
    select.bytes = EVENT_NONE;
    select.detail = "40, {3 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20}, {}, {}";
    select.timeout = 1000 * MS;
    struct event leave = made_leave(select, made_event(&made, select), 2 * MS, 1, 0);
    leave.detail = "{5}, {}, {}";
    made_event(&made, leave);
    struct event accept = made_enter(3 * MS, 1, "accept", 3, 0, EVENT_YES);
    accept.bytes = EVENT_NONE;
    leave = made_leave(accept, made_event(&made, accept), 4 * MS, 7, 0);
    leave.fd = 7;
    leave.connection = 2;
    made_event(&made, leave);
    assert_int_equal(event_writer_close(made.writer, &failure), 0);
    struct recording *recording = recording_read(made.path, &failure);
    const struct event *events = recording->events;
    call_line(text, sizeof text, recording, 4, &events[0]);
    assert_string_equal(text,
                        "select(40, {3 5 6 7 8 9 10 11 12 13 14 15...) = 1 ({5}, {}, {})");
    call_line(text, sizeof text, recording, 1, &events[0]);
    assert_string_equal(text,
                        "select(40, {3 5 6 7 8 9 10 11 12 13 14 15 1... <unfinished ...>");
    call_line(text, 30, recording, 4, &events[0]);
    assert_string_equal(text, "select(40, {3 5 6...) = 1 ...");
    call_line(text, sizeof text, recording, 4, &events[2]);
    assert_string_equal(text, "accept(3) = 7<conn 2>");
    assert_false(call_line_told(recording, &events[2]));
    assert_true(call_line_told(recording, &events[3]));
    recording_free(recording);
    unlink(made.path);
    rmdir(made.folder);
}

/* --- anything at all --- */

/* Every kind, with nothing in it and with the worst; in every room. */
static void hostile(void **state)
{
    char text[512];
    (void)state;
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++)
        for (size_t room = 24; room <= sizeof text; room += room < 80 ? 1 : 72) {
            struct event event = event_make((enum event_kind)kind);
            struct recording recording = {.events = &event, .count = 1};
            if (kind == EVENT_ENTER || kind == EVENT_LEAVE)
                continue; /* these need a recording that was read */
            call_line(text, room, &recording, 1, &event);
            assert_true(strlen(text) > 0 && strlen(text) < room);
            event.fd = INT32_MIN;
            event.connection = event.error = event.client = INT32_MAX;
            event.bytes = event.timeout = event.result = INT64_MIN + 1;
            event.call = event.verb = event.detail =
                "a very long \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
                "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \033[2J name of a call";
            call_line(text, room, &recording, 1, &event);
            assert_true(strlen(text) > 0 && strlen(text) < room);
            const char *cut = strstr(text, "...");
            assert_false(cut && cut > text && (cut[-1] & 0xff) == 0xc3);
        }
}

static void nothing(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, made_nothing);
    viewed_draw(&viewed, &view_calls, 10, 80);
    viewed_has(&viewed, "\n>    0.000000         (nothing has happened yet)\n");
    viewed_every_size(&viewed, &view_calls);
    viewed_end(&viewed);
}

static void hostile_recording(void **state)
{
    struct made made;
    struct viewed viewed;
    (void)state;
    made_begin(&made);
    made_call(&made, made_enter(-5, 1, NULL, INT32_MAX, INT32_MAX, EVENT_NO), 5, INT64_MIN, 0);
    made_event(&made, made_enter(INT64_MAX, INT32_MAX, "\033[2J", INT32_MIN, -1, EVENT_NO));
    made_step(&made, INT64_MAX, INT64_MAX, NULL, -1, INT64_MAX);
    viewed_begin(&viewed, &made);
    for (int64_t time = 0; time < INT64_MAX / 2; time += INT64_MAX / 9) {
        player_seek(&viewed.show.player, time);
        viewed_draw(&viewed, &view_calls, 10, 80);
        viewed_has(&viewed, "  -2305843...      1  a call(2147483647<conn 21474836...) = "
                            "-2305843009213693951\n");
        assert_null(strchr(viewed.text, '\033'));
    }
    viewed_every_size(&viewed, &view_calls);
    viewed_end(&viewed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(around_the_present),
        cmocka_unit_test(a_call_on_one_line),
        cmocka_unit_test(the_middle),
        cmocka_unit_test(filtered),
        cmocka_unit_test(filter_is_bounded),
        cmocka_unit_test(lines_of_the_server),
        cmocka_unit_test(lines_of_rings),
        cmocka_unit_test(lines_of_the_script),
        cmocka_unit_test(results_are_kept),
        cmocka_unit_test(hostile),
        cmocka_unit_test(nothing),
        cmocka_unit_test(hostile_recording),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("view_calls", tests, NULL, NULL);
}
