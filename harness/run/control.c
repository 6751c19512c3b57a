/*
 * The verbs of t.server. Each is a function in the table at the end; one that has to wait says
 * "not yet" and is asked again, so all of them may be called any number of times for one step.
 */
#include "run/control.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "client/client.h"

struct call {
    struct control *control;
    const struct step *step;
    const struct server_request *request;
    int connection;
    bool last;
    struct step_result *result;
};

typedef bool verb_fn(struct call *call);

void control_note(struct event_writer *out, const char *verb, int64_t result,
                  const char *detail, enum event_outcome outcome)
{
    struct event event = event_make(EVENT_SERVER);
    event.verb = verb;
    event.result = result;
    event.detail = detail;
    event.outcome = outcome;
    event_write(out, &event);
}

void control_measure(void *context)
{
    struct control *control = context;
    struct server_measure measure;
    if (server_measure(control->server, &measure) == 0)
        control_note(control->out, "measure", (int64_t)(measure.cpu * 1e9), "cpu", OUTCOME_OK);
}

/* The step is over, well. */
static bool done(struct call *call)
{
    call->result->outcome = OUTCOME_OK;
    return true;
}

/* Not yet; and when there is no more time, `message` is what the student reads. */
static bool not_yet(struct call *call, const char *message)
{
    if (!call->last)
        return false;
    call->result->outcome = OUTCOME_TIMEOUT;
    snprintf(call->result->message, sizeof call->result->message, "%s", message);
    return true;
}

static bool unseen(struct call *call)
{
    call->result->outcome = OUTCOME_UNSEEN;
    snprintf(call->result->message, sizeof call->result->message,
             "this needs the tracer, which this machine does not allow (see iolab doctor)");
    return true;
}

static bool verb_signal(struct call *call)
{
    const char *name = sigabbrev_np(call->request->signal);
    server_signal(call->control->server, call->request->signal);
    control_note(call->control->out, "signal", call->request->signal, name, OUTCOME_OK);
    return done(call);
}

/* Under the tracer every stop at a call looks like SIGSTOP's from outside; it knows better. */
static bool stands_still(const struct control *control)
{
    return control->trace ? trace_stopped(control->trace) : server_stopped(control->server);
}

static bool verb_stop(struct call *call)
{
    server_signal_all(call->control->server, SIGSTOP);
    if (!stands_still(call->control))
        return not_yet(call, "the server could not be stopped with SIGSTOP");
    control_note(call->control->out, "pause", SIGSTOP, NULL, OUTCOME_OK);
    return done(call);
}

static bool verb_continue(struct call *call)
{
    control_note(call->control->out, "continue", SIGCONT, NULL, OUTCOME_OK);
    server_signal_all(call->control->server, SIGCONT);
    return done(call);
}

static bool verb_exited(struct call *call)
{
    struct server_exit end = server_ended(call->control->server);
    if (!end.ended)
        return not_yet(call, "the server did not end in time");
    call->result->status = end.status;
    call->result->signal = end.signal;
    return done(call);
}

static int measure_for(const struct call *call, struct server_measure *measure)
{
    struct server *server = call->control->server;
    return call->request->verb == SERVER_SLEEPS ? server_measure_switches(server, measure)
                                                : server_measure(server, measure);
}

static bool verb_measure(struct call *call)
{
    struct server_measure measure;
    if (measure_for(call, &measure) < 0) {
        call->result->outcome = OUTCOME_CLOSED;
        snprintf(call->result->message, sizeof call->result->message,
                 "the server is no longer there");
        return true;
    }
    switch (call->request->verb) {
    case SERVER_MEMORY:
        call->result->number = measure.memory;
        break;
    case SERVER_THREADS:
        call->result->number = measure.threads;
        break;
    case SERVER_DESCRIPTORS:
        call->result->number = measure.descriptors;
        break;
    case SERVER_PROCESSES:
        call->result->number = measure.processes;
        break;
    case SERVER_SLEEPS:
        call->result->number = (int64_t)measure.sleeps;
        break;
    default:
        call->result->real = measure.cpu;
    }
    return done(call);
}

static bool verb_limit(struct call *call)
{
    if (server_limit(call->control->server, &call->request->limits) < 0)
        return not_yet(call, "the server's limits could not be lowered: is it still there?");
    control_note(call->control->out, "limit", 0, NULL, OUTCOME_OK);
    return done(call);
}

static bool verb_fault(struct call *call)
{
    if (!call->control->trace)
        return unseen(call);
    const struct server_request *request = call->request;
    struct trace_fault fault = {
        .call = request->call,
        .connection = call->connection,
        .error = request->error,
        .at_most = request->at_most,
        .count = request->count,
        .after = request->after,
        .late = request->late,
    };
    trace_fault(call->control->trace, &fault);
    control_note(call->control->out, "fault", request->count, request->call, OUTCOME_OK);
    return done(call);
}

static bool verb_hold(struct call *call)
{
    if (!call->control->trace)
        return unseen(call);
    trace_hold_threads(call->control->trace);
    control_note(call->control->out, "hold", 0, NULL, OUTCOME_OK);
    return done(call);
}

static bool verb_release(struct call *call)
{
    if (!call->control->trace)
        return unseen(call);
    control_note(call->control->out, "release", 0, NULL, OUTCOME_OK);
    trace_release_threads(call->control->trace);
    return done(call);
}

static bool verb_watch_handlers(struct call *call)
{
    if (!call->control->trace)
        return unseen(call);
    trace_watch_handlers(call->control->trace);
    control_note(call->control->out, "watch-handlers", 0, NULL, OUTCOME_OK);
    return done(call);
}

static bool verb_asleep(struct call *call)
{
    if (!call->control->trace)
        return unseen(call);
    if (trace_inside(call->control->trace, call->request->call, call->connection))
        return done(call);
    char message[200];
    snprintf(message, sizeof message, "no thread of the server went to sleep in %s in time",
             call->request->call);
    return not_yet(call, message);
}

static bool verb_calls(struct call *call)
{
    if (!call->control->trace)
        return unseen(call);
    call->result->number =
        trace_count(call->control->trace, call->request->call, call->connection);
    return done(call);
}

static bool verb_file(struct call *call)
{
    return control_file(call->control, call->step, call->result);
}

static verb_fn *const verbs[] = {
    [SERVER_SIGNAL] = verb_signal,
    [SERVER_STOP] = verb_stop,
    [SERVER_CONTINUE] = verb_continue,
    [SERVER_EXITED] = verb_exited,
    [SERVER_MEMORY] = verb_measure,
    [SERVER_THREADS] = verb_measure,
    [SERVER_DESCRIPTORS] = verb_measure,
    [SERVER_CPU] = verb_measure,
    [SERVER_SLEEPS] = verb_measure,
    [SERVER_PROCESSES] = verb_measure,
    [SERVER_LIMIT] = verb_limit,
    [SERVER_FAULT] = verb_fault,
    [SERVER_HOLD_THREADS] = verb_hold,
    [SERVER_RELEASE_THREADS] = verb_release,
    [SERVER_WATCH_HANDLERS] = verb_watch_handlers,
    [SERVER_ASLEEP] = verb_asleep,
    [SERVER_CALLS] = verb_calls,
    [SERVER_FILE] = verb_file,
};

bool control_serve(void *context, const struct step *step, int connection, bool last,
                   struct step_result *result)
{
    struct call call = {
        .control = context,
        .step = step,
        .request = &step->server,
        .connection = connection,
        .last = last,
        .result = result,
    };
    return verbs[step->server.verb](&call);
}
