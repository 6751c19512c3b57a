/*
 * Recordings made by hand, for tests of readers. Times are given, so that what is derived from
 * them can be compared to the nanosecond. made_begin … made_read … made_end.
 */
#ifndef IOLAB_TESTS_MADE_H
#define IOLAB_TESTS_MADE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "event/phase.h"

#define MS INT64_C(1000000)
#define US INT64_C(1000)

struct made {
    char folder[64], path[96];
    struct event_writer *writer;
    struct recording *recording;
    struct phases phases;
};

static inline void made_begin(struct made *made)
{
    struct failure failure;
    struct recording_header header = {.lab = "01-blocking",
                                      .check = "a silent client keeps nobody waiting",
                                      .tier = "ptrace",
                                      .seed = 42,
                                      .time_scale = 1};
    *made = (struct made){.folder = "/tmp/iolab-made-XXXXXX"};
    assert_non_null(mkdtemp(made->folder));
    snprintf(made->path, sizeof made->path, "%s/made.iorec", made->folder);
    made->writer = event_writer_open(made->path, &header, 0, &failure);
    assert_non_null(made->writer);
}

static inline uint64_t made_event(struct made *made, struct event event)
{
    event.process = event.thread || event.process ? 1 : 0;
    return event_write(made->writer, &event);
}

static inline uint64_t made_thread(struct made *made, int64_t time, int thread)
{
    struct event event = event_make(EVENT_THREAD_START);
    event.time = time;
    event.thread = thread;
    event.detail = thread == 1 ? "process" : "thread";
    return made_event(made, event);
}

/* A call of `thread`; fields beside these are set by the caller on the event it gets. */
static inline struct event made_enter(int64_t time, int thread, const char *call, int fd,
                                      int connection, enum event_ternary ready)
{
    struct event event = event_make(EVENT_ENTER);
    event.time = time;
    event.thread = thread;
    event.call = call;
    event.fd = fd;
    event.connection = connection;
    event.ready = ready;
    event.nonblocking = EVENT_NO;
    event.bytes = 4096;
    return event;
}

/* The matching exit; bytes moved follow the result of calls on connections. */
static inline struct event made_leave(struct event enter, uint64_t number, int64_t time,
                                      int64_t result, int error)
{
    struct event event = event_make(EVENT_LEAVE);
    event.time = time;
    event.thread = enter.thread;
    event.call = enter.call;
    event.fd = enter.fd;
    event.connection = enter.connection;
    event.pair = number;
    event.result = error ? -1 : result;
    event.error = error;
    event.bytes = result > 0 && enter.connection ? result : EVENT_NONE;
    return event;
}

/* Both ends of a call at once. Returns the number of its ENTER. */
static inline uint64_t made_call(struct made *made, struct event enter, int64_t until,
                                 int64_t result, int error)
{
    uint64_t number = made_event(made, enter);
    made_event(made, made_leave(enter, number, until, result, error));
    return number;
}

/* A receive on connection 1 that does not wait, and finds nothing for `length`. */
static inline void made_vain(struct made *made, int64_t time, int64_t length)
{
    struct event recv = made_enter(time, 1, "recv", 5, 1, EVENT_NO);
    recv.nonblocking = EVENT_YES;
    made_call(made, recv, time + length, -1, EAGAIN);
}

static inline uint64_t made_step(struct made *made, int64_t time, int64_t span,
                                 const char *verb, int connection, int64_t bytes)
{
    struct event event = event_make(EVENT_STEP);
    event.time = time;
    event.span = span;
    event.verb = verb;
    event.client = connection;
    event.connection = connection;
    event.bytes = bytes;
    return made_event(made, event);
}

/* The check fails here: the script's time is over. */
static inline void made_timeout(struct made *made, int64_t time)
{
    struct event check = event_make(EVENT_CHECK);
    check.time = time;
    check.outcome = OUTCOME_TIMEOUT;
    check.detail = "nothing came";
    made_event(made, check);
}

/* SUBMIT or COMPLETE of an operation, whose `pair` is the user data; not yet written. */
static inline struct event made_operation(enum event_kind kind, int64_t time, const char *call,
                                          int fd, int connection, uint64_t user_data)
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

/* A recording in which nothing happens. */
static inline void made_nothing(struct made *made)
{
    (void)made;
}

static inline void made_read(struct made *made)
{
    struct failure failure = {.text = ""};
    assert_int_equal(event_writer_close(made->writer, &failure), 0);
    made->writer = NULL;
    made->recording = recording_read(made->path, &failure);
    if (!made->recording)
        fail_msg("%s", failure.text);
    assert_int_equal(phases_derive(made->recording, &made->phases), 0);
}

static inline void made_end(struct made *made)
{
    phases_free(&made->phases);
    recording_free(made->recording);
    unlink(made->path);
    rmdir(made->folder);
}

/* The n-th span (from 0) of this kind; fails the test when there are fewer. */
static inline const struct phase *made_span(const struct made *made, enum phase_kind kind,
                                            size_t n)
{
    for (size_t i = 0; i < made->phases.count; i++)
        if (made->phases.spans[i].kind == kind && n-- == 0)
            return &made->phases.spans[i];
    fail_msg("there are too few spans of \"%s\"", phase_name(kind));
    return NULL;
}

static inline size_t made_count(const struct made *made, enum phase_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < made->phases.count; i++)
        count += made->phases.spans[i].kind == kind;
    return count;
}

static inline void made_expect(const struct phase *span, int64_t begin,
                               enum phase_source begin_from, int64_t end,
                               enum phase_source end_from, int64_t uncertainty)
{
    assert_int_equal(span->begin, begin);
    assert_int_equal(span->begin_from, begin_from);
    assert_int_equal(span->end, end);
    assert_int_equal(span->end_from, end_from);
    assert_int_equal(span->uncertainty, uncertainty);
}

/* Every lane of a thread: no gap, no overlap, from `begin` to `end`. */
static inline void made_expect_gapless(const struct made *made, int thread, int64_t begin,
                                       int64_t end)
{
    int64_t at = begin;
    for (size_t i = 0; i < made->phases.count; i++) {
        const struct phase *span = &made->phases.spans[i];
        if (span->thread != thread || span->kind == PHASE_WAIT || span->kind == PHASE_COPY)
            continue;
        if (span->begin == span->end)
            continue;
        assert_int_equal(span->begin, at);
        at = span->end;
    }
    assert_int_equal(at, end);
}

#endif
