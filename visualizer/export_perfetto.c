/*
 * Export "perfetto": Chrome's trace JSON, which ui.perfetto.dev and about:tracing open. Each
 * thread and each connection is a lane: its phases are slices, a thread's calls lie within them,
 * signals and a ring's entries are instants. The script has a lane of its own. Times are those of
 * the recording, as trace viewers take no negative ones; "origin_ns" says where the script began.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "visualizer/export_perfetto.h"
#include "visualizer/export_text.h"

enum { PID_SCRIPT = 1, PID_CONNECTIONS, PID_SERVER }; /* the last, plus the process's number */

/* A thread's lane, while events go by. */
struct lane {
    int process;
    int64_t kernel; /* its id there; 0: not known */
    size_t fed;     /* spans that are written */
    struct perfetto_nest nest;
};

static struct perfetto_place thread_place(const struct lane *lanes, size_t i)
{
    return (struct perfetto_place){(int64_t)PID_SERVER + lanes[i].process, (int64_t)i + 2};
}

static struct perfetto_place connection_place(const struct tape *tape, size_t i)
{
    return (struct perfetto_place){PID_CONNECTIONS, (int64_t)(tape->thread_count + i) + 2};
}

/* --- names --- */

static void lanes_learn(const struct tape *tape, struct lane *lanes)
{
    for (size_t i = 0; i < tape->recording->count; i++) {
        const struct event *event = &tape->recording->events[i];
        const struct tape_lane *thread =
            event->thread > 0 ? tape_thread(tape, event->thread) : NULL;
        if (!thread)
            continue;
        struct lane *lane = &lanes[thread - tape->threads];
        if (!lane->process)
            lane->process = event->process;
        if (event->kind == EVENT_THREAD_START && !lane->kernel)
            lane->kernel = event->result;
    }
}

static void put_name(struct perfetto *perfetto, const char *what, struct perfetto_place place,
                     const char *text, int number, int64_t kernel)
{
    char name[80], id[32] = "";
    if (kernel)
        snprintf(id, sizeof id, " (id %" PRId64 ")", kernel);
    if (number)
        snprintf(name, sizeof name, "%s %d%s", text, number, id);
    perfetto_begin(perfetto, 'M', what, place, 0);
    fputs(",\"args\":{\"name\":", perfetto->out);
    perfetto_text(perfetto, number ? name : text);
    fputs("}}", perfetto->out);
}

static void put_order(struct perfetto *perfetto, const char *what, struct perfetto_place place,
                      int64_t order)
{
    perfetto_begin(perfetto, 'M', what, place, 0);
    fprintf(perfetto->out, ",\"args\":{\"sort_index\":%" PRId64 "}}", order);
}

/* The server above, then its connections, the script below. */
static void put_names(struct perfetto *perfetto, const struct lane *lanes)
{
    const struct tape *tape = perfetto->tape;
    struct perfetto_place script = {PID_SCRIPT, 1}, connections = {PID_CONNECTIONS, 0};
    for (size_t i = 0; i < tape->thread_count; i++) {
        struct perfetto_place place = thread_place(lanes, i);
        if (i == 0 || lanes[i].process != lanes[i - 1].process)
            put_name(perfetto, "process_name", place, "server, process", lanes[i].process,
                     lanes[i].kernel);
        put_name(perfetto, "thread_name", place, "thread", tape->threads[i].number,
                 lanes[i].kernel);
        put_order(perfetto, "thread_sort_index", place, place.tid);
    }
    put_name(perfetto, "process_name", connections, "connections", 0, 0);
    put_order(perfetto, "process_sort_index", connections, INT32_MAX - 1);
    for (size_t i = 0; i < tape->connection_count; i++) {
        struct perfetto_place place = connection_place(tape, i);
        put_name(perfetto, "thread_name", place, "conn", tape->connections[i].number, 0);
        put_order(perfetto, "thread_sort_index", place, place.tid);
    }
    put_name(perfetto, "process_name", script, "script", 0, 0);
    put_order(perfetto, "process_sort_index", script, INT32_MAX);
    put_name(perfetto, "thread_name", script, "steps", 0, 0);
}

/* --- slices --- */

static void put_span(struct perfetto *perfetto, const struct phase *span,
                     struct perfetto_place place, struct perfetto_nest *nest)
{
    const struct event *leave = recording_find(perfetto->tape->recording, span->last);
    int64_t begin = span->begin, end = span->end;
    perfetto_nest_clip(nest, &begin, &end);
    perfetto_begin(perfetto, 'X', phase_name(span->kind), place, begin);
    fputs(",\"dur\":", perfetto->out);
    export_thousandths(perfetto->out, end - begin);
    fprintf(perfetto->out,
            ",\"cat\":\"phase\",\"args\":{\"begin_ns\":%" PRId64 ",\"end_ns\":%" PRId64
            ",\"uncertainty_ns\":%" PRId64 ",\"begin_source\":\"%s\",\"end_source\":\"%s\"",
            span->begin, span->end, span->uncertainty, phase_source_name(span->begin_from),
            phase_source_name(span->end_from));
    if (span->connection)
        fprintf(perfetto->out, ",\"connection\":%d", span->connection);
    if (span->kind == PHASE_COPY && leave && leave->bytes != EVENT_NONE)
        fprintf(perfetto->out, ",\"bytes\":%" PRId64, leave->bytes);
    if (span->call) {
        fputs(",\"call\":", perfetto->out);
        perfetto_text(perfetto, span->call);
    }
    fputs("}}", perfetto->out);
}

/* A thread's phases that begin up to `until`: before the calls that lie within them. */
static void feed(struct perfetto *perfetto, struct lane *lanes, size_t i, int64_t until)
{
    const struct tape_lane *thread = &perfetto->tape->threads[i];
    struct lane *lane = &lanes[i];
    for (; lane->fed < thread->count && !ferror(perfetto->out); lane->fed++) {
        if (thread->spans[lane->fed]->begin > until)
            return;
        put_span(perfetto, thread->spans[lane->fed], thread_place(lanes, i), &lane->nest);
    }
}

static void put_call(struct perfetto *perfetto, struct lane *lanes, size_t i,
                     const struct event *enter)
{
    const struct event *leave = recording_leave(perfetto->tape->recording, enter);
    int64_t begin = enter->time, end = leave ? leave->time : perfetto->tape->threads[i].to;
    perfetto_nest_clip(&lanes[i].nest, &begin, &end);
    perfetto_begin(perfetto, 'X', enter->call ? enter->call : "a call", thread_place(lanes, i),
                   begin);
    fputs(",\"dur\":", perfetto->out);
    export_thousandths(perfetto->out, end - begin);
    fputs(",\"cat\":\"call\"", perfetto->out);
    perfetto_arguments(perfetto, enter, leave);
    fputc('}', perfetto->out);
}

/* Where an event belongs that is no call: its thread, else its connection, else the script. */
static struct perfetto_place place_of(const struct tape *tape, const struct lane *lanes,
                                      const struct event *event)
{
    const struct tape_lane *thread =
        event->thread > 0 ? tape_thread(tape, event->thread) : NULL;
    const struct tape_lane *connection =
        event->kind == EVENT_COMPLETE ? tape_connection(tape, event->connection) : NULL;
    if (thread)
        return thread_place(lanes, (size_t)(thread - tape->threads));
    if (connection)
        return connection_place(tape, (size_t)(connection - tape->connections));
    return (struct perfetto_place){PID_SCRIPT, 1};
}

static void put_event(struct perfetto *perfetto, struct lane *lanes, const struct event *event)
{
    const struct tape *tape = perfetto->tape;
    const struct tape_lane *thread = tape_thread(tape, event->thread);
    if (event->kind == EVENT_ENTER && thread) {
        size_t i = (size_t)(thread - tape->threads);
        feed(perfetto, lanes, i, event->time);
        put_call(perfetto, lanes, i, event);
    } else if (event->kind != EVENT_ENTER && event->kind != EVENT_LEAVE) {
        perfetto_instant(perfetto, event, place_of(tape, lanes, event));
    }
}

static void put_connection(struct perfetto *perfetto, size_t i)
{
    const struct tape_lane *connection = &perfetto->tape->connections[i];
    struct perfetto_nest nest = {.from = INT64_MIN};
    for (size_t at = 0; at < connection->count && !ferror(perfetto->out); at++)
        put_span(perfetto, connection->spans[at], connection_place(perfetto->tape, i), &nest);
}

/* --- the whole --- */

static void put_header(struct perfetto *perfetto)
{
    const struct recording_header *header = &perfetto->tape->recording->header;
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"name\":", perfetto->out);
    perfetto_text(perfetto, perfetto->tape->name);
    fputs(",\"check\":", perfetto->out);
    perfetto_text(perfetto, perfetto->tape->check);
    fputs(",\"tier\":", perfetto->out);
    perfetto_text(perfetto, header->tier);
    fputs(",\"begun\":", perfetto->out);
    perfetto_text(perfetto, header->start_time);
    fprintf(perfetto->out,
            ",\"seed\":\"%" PRIu64 "\",\"origin_ns\":\"%" PRId64 "\"},\"traceEvents\":[",
            header->seed, perfetto->tape->origin);
}

static int put_all(struct perfetto *perfetto, struct lane *lanes)
{
    const struct tape *tape = perfetto->tape;
    lanes_learn(tape, lanes);
    put_header(perfetto);
    put_names(perfetto, lanes);
    for (size_t i = 0; i < tape->recording->count && !ferror(perfetto->out); i++)
        put_event(perfetto, lanes, &tape->recording->events[i]);
    for (size_t i = 0; i < tape->thread_count; i++)
        feed(perfetto, lanes, i, INT64_MAX);
    for (size_t i = 0; i < tape->connection_count; i++)
        put_connection(perfetto, i);
    perfetto_failure(perfetto);
    int answer = perfetto_counters(perfetto, PID_CONNECTIONS);
    fputs("\n]}\n", perfetto->out);
    return answer;
}

static int write_perfetto(FILE *out, const struct export_call *call)
{
    struct perfetto perfetto = {.out = out, .tape = call->tape};
    struct lane *lanes = calloc(call->tape->thread_count + 1, sizeof *lanes);
    if (!lanes)
        return -1;
    int answer = put_all(&perfetto, lanes);
    free(lanes);
    if (answer < 0 || perfetto.lost) {
        errno = ENOMEM;
        return -1;
    }
    return export_end(out);
}

const struct export_format export_perfetto = {
    .name = "perfetto",
    .what = "a trace for ui.perfetto.dev or about:tracing",
    .suffix = "json",
    .write = write_perfetto,
};
