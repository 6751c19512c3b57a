/*
 * Export "csv" (RFC 4180): one row for each span, in order of their begins, for spreadsheets and
 * statistics. Times are ns since the script began: what was before it is negative.
 */
#include <inttypes.h>

#include "base/utf8.h"
#include "visualizer/export.h"
#include "visualizer/export_text.h"

/* Spreadsheets take what begins like this for a formula, and compute it. */
static bool formula(const char *text)
{
    return *text == '=' || *text == '+' || *text == '-' || *text == '@';
}

static void put_text(FILE *out, const char *text)
{
    fputs(formula(text) ? "\"'" : "\"", out);
    for (uint32_t point; (point = utf8_next(&text)) != 0;) {
        if (point == '"')
            fputc('"', out);
        export_put(out, point);
    }
    fputc('"', out);
}

static void put_span(FILE *out, const struct phase *span, int64_t origin)
{
    bool of_connection = span->kind == PHASE_WAIT || span->kind == PHASE_COPY;
    fprintf(out, "%s,%d,%s,", of_connection ? "connection" : "thread",
            of_connection ? span->connection : span->thread, phase_name(span->kind));
    if (span->call)
        put_text(out, span->call);
    fputc(',', out);
    if (span->connection)
        fprintf(out, "%d", span->connection);
    fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%s\r\n", span->begin - origin,
            span->end - origin, span->uncertainty, phase_source_name(span->begin_from),
            phase_source_name(span->end_from));
}

static int write_csv(FILE *out, const struct export_call *call)
{
    const struct phases *phases = &call->tape->survey.phases;
    fputs("lane,number,phase,call,connection,begin_ns,end_ns,uncertainty_ns,begin_source,"
          "end_source\r\n",
          out);
    for (size_t i = 0; i < phases->count && !ferror(out); i++)
        put_span(out, &phases->spans[i], call->tape->origin);
    return export_end(out);
}

const struct export_format export_csv = {
    .name = "csv",
    .what = "a row for each span, for spreadsheets",
    .suffix = "csv",
    .write = write_csv,
};
