/* See call_line.h: lines of signals, threads, connections, rings, clients and the harness. */
#include <signal.h>
#include <string.h>

#include "visualizer/call_text.h"

#define DATA_SHOWN 16 /* bytes of a step's payload */

/* --- signals and threads --- */

/* si_code of a signal that tells of a descriptor, as sigaction(2) lists them. */
static const char *code_name(int code)
{
    static const struct {
        int code;
        const char *name;
    } rows[] = {{POLL_IN, "POLL_IN"},   {POLL_OUT, "POLL_OUT"}, {POLL_MSG, "POLL_MSG"},
                {POLL_ERR, "POLL_ERR"}, {POLL_PRI, "POLL_PRI"}, {POLL_HUP, "POLL_HUP"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code)
            return rows[i].name;
    return NULL;
}

static void signal_line(struct call_parts *parts, const struct event *event)
{
    struct call_text *to = &parts->head;
    const char *code = code_name(event->error);
    call_put(to, "--- ");
    call_put(to, event->detail ? event->detail : "a signal");
    if (event->fd >= 0) {
        call_put(to, " {si_code=");
        if (code)
            call_put(to, code);
        else
            call_put_number(to, event->error);
        call_put(to, ", si_fd=");
        call_put_fd(to, event->fd, event->connection);
        call_put(to, "}");
    }
    call_put(to, " ---");
}

static void handler_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "a signal handler called ");
    call_put(&parts->head, event->call ? event->call : "a function");
    call_put(&parts->tail, ", which is not async-signal-safe");
}

static void start_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "+++ ");
    call_put(&parts->head, event->detail ? event->detail : "thread");
    call_put(&parts->head, " started +++");
}

static void end_line(struct call_parts *parts, const struct event *event)
{
    const char *name =
        event->result < 0 && event->result > -NSIG ? sigabbrev_np((int)-event->result) : NULL;
    if (event->result >= 0)
        call_put_between(&parts->head, "+++ exited with ", event->result, " +++");
    else if (name)
        call_put_maybe(&parts->head, "+++ killed by SIG", name, " +++");
    else
        call_put_between(&parts->head, "+++ ended by ", event->result, " +++");
}

/* --- connections and rings --- */

static void open_line(struct call_parts *parts, const struct event *event)
{
    call_put_between(&parts->head, "conn ", event->connection, "");
    call_put_between(&parts->head, " is open, descriptor ", event->fd, "");
    call_put_maybe(&parts->head, ", of ", event->detail, "");
}

static void close_line(struct call_parts *parts, const struct event *event)
{
    call_put_between(&parts->head, "conn ", event->connection, "");
    call_put_between(&parts->head, " is closed, descriptor was ", event->fd, "");
}

static void submit_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "submit ");
    call_put_call(&parts->head, event);
    call_put(&parts->tail, ")");
}

static void complete_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "complete ");
    call_put(&parts->head, event->call ? event->call : "an operation");
    if (event->fd != EVENT_NONE) {
        call_put(&parts->head, "(");
        call_put_fd(&parts->head, event->fd, event->connection);
        call_put(&parts->head, ")");
    }
    call_put_result(&parts->tail, event);
    parts->kept = parts->tail.used;
    call_put_maybe(&parts->tail, " (", event->detail, ")");
}

static void fault_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "the tracer changed ");
    call_put(&parts->head, event->call ? event->call : "a call");
    if (event->error)
        call_put_maybe(&parts->tail, ": it fails, ", event_errno_name(event->error), "");
    else if (event->bytes != EVENT_NONE)
        call_put_between(&parts->tail, ": it moves at most ", event->bytes, " B");
}

/* --- clients and the script --- */

static void put_data(struct call_text *to, const struct event *event)
{
    char shown[DATA_SHOWN + 1];
    size_t size = event->data ? event->data_size : 0;
    if (size == 0)
        return;
    for (size_t i = 0; i < size && i < DATA_SHOWN; i++)
        shown[i] = event->data[i] >= ' ' && event->data[i] < 0x7f ? event->data[i] : '.';
    shown[size < DATA_SHOWN ? size : DATA_SHOWN] = '\0';
    call_put_maybe(to, " \"", shown, size > DATA_SHOWN ? "\"..." : "\"");
}

/* A failure's detail is its message, which says more than the line of a script. */
static void step_line(struct call_parts *parts, const struct event *event)
{
    bool failed = event->outcome != OUTCOME_OK;
    if (event->client > 0)
        call_put_between(&parts->head, "client ", event->client, ": ");
    else
        call_put(&parts->head, "the script: ");
    call_put(&parts->head, event->verb ? event->verb : "a step");
    if (event->bytes != EVENT_NONE)
        call_put_between(&parts->head, " ", event->bytes, " B");
    put_data(&parts->head, event);
    call_put(&parts->tail, failed ? ", failed: " : ", ");
    call_put(&parts->tail, event_outcome_name(event->outcome));
    parts->kept = parts->tail.used;
    call_put_maybe(&parts->tail, " (", event->detail, ")");
}

static void check_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head,
             event->outcome == OUTCOME_OK ? "the check passed" : "the check failed");
    if (event->outcome != OUTCOME_OK)
        call_put_maybe(&parts->head, " (", event_outcome_name(event->outcome), ")");
    call_put_maybe(&parts->head, ": ", event->detail, "");
}

static void server_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, "server: ");
    call_put(&parts->head, event->verb ? event->verb : "an act of the harness");
    if (event->result)
        call_put_between(&parts->head, " ", event->result, "");
    call_put_maybe(&parts->head, " (", event->detail, ")");
}

static void quiet_line(struct call_parts *parts, const struct event *event)
{
    bool ends = event->verb && strcmp(event->verb, "end") == 0;
    call_put(&parts->head, ends ? "the clients may speak again" : "every client is silent now");
}

/* Kinds that are text. */
static void text_line(struct call_parts *parts, const struct event *event)
{
    call_put(&parts->head, event_kind_name(event->kind));
    call_put_maybe(&parts->head, ": ", event->detail, "");
}

void call_line_other(struct call_parts *parts, const struct event *event)
{
    static void (*const lines[EVENT_KIND_COUNT])(struct call_parts *, const struct event *) = {
        [EVENT_SIGNAL] = signal_line,      [EVENT_HANDLER] = handler_line,
        [EVENT_THREAD_START] = start_line, [EVENT_THREAD_END] = end_line,
        [EVENT_OPEN] = open_line,          [EVENT_CLOSE] = close_line,
        [EVENT_SUBMIT] = submit_line,      [EVENT_COMPLETE] = complete_line,
        [EVENT_STEP] = step_line,          [EVENT_CHECK] = check_line,
        [EVENT_SERVER] = server_line,      [EVENT_FAULT] = fault_line,
        [EVENT_QUIET] = quiet_line,
    };
    (lines[event->kind] ? lines[event->kind] : text_line)(parts, event);
}
