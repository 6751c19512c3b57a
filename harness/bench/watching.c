/* See watching.h. */
#include "bench/watching.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "event/phase.h"
#include "trace/trace.h"

#define RECORDING_MOST (INT64_C(256) << 20) /* bytes */

struct watching {
    char recording[4096]; /* path */
    int64_t clock;        /* ns of base/clock.h at the recording's 0 */
    struct event_writer *out;
    struct trace_filter *filter;
    struct trace *trace;
};

struct watching *watching_make(const char *folder, struct failure *failure)
{
    struct recording_header header = {.tier = trace_tier_name(TIER_PTRACE)};
    struct watching *watching = calloc(1, sizeof *watching);
    if (!watching) {
        failure_set(failure, STATUS_MACHINE, "there is not enough memory to watch a server");
        return NULL;
    }
    snprintf(watching->recording, sizeof watching->recording, "%s/watched.jsonl", folder);
    watching->out = event_writer_open(watching->recording, &header, RECORDING_MOST, failure);
    if (watching->out && (watching->filter = trace_filter_make(failure))) {
        watching->clock = clock_now() - event_now(watching->out);
        return watching;
    }
    watching_free(watching);
    return NULL;
}

static void close_recording(struct watching *watching)
{
    struct failure ignored; /* what is missing is seen when it is read */
    if (watching->out)
        event_writer_close(watching->out, &ignored);
    watching->out = NULL;
}

void watching_free(struct watching *watching)
{
    close_recording(watching);
    trace_filter_free(watching->filter);
    free(watching);
}

int watching_before_exec(void *watching)
{
    return trace_filter_install(((struct watching *)watching)->filter);
}

int watching_attach(struct watching *watching, pid_t pid, struct failure *failure)
{
    struct trace_options options = {.out = watching->out, .connections_only = true};
    watching->trace = trace_start(pid, &options, failure);
    return watching->trace ? 0 : -1;
}

void watching_end(struct watching *watching)
{
    if (watching->trace)
        trace_stop(watching->trace);
    watching->trace = NULL;
    close_recording(watching);
}

int watching_count(const struct watching *watching, const struct load_result *load,
                   double *calls, double *wakeups, struct failure *failure)
{
    struct recording *recording = recording_read(watching->recording, failure);
    int64_t begin = load->begun - watching->clock, end = load->ended - watching->clock;
    uint64_t entered = 0, slept = 0;
    if (!recording)
        return -1;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind != EVENT_ENTER || event->time < begin || event->time > end)
            continue;
        entered++;
        slept += phase_slept(recording, event) == EVENT_YES &&
                 !phase_call_is(event->call, "@sleep") && recording_leave(recording, event);
    }
    recording_free(recording);
    double messages = load->answered ? (double)load->answered : NAN;
    *calls = (double)entered / messages;
    *wakeups = (double)slept / messages;
    return 0;
}
