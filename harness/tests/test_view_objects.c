/* The view of kernel objects: what it draws is what the events say, in any room; and which
   operations are in flight, without a look at all of them. */
#include <errno.h>
#include <string.h>

#include "tests/made.h"
#include "visualizer/view.h"

#define ROWS    15
#define COLUMNS 80
#define MARGIN  3

/* --- what is drawn --- */

struct run {
    struct made made;
    struct tape *tape;
    struct show show;
};

static void run_begin(struct run *run, void (*make)(struct made *))
{
    struct failure failure = {.text = ""};
    made_begin(&run->made);
    make(&run->made);
    made_read(&run->made);
    run->tape = tape_open(run->made.path, NULL, NULL, &failure);
    assert_non_null(run->tape);
    run->show = (struct show){.view = 0};
    player_make(&run->show.player, &run->tape, 1);
}

static void run_end(struct run *run)
{
    tape_close(run->tape);
    made_end(&run->made);
}

/* The page when all that happened until `time` of the recording has. */
static char *page_at(struct run *run, int64_t time, int rows, int columns)
{
    struct canvas canvas;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    player_seek(&run->show.player, time - run->tape->origin);
    assert_int_equal(canvas_make(&canvas, rows, columns, false), 0);
    view_objects.draw(&run->show, &canvas, (struct canvas_area){0, 0, rows, columns});
    canvas_print(&canvas, out);
    fclose(out);
    canvas_free(&canvas);
    return text;
}

static void expect_has(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("\"%s\" is not in\n%s", text, page);
}

static void expect_page(struct run *run, int64_t time, const char *text)
{
    char *page = page_at(run, time, ROWS, COLUMNS);
    expect_has(page, text);
    free(page);
}

/* --- runs --- */

static void open_connection(struct made *made, int64_t time, int connection, int fd)
{
    struct event event = event_make(EVENT_OPEN);
    event.time = time;
    event.thread = 1;
    event.connection = connection;
    event.fd = fd;
    made_event(made, event);
}

static uint64_t enter(struct made *made, int64_t time, int thread, const char *call, int fd,
                      const char *detail)
{
    struct event event = made_enter(time, thread, call, fd, 0, EVENT_NO);
    event.detail = detail;
    return made_event(made, event);
}

static void leave(struct made *made, int64_t time, uint64_t number, const char *call, int fd,
                  int64_t result, const char *detail)
{
    struct event event = made_enter(time, 1, call, fd, 0, EVENT_NO);
    event = made_leave(event, number, time, result, 0);
    event.detail = detail;
    made_event(made, event);
}

/* Listens with a backlog of 16; connections 1 and 2 come, and 1 is accepted. */
static void arrivals(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    leave(made, 3 * MS, enter(made, 2 * MS, 1, "listen", 3, "16"), "listen", 3, 0, NULL);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    made_step(made, 11 * MS, 10 * US, "connect", 2, EVENT_NONE);
    open_connection(made, 12 * MS, 1, 4);
}

/* Asleep in select; connection 2 has sent 5 bytes into the backlog. */
static void with_select(struct made *made)
{
    arrivals(made);
    leave(made, 13 * MS, enter(made, 12 * MS + 5, 1, "select", EVENT_NONE, "4, {3}, {}, {}"),
          "select", EVENT_NONE, 1, "{3}, {}, {}");
    uint64_t number = enter(made, 20 * MS, 1, "select", EVENT_NONE, "5, {3 4}, {4}, {}");
    made_step(made, 30 * MS, 10 * US, "send", 2, 5);
    leave(made, 50 * MS, number, "select", EVENT_NONE, 2, "{3}, {4}, {}");
    struct event close = event_make(EVENT_CLOSE);
    made_step(made, 60 * MS, 10 * US, "close", 1, EVENT_NONE);
    close.time = 61 * MS;
    close.thread = close.connection = 1;
    close.fd = 4;
    made_event(made, close);
}

/* Reads 1 of 9 bytes, then waits for an edge that came already; then the peer ends. */
static void with_epoll(struct made *made)
{
    arrivals(made);
    open_connection(made, 12 * MS, 2, 5);
    leave(made, 13 * MS, enter(made, 13 * MS, 1, "epoll_ctl", 8, "ADD 3 IN"), "epoll_ctl", 8, 0,
          NULL);
    leave(made, 14 * MS, enter(made, 14 * MS, 1, "epoll_ctl", 8, "ADD 4 IN|OUT|ET"),
          "epoll_ctl", 8, 0, NULL);
    leave(made, 15 * MS, enter(made, 15 * MS, 1, "epoll_ctl", 8, "ADD 5 IN"), "epoll_ctl", 8, 0,
          NULL);
    uint64_t number = enter(made, 20 * MS, 1, "epoll_wait", 8, NULL);
    made_step(made, 30 * MS, 10 * US, "send", 1, 9);
    leave(made, 31 * MS, number, "epoll_wait", 8, 1, "{4:IN|OUT}");
    made_call(made, made_enter(32 * MS, 1, "recv", 4, 1, EVENT_YES), 33 * MS, 1, 0);
    number = enter(made, 34 * MS, 1, "epoll_wait", 8, NULL);
    made_step(made, 60 * MS, 10 * US, "half_close", 2, EVENT_NONE);
    leave(made, 70 * MS, number, "epoll_wait", 8, 1, "{5:IN|RDHUP}");
}

static struct event ring_event(enum event_kind kind, int64_t time, const char *call, int fd,
                               int connection, uint64_t user_data)
{
    struct event event = event_make(kind);
    event.time = time;
    event.process = 1;
    event.call = call;
    event.fd = fd;
    event.connection = connection;
    event.pair = user_data;
    return event;
}

static void with_ring(struct made *made)
{
    struct event event;
    arrivals(made);
    uint64_t number =
        enter(made, 20 * MS, 1, "io_uring_enter", 9, "submit 2, wait 1, GETEVENTS, head 0");
    event = ring_event(EVENT_SUBMIT, 20 * MS, "IORING_OP_ACCEPT", 3, 0, 1);
    event.detail = "MULTISHOT";
    made_event(made, event);
    made_event(made, ring_event(EVENT_SUBMIT, 20 * MS, "IORING_OP_RECV", 4, 1, 2));
    event = ring_event(EVENT_COMPLETE, 30 * MS, "IORING_OP_RECV", 4, 1, 2);
    event.result = event.bytes = 12;
    made_event(made, event);
    leave(made, 30 * MS, number, "io_uring_enter", 9, 2, "completed 1, head 0, there 1");
}

static void with_helpers(struct made *made)
{
    arrivals(made);
    made_thread(made, 13 * MS, 2);
    made_call(made, made_enter(14 * MS, 2, "pread", 4, 1, EVENT_NO), 15 * MS, -1, ESPIPE);
    made_event(made, made_enter(16 * MS, 2, "read", 4, 1, EVENT_NO));
    made_step(made, 90 * MS, 10 * US, "mark", 0, EVENT_NONE);
}

static void with_signals(struct made *made)
{
    struct event signal = event_make(EVENT_SIGNAL);
    arrivals(made);
    signal.time = 20 * MS;
    signal.thread = signal.connection = 1;
    signal.fd = 4;
    signal.detail = "SIGIO";
    made_event(made, signal);
    signal.time = 40 * MS;
    signal.fd = EVENT_NONE;
    signal.connection = 0;
    signal.detail = "SIGCONT";
    made_event(made, signal);
}

/* A thousand connections; those whose number is divisible by 300 have sent. */
static void crowd(struct made *made)
{
    made_thread(made, 1, 1);
    for (int i = 1; i <= 1000; i++) {
        made_step(made, 10 * MS + i, 1, "connect", i, EVENT_NONE);
        open_connection(made, 20 * MS + i, i, i + 10);
    }
    for (int i = 300; i <= 1000; i += 300)
        made_step(made, 30 * MS + i, 1, "send", i, i);
}

/* A thread for each connection, asleep; and one that nobody let in. */
static void many_threads(struct made *made)
{
    made_step(made, 5 * MS, 1, "pause", 0, EVENT_NONE);
    for (int i = 1; i <= 100; i++) {
        made_thread(made, 1, i);
        made_event(made, made_enter(10 * MS + i, i, "recv", i, i, EVENT_NO));
    }
    struct event refused = event_make(EVENT_STEP);
    refused.time = 90 * MS;
    refused.verb = "connect";
    refused.connection = 101;
    refused.outcome = OUTCOME_REFUSED;
    made_event(made, refused);
}

static void empty(struct made *made)
{
    (void)made;
}

/* Nothing that a program would do: no names, no order, the largest numbers. */
static void hostile(struct made *made)
{
    static const char *const details[] = {
        NULL, "", "{", "}", "ADD 5 ", "ADD 99999999999 IN", "4, {3", "{{{}}}", "-7"};
    static const char *const calls[] = {NULL,        "select", "poll",
                                        "epoll_ctl", "listen", "epoll_wait",
                                        "read",      "pread",  "io_uring_enter"};
    for (size_t i = 0; i < 9 * 9; i++) {
        struct event event = made_enter((int64_t)i, (int)(i % 3) - 1, calls[i % 9],
                                        i % 2 ? INT32_MAX : -9, (int)(i % 4), EVENT_UNKNOWN);
        event.detail = details[i / 9];
        event.process = 1;
        event.bytes = i % 2 ? INT64_C(1) << 40 : INT64_MIN;
        event.timeout = i % 3 ? INT64_MAX : -5;
        uint64_t number = made_event(made, event);
        event.kind = EVENT_LEAVE;
        event.pair = number;
        event.result = INT64_C(1) << 40;
        made_event(made, event);
        event.kind = i % 2 ? EVENT_SUBMIT : EVENT_COMPLETE;
        made_event(made, event);
        event.kind = i % 5 ? EVENT_OPEN : EVENT_SIGNAL;
        made_event(made, event);
        event.kind = EVENT_STEP;
        event.bytes = INT64_MAX;
        event.verb = i % 2 ? "send" : NULL;
        event.outcome = OUTCOME_REFUSED;
        made_event(made, event);
    }
}

/* --- tests --- */

static void connections(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, with_select);
    expect_page(&run, 11 * MS,
                " listener fd 3   backlog 2 of 16   connections: 0 open, 0 closed");
    expect_page(&run, 40 * MS,
                " listener fd 3   backlog 1 of 16   connections: 1 open, 0 closed\n"
                " thread 1   B blocked in select, for 20.0 ms\n");
    expect_page(&run, 40 * MS,
                " conn   fd unread, each # x 4  way back to the peer state\n"
                "    1    4 ..........        0 ..........        0  open, waits for data 20.0 "
                "ms\n"
                ">   2    - ##........        5 ..........        0  in backlog\n");
    expect_page(&run, 60 * MS,
                "\n>   1    4 ..........        0 ..........        0  peer ended");
    expect_page(&run, 61 * MS,
                "\n>   1    - ..........        0 ..........        0  closed by "
                "both\n");
    expect_page(&run, 61 * MS, "connections: 0 open, 1 closed");
    run_end(&run);
}

static void sets(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, with_select);
    expect_page(&run, 12 * MS + 10,
                " select   asked                              has not come "
                "back yet\n"
                "  read    {3}\n");
    expect_page(&run, 40 * MS,
                " select   asked                              before: came back "
                "27.0 ms ago\n"
                "  read    {3 4}                              {3}\n"
                "  write   {4}                                {}\n"
                "  except  {}                                 {}\n");
    expect_page(&run, 51 * MS,
                "came back 1.00 ms ago\n"
                "  read    {3 4}                              {3}\n"
                "  write   {4}                                {4}\n");
    run_end(&run);
}

/* The rest of what was told once lies there, and no call comes back for it. */
static void shelves(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, with_epoll);
    expect_page(&run, 20 * MS,
                " epoll 8: 3 watched, 0 ready\n"
                " ready    nothing\n"
                " interest [3 listener IN] [4 conn 1 IN|OUT|ET] [5 conn 2 IN]\n");
    expect_page(&run, 30 * MS,
                " epoll 8: 3 watched, 1 ready\n"
                " ready    [4 conn 1 IN|OUT|ET 9 B]\n");
    expect_page(&run, 50 * MS,
                " epoll 8: 3 watched, 0 ready; 19.0 ms ago {4:IN|OUT} came back\n"
                " ready    nothing\n"
                " told     [4 conn 1 IN|OUT|ET 8 B]\n"
                " interest [3 listener IN]");
    expect_page(&run, 65 * MS, " ready    [5 conn 2 IN 0 B end]\n");
    run_end(&run);
}

static void ring(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, with_ring);
    expect_page(&run, 25 * MS,
                " io_uring: 2 in flight: 1 ACCEPT, 1 RECV\n"
                "   asked 5.00 ms ago: submit 2, wait 1, GETEVENTS, head 0\n"
                "\n"
                "   [ACCEPT 3 multishot] [RECV 4 conn 1]\n");
    expect_page(&run, 30 * MS,
                " io_uring: 1 in flight: 1 ACCEPT\n"
                "   asked 10.0 ms ago: submit 2, wait 1, GETEVENTS, head 0\n"
                "   came back 0 ago: completed 1, head 0, there 1\n"
                "   [ACCEPT 3 multishot]\n");
    run_end(&run);
}

static void helpers_and_signals(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, with_helpers);
    expect_page(&run, 20 * MS,
                "\n POSIX AIO: 1 request in progress, each in a helper of the C "
                "library\n"
                "   [read 4 conn 1, helper 2]\n");
    expect_page(&run, 20 * MS, "  open, thread 2 waits 4.00 ms\n");
    run_end(&run);
    run_begin(&run, with_signals);
    expect_page(&run, 25 * MS,
                "\n signals  [thread 1 got SIGIO, fd 4 (conn 1), 5.00 ms ago]\n");
    char *page = page_at(&run, 45 * MS, ROWS, COLUMNS);
    assert_null(strstr(page, "SIGCONT"));
    free(page);
    run_end(&run);
}

/* First those in which data lies, the latest of them first; then where something was last. */
static void active_first(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, crowd);
    char *page = page_at(&run, 40 * MS, 10, COLUMNS);
    expect_has(page,
               "\n> 900  910 #####.....      900 ..........        0  open, data lies there\n"
               "  600  610 #####.....      600 ..........        0  open, data lies there\n"
               "  300  310 #####.....      300 ..........        0  open, data lies there\n"
               " 1000 1010 ..........        0 ..........        0  open\n"
               "  999 1009 ..........        0 ..........        0  open\n"
               " ... and 995 more\n");
    free(page);
    run_end(&run);
}

static void threads_in_boxes(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, many_threads);
    expect_page(&run, 20 * MS, " threads  [1 B recv(1)] [2 B recv(2)]");
    expect_page(&run, 20 * MS, "[12 B recv(12)] +88 more\n");
    expect_page(&run, 20 * MS, "  nobody saw it begin\n");
    expect_page(&run, 95 * MS,
                "\n> 101    - ..........        0 ..........        0  not "
                "connected: refused\n");
    run_end(&run);
}

/* --- what is in flight --- */

struct flying {
    size_t count;
    const struct operation *last;
};

static void count(void *context, const struct operation *operation)
{
    struct flying *flying = context;
    assert_true(!flying->last || flying->last < operation); /* in order of submission */
    flying->last = operation;
    flying->count++;
}

/* Each third operation is never completed, the others after a while of its own. */
static void many_operations(struct made *made)
{
    made_thread(made, 0, 1);
    for (int i = 0; i < 2000; i++) {
        struct event event =
            ring_event(EVENT_SUBMIT, 1000 + i * 10, "IORING_OP_RECV", 4, 1, (uint64_t)i);
        event.detail = i % 7 ? NULL : "CQE_SKIP_SUCCESS";
        made_event(made, event);
        if (i % 3 == 0)
            continue;
        event.kind = EVENT_COMPLETE;
        event.detail = NULL;
        event.time += i % 5 * 1501;
        made_event(made, event);
    }
}

static void flight(void **state)
{
    struct run run;
    (void)state;
    run_begin(&run, many_operations);
    const struct recording *recording = run.tape->recording;
    assert_int_equal(run.tape->operations.count, 2000);
    for (size_t place = 1; place <= recording->count; place++) {
        struct flying flying = {.count = 0};
        int64_t time = recording->events[place - 1].time;
        if (place < recording->count && recording->events[place].time == time)
            continue; /* counted by time, both are right about the last of equal times only */
        flight_at(&run.tape->flight, recording->events + place, count, &flying);
        assert_int_equal(flying.count, operations_in_flight(&run.tape->operations, 1, time));
    }
    run_end(&run);
}

/* --- any room, anything in it --- */

static void expect_margin(const struct canvas *canvas, struct canvas_area area)
{
    for (int row = 0; row < canvas->rows; row++)
        for (int column = 0; column < canvas->columns; column++) {
            bool inside = row >= area.row && row < area.row + area.rows &&
                          column >= area.column && column < area.column + area.columns;
            if (!inside && canvas_at(canvas, row, column)->point != ' ')
                fail_msg("%d x %d: drawn at %d, %d", area.rows, area.columns, row, column);
        }
}

static void draw_all_sizes(struct run *run)
{
    for (int rows = 0; rows < 50; rows++)
        for (int columns = 0; columns < 200; columns += columns < 90 ? 1 : 37) {
            struct canvas canvas;
            struct canvas_area area = {MARGIN, MARGIN, rows, columns};
            canvas_make(&canvas, rows + 2 * MARGIN, columns + 2 * MARGIN, columns % 2);
            player_seek_place(&run->show.player,
                              run->tape->recording->count * (size_t)(columns % 11) / 10);
            view_objects.draw(&run->show, &canvas, area);
            expect_margin(&canvas, area);
            canvas_free(&canvas);
        }
}

static void every_size(void **state)
{
    static void (*const makers[])(struct made *) = {with_select,  with_epoll,   with_ring,
                                                    with_helpers, with_signals, crowd,
                                                    many_threads, empty,        hostile};
    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        struct run run;
        run_begin(&run, makers[i]);
        draw_all_sizes(&run);
        run_end(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections),
        cmocka_unit_test(sets),
        cmocka_unit_test(shelves),
        cmocka_unit_test(ring),
        cmocka_unit_test(helpers_and_signals),
        cmocka_unit_test(active_first),
        cmocka_unit_test(threads_in_boxes),
        cmocka_unit_test(flight),
        cmocka_unit_test(every_size),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("view_objects", tests, NULL, NULL);
}
