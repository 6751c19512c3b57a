/*
 * Recordings made by hand, for tests of the judge: written with the real writer, read with the
 * real reader. Times are milliseconds.
 */
#ifndef IOLAB_TESTS_JUDGE_FIXTURE_H
#define IOLAB_TESTS_JUDGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/writer.h"
#include "judge/judge.h"

#define READY_AT 10.0 /* the server listens from here on */

/* What a call had besides the usual; taken by the next tape_call, and then forgotten. */
struct extra {
    const char *asked, *told; /* detail of ENTER and of LEAVE */
    int64_t bytes;            /* asked for; 0: as many as it moved */
    int64_t timeout;          /* ns */
    bool timed;               /* it has a timeout */
    bool never;               /* does not come back */
    bool vague;               /* the tier cannot tell whether it slept */
    enum event_ternary nonblocking;
    bool moded; /* nonblocking is said */
    uint64_t address;
};

struct tape {
    char folder[256], path[300];
    struct event_writer *out;
    struct extra extra;
    struct recording *recording;
};

static inline int64_t at(double milliseconds)
{
    return (int64_t)(milliseconds * 1e6);
}

static inline uint64_t tape_put(struct tape *tape, struct event *event)
{
    return event_write(tape->out, event);
}

static inline uint64_t tape_server(struct tape *tape, double when, const char *verb,
                                   int64_t result, const char *detail,
                                   enum event_outcome outcome)
{
    struct event event = event_make(EVENT_SERVER);
    event.time = at(when);
    event.verb = verb;
    event.result = result;
    event.detail = detail;
    event.outcome = outcome;
    return tape_put(tape, &event);
}

static inline void tape_thread(struct tape *tape, double when, int thread, int process)
{
    struct event event = event_make(EVENT_THREAD_START);
    event.time = at(when);
    event.thread = thread;
    event.process = process;
    event.detail = process == 1 ? "thread" : "process";
    tape_put(tape, &event);
}

static inline void tape_thread_end(struct tape *tape, double when, int thread, int64_t result)
{
    struct event event = event_make(EVENT_THREAD_END);
    event.time = at(when);
    event.thread = thread;
    event.process = 1;
    event.result = result;
    tape_put(tape, &event);
}

/* A recording that has begun: thread 1 is there, the server listens (when `ready`). */
static inline void tape_begin(struct tape *tape, const char *tier, bool ready)
{
    struct failure failure;
    struct recording_header header = {
        .lab = "01-blocking", .check = "a check", .tier = tier, .seed = 7, .time_scale = 1};
    *tape = (struct tape){0};
    const char *temporary = getenv("TMPDIR");
    snprintf(tape->folder, sizeof tape->folder, "%.200s/judge-XXXXXX",
             temporary ? temporary : "/tmp");
    assert_non_null(mkdtemp(tape->folder));
    snprintf(tape->path, sizeof tape->path, "%s/tape.iorec", tape->folder);
    tape->out = event_writer_open(tape->path, &header, 0, &failure);
    assert_non_null(tape->out);
    tape_thread(tape, 1, 1, 1);
    tape_server(tape, 1, "start", 7000, NULL, OUTCOME_OK);
    if (ready)
        tape_server(tape, READY_AT, "ready", 0, NULL, OUTCOME_OK);
}

static inline struct event call_event(enum event_kind kind, double when, int thread,
                                      const char *call, int fd, int connection)
{
    struct event event = event_make(kind);
    event.time = at(when);
    event.process = 1;
    event.thread = thread;
    event.call = call;
    event.fd = fd;
    event.connection = connection;
    return event;
}

static inline bool moves(const char *call)
{
    return strstr(call, "recv") || strstr(call, "send") || strstr(call, "read") ||
           strstr(call, "write");
}

/*
 * A call of `length` ms: it slept when that is a millisecond or more. `result` is what it gave,
 * or minus an errno. Returns the number of its ENTER.
 */
static inline uint64_t tape_call(struct tape *tape, double when, double length, int thread,
                                 const char *call, int fd, int connection, int64_t result)
{
    struct extra *extra = &tape->extra;
    struct event enter = call_event(EVENT_ENTER, when, thread, call, fd, connection);
    struct event leave = call_event(EVENT_LEAVE, when + length, thread, call, fd, connection);
    bool slept = extra->never || length >= 1;
    enter.detail = extra->asked;
    enter.address = extra->address;
    if (extra->timed)
        enter.timeout = extra->timeout;
    if (moves(call))
        enter.bytes = extra->bytes ? extra->bytes : result > 0 ? result : 1024;
    if (fd >= 0 && !extra->vague)
        enter.ready = slept || result == -EAGAIN ? EVENT_NO : EVENT_YES;
    if (fd >= 0)
        enter.nonblocking = extra->moded        ? extra->nonblocking
                            : result == -EAGAIN ? EVENT_YES
                                                : EVENT_NO;
    uint64_t number = tape_put(tape, &enter);
    leave.pair = number;
    leave.result = result < 0 ? -1 : result;
    leave.error = result < 0 ? (int)-result : 0;
    leave.bytes = moves(call) && result >= 0 ? result : EVENT_NONE;
    leave.detail = extra->told;
    if (!extra->never)
        tape_put(tape, &leave);
    *extra = (struct extra){0};
    return number;
}

static inline void tape_open(struct tape *tape, double when, int thread, int fd, int connection)
{
    struct event event = call_event(EVENT_OPEN, when, thread, NULL, fd, connection);
    tape_put(tape, &event);
}

static inline void tape_close(struct tape *tape, double when, int thread, int fd,
                              int connection)
{
    struct event event = call_event(EVENT_CLOSE, when, thread, NULL, fd, connection);
    tape_put(tape, &event);
}

/* accept and what follows from it. */
static inline void tape_accept(struct tape *tape, double when, double length, int thread,
                               int fd, int connection)
{
    tape_call(tape, when, length, thread, "accept", 3, 0, fd);
    tape_open(tape, when + length, thread, fd, connection);
}

static inline uint64_t tape_step(struct tape *tape, double when, double length, int client,
                                 const char *verb, const char *data, enum event_outcome outcome,
                                 const char *detail)
{
    struct event event = event_make(EVENT_STEP);
    event.time = at(when);
    event.span = at(length);
    event.client = event.connection = client;
    event.verb = verb;
    event.outcome = outcome;
    event.detail = detail;
    if (data) {
        event.data = data;
        event.data_size = strlen(data);
        event.bytes = (int64_t)strlen(data);
    }
    return tape_put(tape, &event);
}

static inline void tape_quiet(struct tape *tape, double when, const char *verb)
{
    struct event event = event_make(EVENT_QUIET);
    event.time = at(when);
    event.verb = verb;
    tape_put(tape, &event);
}

static inline void tape_rule(struct tape *tape, double when, const char *rules)
{
    struct event event = event_make(EVENT_RULE);
    event.time = at(when);
    event.detail = rules;
    tape_put(tape, &event);
}

static inline void tape_fault(struct tape *tape, double when, uint64_t enter, int error)
{
    struct event event = call_event(EVENT_FAULT, when, 1, "recv", -1, 0);
    event.pair = enter;
    event.error = error;
    tape_put(tape, &event);
}

static inline void tape_check(struct tape *tape, double when, enum event_outcome outcome,
                              const char *detail)
{
    struct event event = event_make(EVENT_CHECK);
    event.time = at(when);
    event.outcome = outcome;
    event.detail = detail;
    tape_put(tape, &event);
}

static inline const struct recording *tape_read(struct tape *tape)
{
    struct failure failure = {0};
    if (tape->out)
        event_writer_close(tape->out, &failure);
    tape->out = NULL;
    tape->recording = recording_read(tape->path, &failure);
    if (!tape->recording)
        fail_msg("%s", failure.text);
    return tape->recording;
}

static inline void tape_end(struct tape *tape)
{
    recording_free(tape->recording);
    unlink(tape->path);
    rmdir(tape->folder);
}

/* The harness ends the server, which takes it well. */
static inline void tape_stop(struct tape *tape, double when)
{
    tape_server(tape, when, "stop", 15, NULL, OUTCOME_OK);
    tape_server(tape, when + 5, "exit", 0, NULL, OUTCOME_OK);
}

static inline struct verdict *tape_judge_rules(struct tape *tape, const char *rules)
{
    char *hints[] = {"look again", "closer", NULL};
    struct rule_check rule = {.number = 1,
                              .name = (char *)"the rule",
                              .points = 10,
                              .hints = hints,
                              .rules = (char *)rules};
    const struct recording *recording = tape_read(tape);
    const char *path = tape->path;
    return judge_rules(&rule, &recording, &path, 1);
}

/* Ends the tape, judges the rules over it: this status, and every word of the list in it. */
static inline void expect_rules(struct tape *tape, const char *rules,
                                enum verdict_status status, const char *const *words)
{
    struct verdict *verdict = tape_judge_rules(tape, rules);
    assert_non_null(verdict);
    if (verdict->status != status)
        fail_msg("%s: %s: %s", rules, verdict_status_name(verdict->status),
                 verdict->message ? verdict->message : "(no message)");
    for (; words && *words; words++)
        if (!verdict->message || !strstr(verdict->message, *words))
            fail_msg("%s: no \"%s\" in: %s", rules, *words,
                     verdict->message ? verdict->message : "(no message)");
    if (status == VERDICT_FAIL)
        assert_non_null(verdict->hint);
    verdict_free(verdict);
    tape_end(tape);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
