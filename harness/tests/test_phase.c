/* Phases of the first models, from recordings made by hand: every boundary exact. */
#include <errno.h>
#include <string.h>

#include "tests/made.h"

/* How late stops are held to be where too few calls say otherwise (phase.h). */
#define STOP (100 * US)

/* Figure 6.1: recv sleeps until the peer sends, then copies. */
static void blocking(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_step(&made, 1 * US, 2 * US, "connect", 1, EVENT_NONE);
    made_thread(&made, 4 * US, 1);
    struct event enter = made_enter(10 * US, 1, "recv", 5, 1, EVENT_NO);
    uint64_t number = made_event(&made, enter);
    made_step(&made, 50 * MS, 20 * US, "send", 1, 12);
    made_event(&made, made_leave(enter, number, 50 * MS + 35 * US, 12, 0));
    made_call(&made, made_enter(50 * MS + 50 * US, 1, "send", 5, 1, EVENT_YES),
              50 * MS + 60 * US, 12, 0);
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 10 * US, SOURCE_STOP, 50 * MS, SOURCE_PEER,
                6 * US + 20 * US);
    made_expect(made_span(&made, PHASE_COPY, 0), 50 * MS, SOURCE_PEER, 50 * MS + 35 * US,
                SOURCE_EXIT, 20 * US + STOP);
    made_expect(made_span(&made, PHASE_BLOCKED, 0), 10 * US, SOURCE_STOP, 50 * MS + 35 * US,
                SOURCE_EXIT, 6 * US + STOP);
    made_expect_gapless(&made, 1, 4 * US, 50 * MS + 60 * US);
    struct phase_totals totals;
    phases_total(made.recording, &made.phases, &totals);
    assert_int_equal(totals.time[PHASE_WAIT], 50 * MS - 10 * US);
    assert_int_equal(totals.time[PHASE_BLOCKED], 50 * MS + 25 * US);
    assert_int_equal(totals.calls, 2);
    assert_int_equal(totals.wakeups, 1);
    assert_int_equal(totals.vain, 0);
    assert_int_equal(totals.messages, 1);
    assert_int_equal(totals.bytes_in, 12);
    assert_int_equal(totals.bytes_out, 12);
    made_end(&made);
}

static struct event nonblocking_recv(int64_t time, enum event_ternary ready)
{
    struct event event = made_enter(time, 1, "recv", 5, 1, ready);
    event.nonblocking = EVENT_YES;
    return event;
}

/* Figure 6.2: asked four times in vain, with a pause between, then copied. */
static void nonblocking(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    made_step(&made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    for (int i = 0; i < 4; i++) {
        int64_t at = (10 + 20 * i) * MS;
        made_call(&made, nonblocking_recv(at, EVENT_NO), at + 30 * US, -1, EAGAIN);
        struct event pause =
            made_enter(at + 40 * US, 1, "nanosleep", EVENT_NONE, 0, EVENT_UNKNOWN);
        pause.timeout = 19 * MS;
        made_call(&made, pause, at + 19 * MS, 0, 0);
    }
    made_step(&made, 81 * MS, 10 * US, "send", 1, 5);
    made_call(&made, nonblocking_recv(90 * MS, EVENT_YES), 90 * MS + 40 * US, 5, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 1);
    made_expect(made_span(&made, PHASE_WAIT, 0), 10 * MS, SOURCE_STOP, 81 * MS, SOURCE_PEER,
                (10 * MS - 1 * US) + 10 * US);
    /* The copy begins with the call that takes, not with the arrival. */
    made_expect(made_span(&made, PHASE_COPY, 0), 90 * MS, SOURCE_STOP, 90 * MS + 40 * US,
                SOURCE_EXIT, 1 * MS + 40 * US);
    assert_int_equal(made_count(&made, PHASE_POLLING), 4);
    assert_int_equal(made_count(&made, PHASE_PAUSED), 4);
    assert_int_equal(made_count(&made, PHASE_BLOCKED), 0);
    made_expect_gapless(&made, 1, 1 * US, 90 * MS + 40 * US);
    struct phase_totals totals;
    phases_total(made.recording, &made.phases, &totals);
    assert_int_equal(totals.vain, 4);
    assert_int_equal(totals.wakeups, 0);
    assert_int_equal(totals.messages, 1);
    made_end(&made);
}

static struct event wait_call(int64_t time, const char *call, const char *sets,
                              enum event_ternary ready)
{
    struct event event = made_enter(time, 1, call, EVENT_NONE, 0, ready);
    event.bytes = EVENT_NONE;
    event.nonblocking = EVENT_UNKNOWN;
    event.timeout = EVENT_FOREVER;
    event.detail = sets;
    return event;
}

static void opened(struct made *made, int64_t time, int connection, int fd)
{
    struct event event = event_make(EVENT_OPEN);
    event.time = time;
    event.thread = 1;
    event.connection = connection;
    event.fd = fd;
    made_event(made, event);
}

static void waited(struct made *made, struct event enter, int64_t until, const char *sets)
{
    uint64_t number = made_event(made, enter);
    struct event leave = made_leave(enter, number, until, 1, 0);
    leave.detail = sets;
    made_event(made, leave);
}

/* Figure 6.3: select sleeps for two connections; the second speaks, then the first. */
static void select_model(struct made *made, const char *call, const char *const sets[3])
{
    made_begin(made);
    made_thread(made, 1 * US, 1);
    made_step(made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    made_step(made, 3 * US, 1 * US, "connect", 2, EVENT_NONE);
    opened(made, 5 * US, 1, 5);
    opened(made, 6 * US, 2, 6);
    made_step(made, 30 * MS, 10 * US, "send", 2, 7);
    waited(made, wait_call(10 * US, call, sets[0], EVENT_NO), 30 * MS + 20 * US, sets[2]);
    made_call(made, made_enter(30 * MS + 30 * US, 1, "recv", 6, 2, EVENT_YES),
              30 * MS + 50 * US, 7, 0);
    made_step(made, 70 * MS, 15 * US, "send", 1, 3);
    waited(made, wait_call(30 * MS + 90 * US, call, sets[0], EVENT_NO), 70 * MS + 25 * US,
           sets[1]);
    made_call(made, made_enter(70 * MS + 30 * US, 1, "recv", 5, 1, EVENT_YES),
              70 * MS + 45 * US, 3, 0);
    made_read(made);
}

static void expect_select_model(const struct made *made)
{
    const struct phase *first = made_span(made, PHASE_WAIT, 0);
    const struct phase *second = made_span(made, PHASE_WAIT, 1);
    assert_int_equal(made_count(made, PHASE_WAIT), 3);
    assert_int_equal(first->connection, 2);
    made_expect(first, 10 * US, SOURCE_STOP, 30 * MS, SOURCE_PEER, 4 * US + 10 * US);
    assert_int_equal(second->connection, 1);
    made_expect(second, 10 * US, SOURCE_STOP, 70 * MS, SOURCE_PEER, 4 * US + 15 * US);
    made_expect(made_span(made, PHASE_WAIT, 2), 30 * MS + 90 * US, SOURCE_STOP,
                70 * MS + 45 * US, SOURCE_CUT, 40 * US);
    made_expect(made_span(made, PHASE_COPY, 0), 30 * MS + 30 * US, SOURCE_STOP,
                30 * MS + 50 * US, SOURCE_EXIT, 10 * US + 20 * US);
    assert_int_equal(made_count(made, PHASE_BLOCKED), 2);
    made_expect_gapless(made, 1, 1 * US, 70 * MS + 45 * US);
}

static void select_(void **state)
{
    static const char *const sets[] = {"7, {3 5 6}, {}, {}", "{5}, {}, {}", "{6}, {}, {}"};
    struct made made;
    (void)state;
    select_model(&made, "select", sets);
    expect_select_model(&made);
    struct phase_totals totals;
    phases_total(made.recording, &made.phases, &totals);
    assert_int_equal(totals.wakeups, 2);
    assert_int_equal(totals.messages, 2);
    assert_int_equal(totals.vain, 0);
    made_end(&made);
}

static void poll_(void **state)
{
    static const char *const sets[] = {"{3:IN 5:IN 6:IN|OUT}", "{5:IN}", "{6:IN|RDHUP}"};
    struct made made;
    (void)state;
    select_model(&made, "poll", sets);
    expect_select_model(&made);
    made_end(&made);
}

/* A set that asks only whether it may write is no wait for data. */
static void write_interest(void **state)
{
    static const char *const sets[] = {"{6:OUT 5:IN}", "{5:IN}", "{6:OUT}"};
    struct made made;
    (void)state;
    select_model(&made, "poll", sets);
    assert_int_equal(made_count(&made, PHASE_WAIT), 1);
    assert_int_equal(made_span(&made, PHASE_WAIT, 0)->connection, 1);
    made_end(&made);
}

static void controlled(struct made *made, int64_t time, const char *what)
{
    struct event event = made_enter(time, 1, "epoll_ctl", 4, 0, EVENT_UNKNOWN);
    event.detail = what;
    made_call(made, event, time + 1 * US, 0, 0);
}

/* epoll: the interest was told before; the wait call names nothing. */
static void epoll(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    made_step(&made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    opened(&made, 5 * US, 1, 5);
    controlled(&made, 6 * US, "ADD 5 IN|ET");
    for (int i = 0; i < 2; i++) {
        int64_t at = i * 10 * MS;
        struct event wait = wait_call(at + 10 * US, "epoll_wait", NULL, EVENT_NO);
        wait.fd = 4;
        made_step(&made, at + 5 * MS, 10 * US, "send", 1, 7);
        waited(&made, wait, at + 5 * MS + 20 * US, "{5:IN}");
        made_call(&made, made_enter(at + 5 * MS + 30 * US, 1, "recv", 5, 1, EVENT_YES),
                  at + 5 * MS + 50 * US, 7, 0);
    }
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 2);
    made_expect(made_span(&made, PHASE_WAIT, 0), 10 * US, SOURCE_STOP, 5 * MS, SOURCE_PEER,
                3 * US + 10 * US);
    made_expect(made_span(&made, PHASE_WAIT, 1), 10 * MS + 10 * US, SOURCE_STOP, 15 * MS,
                SOURCE_PEER, (5 * MS - 40 * US) + 10 * US);
    made_end(&made);
}

static struct event setting(int64_t time, const char *call, const char *detail)
{
    struct event event = made_enter(time, 1, call, 5, 1, EVENT_UNKNOWN);
    event.detail = detail;
    return event;
}

/* Figure 6.4: the wait begins when a signal is asked for, then whenever all has been taken; the
   thread runs until the signal. */
static void signal_driven(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    made_step(&made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    made_call(&made, setting(5 * MS, "fcntl", "F_SETFL O_RDWR|O_NONBLOCK|O_ASYNC"),
              5 * MS + 10 * US, 0, 0);
    for (int i = 1; i < 3; i++) {
        int64_t at = 50 * i * MS;
        struct event signal = event_make(EVENT_SIGNAL);
        made_step(&made, at, 10 * US, "send", 1, 12);
        signal.time = at + 20 * US;
        signal.thread = 1;
        signal.connection = 1;
        made_event(&made, signal);
        made_call(&made, nonblocking_recv(at + 50 * US, EVENT_YES), at + 70 * US, 12, 0);
    }
    made_call(&made, setting(120 * MS, "ioctl", "FIOASYNC 0"), 120 * MS + 10 * US, 0, 0);
    made_step(&made, 150 * MS, 10 * US, "send", 1, 12);
    made_call(&made, nonblocking_recv(160 * MS, EVENT_YES), 160 * MS + 10 * US, 12, 0);
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 5 * MS + 10 * US, SOURCE_EXIT, 50 * MS,
                SOURCE_PEER, 10 * US + 10 * US);
    made_expect(made_span(&made, PHASE_WAIT, 1), 50 * MS + 70 * US, SOURCE_EXIT, 100 * MS,
                SOURCE_PEER, 20 * US + 10 * US);
    assert_int_equal(made_count(&made, PHASE_WAIT), 3); /* none after the last copy */
    assert_int_equal(made_count(&made, PHASE_COPY), 3);
    assert_int_equal(made_count(&made, PHASE_NOTIFIED), 2);
    assert_int_equal(made_count(&made, PHASE_BLOCKED), 0);
    assert_int_equal(made_span(&made, PHASE_NOTIFIED, 0)->begin, 50 * MS + 20 * US);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocking),      cmocka_unit_test(nonblocking),
        cmocka_unit_test(select_),       cmocka_unit_test(poll_),
        cmocka_unit_test(epoll),         cmocka_unit_test(write_interest),
        cmocka_unit_test(signal_driven),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("phase", tests, NULL, NULL);
}
