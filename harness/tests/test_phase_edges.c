/* Phases where events are few, odd or at odds: what was seen at entry has precedence. */
#include <errno.h>
#include <string.h>

#include "tests/made.h"

#define STOP (100 * US) /* how late stops are held to be where too few calls say otherwise */

static void begin(struct made *made)
{
    made_begin(made);
    made_thread(made, 1 * US, 1);
    made_step(made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
}

static struct event recv_at(int64_t time, enum event_ternary ready)
{
    return made_enter(time, 1, "recv", 5, 1, ready);
}

/* One receive takes three sends: the wait ended at the first that came after it began. */
static void several_sends(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    struct event enter = recv_at(10 * US, EVENT_NO);
    uint64_t number = made_event(&made, enter);
    made_step(&made, 1 * MS, 5 * US, "send", 1, 4);
    made_step(&made, 1 * MS + 6 * US, 5 * US, "send", 1, 4);
    made_step(&made, 1 * MS + 12 * US, 5 * US, "send", 1, 4);
    made_event(&made, made_leave(enter, number, 1 * MS + 20 * US, 12, 0));
    made_call(&made, recv_at(2 * MS, EVENT_NO), 9 * MS, 0, 0);
    made_read(&made);
    assert_int_equal(made_span(&made, PHASE_WAIT, 0)->end, 1 * MS);
    /* Nothing of the three was left: the next wait is ended by nothing that is known. */
    assert_int_equal(made_span(&made, PHASE_WAIT, 1)->end, 9 * MS);
    assert_int_equal(made_span(&made, PHASE_WAIT, 1)->end_from, SOURCE_EXIT);
    made_end(&made);
}

/* One send, taken in three pieces: waited for once, copied three times. */
static void several_receives(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    struct event enter = recv_at(10 * US, EVENT_NO);
    uint64_t number = made_event(&made, enter);
    made_step(&made, 1 * MS, 5 * US, "send", 1, 12);
    made_event(&made, made_leave(enter, number, 1 * MS + 9 * US, 4, 0));
    made_call(&made, recv_at(2 * MS, EVENT_UNKNOWN), 2 * MS + 9 * US, 4, 0);
    made_call(&made, recv_at(3 * MS, EVENT_YES), 3 * MS + 9 * US, 4, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 1);
    assert_int_equal(made_count(&made, PHASE_COPY), 3);
    assert_int_equal(made_span(&made, PHASE_COPY, 1)->begin, 2 * MS);
    made_end(&made);
}

static void sent_before_entry(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    made_step(&made, 10 * US, 5 * US, "send", 1, 12);
    made_call(&made, recv_at(50 * US, EVENT_YES), 60 * US, 12, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 0);
    made_expect(made_span(&made, PHASE_COPY, 0), 50 * US, SOURCE_STOP, 60 * US, SOURCE_EXIT,
                49 * US + 10 * US);
    made_end(&made);
}

/* The send was under way when the tracer looked and saw nothing. */
static void sent_while_entering(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    made_step(&made, 40 * US, 30 * US, "send", 1, 12);
    made_call(&made, recv_at(50 * US, EVENT_NO), 90 * US, 12, 0);
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 50 * US, SOURCE_STOP, 50 * US, SOURCE_PEER,
                49 * US + 20 * US);
    assert_int_equal(made_span(&made, PHASE_COPY, 0)->begin, 50 * US);
    made_end(&made);
}

/* By the bytes there should be data; the tracer saw that there is none. */
static void what_was_seen_has_precedence(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    made_step(&made, 10 * US, 5 * US, "send", 1, 12);
    struct event enter = recv_at(50 * US, EVENT_NO);
    uint64_t number = made_event(&made, enter);
    made_step(&made, 7 * MS, 5 * US, "send", 1, 3);
    made_event(&made, made_leave(enter, number, 7 * MS + 20 * US, 3, 0));
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 50 * US, SOURCE_STOP, 7 * MS, SOURCE_PEER,
                49 * US + 5 * US);
    made_end(&made);
}

/* A program that is traced without scripted peers. */
static void unknown_peer(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    made_call(&made, recv_at(50 * US, EVENT_NO), 7 * MS, 3, 0);
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 50 * US, SOURCE_STOP, 7 * MS, SOURCE_EXIT,
                49 * US + STOP);
    made_expect(made_span(&made, PHASE_COPY, 0), 7 * MS, SOURCE_EXIT, 7 * MS, SOURCE_EXIT,
                2 * STOP);
    made_end(&made);
}

/* Non-blocking, unknown peer: it came between the last look in vain and the next. */
static void unknown_peer_polled(void **state)
{
    struct made made;
    (void)state;
    made_begin(&made);
    made_thread(&made, 1 * US, 1);
    struct event first = recv_at(1 * MS, EVENT_NO), second = recv_at(5 * MS, EVENT_YES);
    first.nonblocking = second.nonblocking = EVENT_YES;
    made_call(&made, first, 1 * MS + 9 * US, -1, EAGAIN);
    made_call(&made, second, 5 * MS + 9 * US, 3, 0);
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 1 * MS, SOURCE_STOP, 5 * MS, SOURCE_STOP,
                (1 * MS - 1 * US) + 4 * MS);
    made_end(&made);
}

/* The end of a connection is waited for too, but nothing is copied. */
static void end_of_data(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    struct event enter = recv_at(50 * US, EVENT_NO);
    uint64_t number = made_event(&made, enter);
    made_step(&made, 3 * MS, 4 * US, "half_close", 1, EVENT_NONE);
    made_event(&made, made_leave(enter, number, 3 * MS + 20 * US, 0, 0));
    made_call(&made, recv_at(4 * MS, EVENT_YES), 4 * MS + 5 * US, 0, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 1);
    assert_int_equal(made_count(&made, PHASE_COPY), 0);
    assert_int_equal(made_span(&made, PHASE_WAIT, 0)->end, 3 * MS);
    made_end(&made);
}

/* The server closes while it waits. */
static void closed_while_waiting(void **state)
{
    struct made made;
    struct event close = event_make(EVENT_CLOSE);
    (void)state;
    begin(&made);
    made_call(&made, recv_at(50 * US, EVENT_NO), 500 * MS, -1, EAGAIN);
    close.time = 501 * MS;
    close.thread = 1;
    close.connection = 1;
    close.fd = 5;
    made_event(&made, close);
    made_read(&made);
    made_expect(made_span(&made, PHASE_WAIT, 0), 50 * US, SOURCE_STOP, 501 * MS, SOURCE_STOP,
                49 * US + STOP);
    assert_int_equal(made_span(&made, PHASE_BLOCKED, 0)->end, 500 * MS);
    made_end(&made);
}

/* A recording that ends, and a thread that is still asleep. */
static void cut_in_a_call(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    made_event(&made, recv_at(50 * US, EVENT_NO));
    made_step(&made, 9 * MS, 1 * MS, "expect", 1, EVENT_NONE);
    made_read(&made);
    made_expect(made_span(&made, PHASE_BLOCKED, 0), 50 * US, SOURCE_STOP, 10 * MS, SOURCE_CUT,
                49 * US);
    made_expect(made_span(&made, PHASE_WAIT, 0), 50 * US, SOURCE_STOP, 10 * MS, SOURCE_CUT,
                49 * US);
    made_expect_gapless(&made, 1, 1 * US, 10 * MS);
    made_end(&made);
}

static void signal_at(struct made *made, int64_t time)
{
    struct event event = event_make(EVENT_SIGNAL);
    event.time = time;
    event.thread = 1;
    event.result = 15;
    event.detail = "SIGTERM";
    made_event(made, event);
}

static void signals_notify(void **state)
{
    struct made made;
    struct event end = event_make(EVENT_THREAD_END);
    (void)state;
    begin(&made);
    made_call(&made, recv_at(50 * US, EVENT_NO), 5 * MS, -1, EINTR);
    signal_at(&made, 6 * MS);
    made_call(&made, made_enter(7 * MS, 1, "write", 2, 0, EVENT_YES), 7 * MS + 5 * US, 1, 0);
    end.time = 8 * MS;
    end.thread = 1;
    made_event(&made, end);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_NOTIFIED), 1);
    assert_int_equal(made_span(&made, PHASE_NOTIFIED, 0)->begin, 6 * MS);
    assert_int_equal(made_span(&made, PHASE_NOTIFIED, 0)->end, 7 * MS);
    made_expect_gapless(&made, 1, 1 * US, 8 * MS);
    struct phase_totals totals;
    phases_total(made.recording, &made.phases, &totals);
    assert_int_equal(totals.wakeups, 0); /* a signal is no peer */
    assert_int_equal(totals.threads, 1);
    assert_int_equal(totals.processes, 1);
    made_end(&made);
}

/* select(0, NULL, NULL, NULL, &pause) is a pause, however it is spelt. */
static void empty_sets_are_a_pause(void **state)
{
    struct made made;
    (void)state;
    begin(&made);
    struct event enter = made_enter(50 * US, 1, "select", EVENT_NONE, 0, EVENT_NO);
    enter.detail = "0, {}, {}, {}";
    enter.timeout = 5 * MS;
    made_call(&made, enter, 5 * MS + 50 * US, 0, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_PAUSED), 1);
    assert_int_equal(made_count(&made, PHASE_BLOCKED), 0);
    made_end(&made);
}

/* A descriptor's number is used again: its old interest does not speak for the new one. */
static void descriptor_used_again(void **state)
{
    struct made made;
    struct event open = event_make(EVENT_OPEN), close = event_make(EVENT_CLOSE);
    struct event control = made_enter(6 * US, 1, "epoll_ctl", 4, 0, EVENT_UNKNOWN);
    struct event wait = made_enter(20 * US, 1, "epoll_wait", 4, 0, EVENT_NO);
    (void)state;
    begin(&made);
    made_step(&made, 3 * US, 1 * US, "connect", 2, EVENT_NONE);
    open.time = 5 * US, open.thread = 1, open.connection = 1, open.fd = 5;
    made_event(&made, open);
    control.detail = "ADD 5 IN";
    made_call(&made, control, 7 * US, 0, 0);
    close.time = 8 * US, close.thread = 1, close.connection = 1, close.fd = 5;
    made_event(&made, close);
    open.time = 9 * US, open.connection = 2;
    made_event(&made, open);
    wait.timeout = EVENT_FOREVER;
    made_call(&made, wait, 5 * MS, 0, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 0);
    made_end(&made);
}

/* An edge is told once. While bytes of it lie unread the connection does not wait for data, though
   epoll has nothing to tell. */
static void edge_lost(void **state)
{
    struct made made;
    struct event open = event_make(EVENT_OPEN), receive = recv_at(20 * US, EVENT_YES);
    struct event control = made_enter(6 * US, 1, "epoll_ctl", 4, 0, EVENT_UNKNOWN);
    struct event wait = made_enter(40 * US, 1, "epoll_wait", 4, 0, EVENT_NO);
    (void)state;
    begin(&made);
    open.time = 5 * US, open.thread = 1, open.connection = 1, open.fd = 5;
    made_event(&made, open);
    control.detail = "ADD 5 IN|ET";
    made_call(&made, control, 7 * US, 0, 0);
    made_step(&made, 10 * US, 5 * US, "send", 1, 10);
    receive.queued = 10;
    made_call(&made, receive, 30 * US, 4, 0);
    wait.timeout = EVENT_FOREVER;
    made_call(&made, wait, 5 * MS, 0, 0);
    /* The rest is taken, and now it is a wait. */
    receive.time = 6 * MS, receive.queued = 6;
    made_call(&made, receive, 6 * MS + 9 * US, 6, 0);
    wait.time = 7 * MS;
    made_call(&made, wait, 9 * MS, 0, 0);
    made_read(&made);
    assert_int_equal(made_count(&made, PHASE_WAIT), 1);
    assert_int_equal(made_span(&made, PHASE_WAIT, 0)->begin, 7 * MS);
    assert_int_equal(made_count(&made, PHASE_COPY), 2);
    made_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_sends),
        cmocka_unit_test(several_receives),
        cmocka_unit_test(sent_before_entry),
        cmocka_unit_test(sent_while_entering),
        cmocka_unit_test(what_was_seen_has_precedence),
        cmocka_unit_test(unknown_peer),
        cmocka_unit_test(unknown_peer_polled),
        cmocka_unit_test(end_of_data),
        cmocka_unit_test(closed_while_waiting),
        cmocka_unit_test(cut_in_a_call),
        cmocka_unit_test(signals_notify),
        cmocka_unit_test(empty_sets_are_a_pause),
        cmocka_unit_test(descriptor_used_again),
        cmocka_unit_test(edge_lost),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("phase edges", tests, NULL, NULL);
}
