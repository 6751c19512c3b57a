/* Single events of a trace: see export_perfetto.h. */
#include <inttypes.h>
#include <stdlib.h>

#include "visualizer/export_perfetto.h"
#include "visualizer/export_text.h"

void perfetto_nest_clip(struct perfetto_nest *nest, int64_t *begin, int64_t *end)
{
    if (*begin < nest->from)
        *begin = nest->from;
    while (nest->depth && nest->ends[nest->depth - 1] <= *begin)
        nest->depth--;
    while (nest->depth && nest->ends[nest->depth - 1] < *end)
        *begin = nest->ends[--nest->depth];
    if (*end < *begin || nest->depth == NEST_MOST)
        *end = *begin;
    if (*end > *begin)
        nest->ends[nest->depth++] = *end;
    nest->from = *begin;
}

void perfetto_text(struct perfetto *perfetto, const char *text)
{
    perfetto->lost |= export_json(perfetto->out, text) < 0;
}

void perfetto_begin(struct perfetto *perfetto, char phase, const char *name,
                    struct perfetto_place place, int64_t time)
{
    fprintf(perfetto->out, "%s\n{\"ph\":\"%c\",\"name\":", perfetto->put++ ? "," : "", phase);
    perfetto_text(perfetto, name);
    fprintf(perfetto->out, ",\"pid\":%" PRId64 ",\"tid\":%" PRId64 ",\"ts\":", place.pid,
            place.tid);
    export_thousandths(perfetto->out, time); /* ns as microseconds */
}

/* --- arguments --- */

static void put_number(struct perfetto *perfetto, const char *key, int64_t number)
{
    fprintf(perfetto->out, ",\"%s\":%" PRId64, key, number);
}

static void put_string(struct perfetto *perfetto, const char *key, const char *text)
{
    if (!text)
        return;
    fprintf(perfetto->out, ",\"%s\":", key);
    perfetto_text(perfetto, text);
}

static void put_size(struct perfetto *perfetto, const char *key, int64_t bytes)
{
    if (bytes != EVENT_NONE)
        put_number(perfetto, key, bytes);
}

static void put_leave(struct perfetto *perfetto, const struct event *leave)
{
    put_size(perfetto, "moved", leave->bytes);
    put_number(perfetto, "result", leave->result);
    if (leave->error)
        put_string(perfetto, "error", event_errno_name(leave->error));
    put_string(perfetto, "came_back_with", leave->detail);
}

/* Of an accept that succeeded its LEAVE says which connection that is. */
static int connection_of(const struct event *event, const struct event *leave)
{
    return !event->connection && leave ? leave->connection : event->connection;
}

void perfetto_arguments(struct perfetto *perfetto, const struct event *event,
                        const struct event *leave)
{
    int connection = connection_of(event, leave);
    fprintf(perfetto->out, ",\"args\":{\"event\":%" PRIu64, event->number);
    if (event->client)
        put_number(perfetto, "client", event->client);
    if (connection)
        put_number(perfetto, "connection", connection);
    if (event->fd >= 0)
        put_number(perfetto, "fd", event->fd);
    put_size(perfetto, leave ? "asked" : "bytes", event->bytes);
    put_size(perfetto, "queued", event->queued);
    if (event->span)
        put_number(perfetto, "lasted_ns", event->span);
    if (event->kind == EVENT_STEP || event->kind == EVENT_CHECK)
        put_string(perfetto, "outcome", event_outcome_name(event->outcome));
    if (event->kind != EVENT_ENTER && event->error && event->kind != EVENT_SIGNAL)
        put_string(perfetto, "error", event_errno_name(event->error));
    put_string(perfetto, "detail", event->detail);
    if (leave)
        put_leave(perfetto, leave);
    fputc('}', perfetto->out);
}

/* --- instants --- */

static const char *name_of(const struct event *event)
{
    switch (event->kind) {
    case EVENT_SIGNAL:
    case EVENT_MARK:
        return event->detail ? event->detail : event_kind_name(event->kind);
    case EVENT_SUBMIT:
    case EVENT_COMPLETE:
    case EVENT_HANDLER:
    case EVENT_FAULT:
        return event->call ? event->call : event_kind_name(event->kind);
    default:
        return event->verb ? event->verb : event_kind_name(event->kind);
    }
}

void perfetto_instant(struct perfetto *perfetto, const struct event *event,
                      struct perfetto_place place)
{
    bool for_all = event->kind == EVENT_MARK || event->kind == EVENT_CHECK;
    perfetto_begin(perfetto, 'i', name_of(event), place, event->time);
    fprintf(perfetto->out, ",\"cat\":\"%s\",\"s\":\"%c\"", event_kind_name(event->kind),
            for_all ? 'g' : 't');
    perfetto_arguments(perfetto, event, NULL);
    fputc('}', perfetto->out);
}

void perfetto_failure(struct perfetto *perfetto)
{
    const struct event *failed = perfetto->tape->survey.failed;
    if (!failed)
        return;
    perfetto_begin(perfetto, 'i', "the check failed", (struct perfetto_place){1, 1},
                   failed->time + failed->span);
    fputs(",\"cat\":\"failure\",\"s\":\"g\",\"args\":{\"message\":", perfetto->out);
    perfetto_text(perfetto, perfetto->tape->message);
    fputs("}}", perfetto->out);
}

/* --- counters --- */

static void put_counter(struct perfetto *perfetto, int64_t pid, int64_t time,
                        const struct moment_connection *connection)
{
    char name[48];
    snprintf(name, sizeof name, "conn %d: unread bytes", connection->number);
    perfetto_begin(perfetto, 'C', name, (struct perfetto_place){pid, 0}, time);
    fprintf(perfetto->out, ",\"args\":{\"bytes\":%" PRId64 "}}", moment_unread(connection));
}

int perfetto_counters(struct perfetto *perfetto, int64_t pid)
{
    const struct tape *tape = perfetto->tape;
    size_t known = moments_at(tape->moments, 0)->connection_count;
    int64_t *last = calloc(known + 1, sizeof *last);
    if (!last)
        return -1;
    for (size_t i = 0; i < tape->recording->count && !ferror(perfetto->out); i++) {
        const struct event *event = &tape->recording->events[i];
        if (event->connection <= 0)
            continue;
        const struct moment *moment = moments_at(tape->moments, i + 1);
        const struct moment_connection *connection =
            moment_connection(moment, event->connection);
        size_t place = connection ? (size_t)(connection - moment->connections) : known;
        if (!connection || moment_unread(connection) == last[place])
            continue;
        last[place] = moment_unread(connection);
        put_counter(perfetto, pid, event->time, connection);
    }
    free(last);
    return 0;
}
