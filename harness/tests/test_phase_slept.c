/* Did a call sleep? One row a case: what was there at entry, how it came back, how long. */
#include <errno.h>
#include <string.h>

#include "tests/made.h"

#define Y       EVENT_YES
#define N       EVENT_NO
#define U       EVENT_UNKNOWN
#define FOREVER EVENT_FOREVER
#define NEVER   (-1) /* it does not come back */

static const struct row {
    const char *call;
    enum event_ternary ready, nonblocking;
    int64_t timeout, asked, queued;
    const char *detail;
    int64_t lasts; /* ns, or NEVER */
    int64_t result;
    int error;
    const char *step; /* of a client, in the middle of it; NULL: none */
    enum event_ternary slept;
} rows[] = {
    /* receive */
    {"recv", N, N, -1, 9, 0, NULL, 20 * US, 5, 0, NULL, Y},
    {"recv", Y, N, -1, 9, 5, NULL, 20 * MS, 5, 0, NULL, N}, /* the machine was slow */
    {"recv", N, N, -1, 9, 0, NULL, NEVER, 0, 0, NULL, Y},
    {"recv", N, Y, -1, 9, 0, NULL, 20 * US, -1, EAGAIN, NULL, N},
    {"recv", N, N, -1, 9, 0, "MSG_DONTWAIT", 20 * US, -1, EAGAIN, NULL, N},
    {"recv", N, N, -1, 9, 0, NULL, 500 * MS, -1, EAGAIN, NULL, Y}, /* SO_RCVTIMEO */
    {"recv", N, N, -1, 9, 0, NULL, 20 * US, -1, EBADF, NULL, N},
    {"read", N, N, -1, 9, 0, NULL, 9 * MS, -1, EINTR, NULL, Y},
    {"readv", N, N, -1, 9, 0, NULL, 9 * MS, -1, ECONNRESET, NULL, Y},
    {"recv", U, N, -1, 9, -1, NULL, 9 * MS, 4, 0, NULL, U},
    {"recv", U, U, -1, 9, -1, NULL, 9 * US, -1, EAGAIN, NULL, N},
    {"recv", U, U, -1, 9, -1, NULL, 9 * MS, -1, EAGAIN, NULL, Y},
    {"recv", U, N, -1, 9, -1, NULL, NEVER, 0, 0, NULL, Y},
    {"recv", Y, N, -1, 9, 5, "MSG_WAITALL", 9 * MS, 9, 0, NULL, Y},
    {"recv", Y, N, -1, 9, 9, "MSG_WAITALL", 9 * MS, 9, 0, NULL, N},
    {"accept4", N, N, -1, -1, -1, NULL, 20 * US, 5, 0, NULL, Y},
    {"accept", Y, N, -1, -1, -1, NULL, 20 * US, -1, EMFILE, NULL, N},
    /* send */
    {"send", N, N, -1, 9, -1, NULL, 20 * US, 9, 0, NULL, Y},
    {"send", Y, N, -1, 9, -1, NULL, 50 * MS, 9, 0, NULL, N},
    {"send", Y, N, -1, 1 << 20, -1, NULL, 50 * MS, 1 << 20, 0, NULL, Y},
    {"send", Y, N, -1, 1 << 20, -1, NULL, 500 * US, 1 << 20, 0, NULL, N},
    {"writev", Y, N, -1, 1 << 20, -1, NULL, 3 * MS, 4096, 0, NULL, Y},
    {"send", Y, Y, -1, 1 << 20, -1, NULL, 50 * MS, 4096, 0, NULL, N},
    {"send", Y, N, -1, 1 << 20, -1, NULL, NEVER, 0, 0, NULL, Y},
    {"send", N, N, -1, 9, -1, NULL, 3000 * MS, -1, EAGAIN, NULL, Y}, /* SO_SNDTIMEO */
    {"send", Y, N, -1, 9, -1, NULL, 20 * US, -1, EPIPE, NULL, N},
    /* wait */
    {"select", N, U, FOREVER, -1, -1, NULL, 20 * US, 1, 0, NULL, Y},
    {"poll", Y, U, FOREVER, -1, -1, NULL, 20 * MS, 1, 0, NULL, N},
    {"poll", N, U, 0, -1, -1, NULL, 20 * MS, 0, 0, NULL, N},
    {"epoll_wait", U, U, FOREVER, -1, -1, NULL, 20 * US, 1, 0, NULL, N},
    {"epoll_wait", U, U, FOREVER, -1, -1, NULL, 20 * US, 1, 0, "send", Y},
    {"epoll_wait", U, U, FOREVER, -1, -1, NULL, 20 * US, 1, 0, "receive", N},
    {"epoll_wait", U, U, FOREVER, -1, -1, NULL, 20 * MS, 1, 0, NULL, Y},
    {"epoll_wait", U, U, 1 * MS, -1, -1, NULL, 900 * US, 0, 0, NULL, Y},
    {"ppoll", U, U, FOREVER, -1, -1, NULL, NEVER, 0, 0, NULL, Y},
    {"select", N, U, FOREVER, -1, -1, NULL, 20 * US, -1, EBADF, NULL, N},
    {"select", N, U, FOREVER, -1, -1, NULL, 20 * MS, -1, EINTR, NULL, Y},
    /* others */
    {"nanosleep", U, U, 1 * MS, -1, -1, NULL, 1 * MS, 0, 0, NULL, Y},
    {"nanosleep", U, U, 0, -1, -1, NULL, 20 * US, 0, 0, NULL, N},
    {"futex", U, U, FOREVER, -1, -1, "FUTEX_WAIT", 9 * MS, 0, 0, NULL, Y},
    {"futex", U, U, FOREVER, -1, -1, "FUTEX_WAKE", 9 * MS, 0, 0, NULL, N},
    {"wait4", U, U, -1, -1, -1, NULL, 20 * US, 7, 0, NULL, N},
    {"exit_group", U, U, -1, -1, -1, NULL, NEVER, 0, 0, NULL, U},
    {"open", U, U, -1, -1, -1, NULL, 9 * MS, 3, 0, NULL, U},
};

static void make_row(struct made *made, const struct row *row)
{
    struct event enter = made_enter(10 * US, 1, row->call, 5, 1, row->ready);
    enter.nonblocking = row->nonblocking;
    enter.timeout = row->timeout;
    enter.bytes = row->asked;
    enter.queued = row->queued;
    enter.detail = row->detail;
    uint64_t number = made_event(made, enter);
    if (row->step)
        made_step(made, 15 * US, 1 * US, row->step, 1, 5);
    if (row->lasts != NEVER)
        made_event(made,
                   made_leave(enter, number, 10 * US + row->lasts, row->result, row->error));
}

static void slept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct made made;
        made_begin(&made);
        make_row(&made, &rows[i]);
        made_read(&made);
        int got = phase_slept(made.recording, &made.recording->events[0]);
        made_end(&made);
        if (got != (int)rows[i].slept)
            fail_msg("row %zu (%s): got %d, not %d", i, rows[i].call, got, rows[i].slept);
    }
}

static void classes(void **state)
{
    (void)state;
    assert_true(phase_call_is("readv", "@receive"));
    assert_true(phase_call_is("recv", "recv"));
    assert_true(phase_call_is("splice", "@send"));
    assert_true(phase_call_is("epoll_pwait2", "@wait"));
    assert_false(phase_call_is("recv", "@send"));
    assert_false(phase_call_is("recv", "@nothing"));
    assert_false(phase_call_is("recvfrom", "recv"));
    assert_false(phase_call_is(NULL, "@send"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(slept), cmocka_unit_test(classes)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("phase slept", tests, NULL, NULL);
}
