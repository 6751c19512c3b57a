/* The view of kernel objects: what it draws is what the events say, in any room. */
#include "tests/viewed.h"

#define COLUMNS 80

/* When all that happened until `time` of the recording has. */
static void draw_at(struct viewed *viewed, int64_t time, int rows)
{
    player_seek(&viewed->show.player, time - viewed->tapes[0]->origin);
    viewed_draw(viewed, &view_objects, rows, COLUMNS);
}

static void expect_at(struct viewed *viewed, int64_t time, const char *text)
{
    draw_at(viewed, time, 15);
    viewed_has(viewed, text);
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

static void with_ring(struct made *made)
{
    struct event event;
    arrivals(made);
    uint64_t number =
        enter(made, 20 * MS, 1, "io_uring_enter", 9, "submit 2, wait 1, GETEVENTS, head 0");
    event = made_operation(EVENT_SUBMIT, 20 * MS, "IORING_OP_ACCEPT", 3, 0, 1);
    event.detail = "MULTISHOT";
    made_event(made, event);
    made_event(made, made_operation(EVENT_SUBMIT, 20 * MS, "IORING_OP_RECV", 4, 1, 2));
    event = made_operation(EVENT_COMPLETE, 30 * MS, "IORING_OP_RECV", 4, 1, 2);
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
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, with_select);
    expect_at(&viewed, 11 * MS,
              " listener fd 3   backlog 2 of 16   connections: 0 open, 0 closed");
    expect_at(&viewed, 40 * MS,
              " listener fd 3   backlog 1 of 16   connections: 1 open, 0 closed\n"
              " thread 1   B blocked in select, for 20.0 ms\n");
    expect_at(&viewed, 40 * MS,
              " conn   fd unread, each # x 4  way back to the peer state\n"
              "    1    4 ..........        0 ..........        0  open, waits for data 20.0 "
              "ms\n"
              ">   2    - ##........        5 ..........        0  in backlog\n");
    expect_at(&viewed, 60 * MS,
              "\n>   1    4 ..........        0 ..........        0  peer ended");
    expect_at(&viewed, 61 * MS,
              "\n>   1    - ..........        0 ..........        0  closed by "
              "both\n");
    expect_at(&viewed, 61 * MS, "connections: 0 open, 1 closed");
    viewed_end(&viewed);
}

static void sets(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, with_select);
    expect_at(&viewed, 12 * MS + 10,
              " select   asked                              has not come "
              "back yet\n"
              "  read    {3}\n");
    expect_at(&viewed, 40 * MS,
              " select   asked                              before: came back "
              "27.0 ms ago\n"
              "  read    {3 4}                              {3}\n"
              "  write   {4}                                {}\n"
              "  except  {}                                 {}\n");
    expect_at(&viewed, 51 * MS,
              "came back 1.00 ms ago\n"
              "  read    {3 4}                              {3}\n"
              "  write   {4}                                {4}\n");
    viewed_end(&viewed);
}

/* The rest of what was told once lies there, and no call comes back for it. */
static void shelves(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, with_epoll);
    expect_at(&viewed, 20 * MS,
              " epoll 8: 3 watched, 0 ready\n"
              " ready    nothing\n"
              " interest [3 listener IN] [4 conn 1 IN|OUT|ET] [5 conn 2 IN]\n");
    expect_at(&viewed, 30 * MS,
              " epoll 8: 3 watched, 1 ready\n"
              " ready    [4 conn 1 IN|OUT|ET 9 B]\n");
    expect_at(&viewed, 50 * MS,
              " epoll 8: 3 watched, 0 ready; 19.0 ms ago {4:IN|OUT} came back\n"
              " ready    nothing\n"
              " told     [4 conn 1 IN|OUT|ET 8 B]\n"
              " interest [3 listener IN]");
    expect_at(&viewed, 65 * MS, " ready    [5 conn 2 IN 0 B end]\n");
    viewed_end(&viewed);
}

static void ring(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, with_ring);
    expect_at(&viewed, 25 * MS,
              " io_uring: 2 in flight: 1 ACCEPT, 1 RECV\n"
              "   asked 5.00 ms ago: submit 2, wait 1, GETEVENTS, head 0\n"
              "\n"
              "   [ACCEPT 3 multishot] [RECV 4 conn 1]\n");
    expect_at(&viewed, 30 * MS,
              " io_uring: 1 in flight: 1 ACCEPT\n"
              "   asked 10.0 ms ago: submit 2, wait 1, GETEVENTS, head 0\n"
              "   came back 0 ago: completed 1, head 0, there 1\n"
              "   [ACCEPT 3 multishot]\n");
    viewed_end(&viewed);
}

static void helpers_and_signals(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, with_helpers);
    expect_at(&viewed, 20 * MS,
              "\n POSIX AIO: 1 request in progress, each in a helper of the C "
              "library\n"
              "   [read 4 conn 1, helper 2]\n");
    expect_at(&viewed, 20 * MS, "  open, thread 2 waits 4.00 ms\n");
    viewed_end(&viewed);
    viewed_make(&viewed, with_signals);
    expect_at(&viewed, 25 * MS,
              "\n signals  [thread 1 got SIGIO, fd 4 (conn 1), 5.00 ms ago]\n");
    draw_at(&viewed, 45 * MS, 15);
    viewed_lacks(&viewed, "SIGCONT");
    viewed_end(&viewed);
}

/* First those in which data lies, the latest of them first; then where something was last. */
static void active_first(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, crowd);
    draw_at(&viewed, 40 * MS, 10);
    viewed_has(&viewed,
               "\n> 900  910 #####.....      900 ..........        0  open, data lies there\n"
               "  600  610 #####.....      600 ..........        0  open, data lies there\n"
               "  300  310 #####.....      300 ..........        0  open, data lies there\n"
               " 1000 1010 ..........        0 ..........        0  open\n"
               "  999 1009 ..........        0 ..........        0  open\n"
               " ... and 995 more\n");
    viewed_end(&viewed);
}

static void threads_in_boxes(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, many_threads);
    expect_at(&viewed, 20 * MS, " threads  [1 B recv(1)] [2 B recv(2)]");
    expect_at(&viewed, 20 * MS, "[12 B recv(12)] +88 more\n");
    expect_at(&viewed, 20 * MS, "  nobody saw it begin\n");
    expect_at(&viewed, 95 * MS,
              "\n> 101    - ..........        0 ..........        0  not "
              "connected: refused\n");
    viewed_end(&viewed);
}

/* --- any room, anything in it --- */

static void draw_all_sizes(struct viewed *viewed)
{
    size_t count = viewed->tapes[0]->recording->count;
    for (int rows = 0; rows < 50; rows++)
        for (int columns = 0; columns < 200; columns += columns < 90 ? 1 : 37) {
            player_seek_place(&viewed->show.player, count * (size_t)(columns % 11) / 10);
            viewed_size(viewed, &view_objects, rows, columns);
        }
}

static void every_size(void **state)
{
    static void (*const makers[])(struct made *) = {with_select,  with_epoll,   with_ring,
                                                    with_helpers, with_signals, crowd,
                                                    many_threads, made_nothing, hostile};
    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        struct viewed viewed = {.count = 0};
        viewed_make(&viewed, makers[i]);
        draw_all_sizes(&viewed);
        viewed_end(&viewed);
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
        cmocka_unit_test(every_size),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("view_objects", tests, NULL, NULL);
}
