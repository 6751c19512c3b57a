/* TAP version 14 (testanything.org): a test point a check, in YAML what a failure rests on. */
#include <stdlib.h>

#include "base/utf8.h"
#include "report/formats.h"

/* On the line of a test point a # begins a directive, so it and \ are escaped. */
static void put_description(FILE *out, const char *text)
{
    for (uint32_t code; text && (code = utf8_next(&text)) != 0;) {
        if (code == '#' || code == '\\')
            fputc('\\', out);
        utf8_put(out, code == '\n' || code == '\t' ? ' ' : utf8_shows(code) ? code : '?');
    }
}

/* A double-quoted YAML scalar, on one line. */
static void put_scalar(FILE *out, const char *text)
{
    fputc('"', out);
    for (uint32_t code; text && (code = utf8_next(&text)) != 0;) {
        if (code == '"' || code == '\\')
            fprintf(out, "\\%c", (char)code);
        else if (code == '\n')
            fputs("\\n", out);
        else if (!utf8_shows(code) || code == 0xFFFE || code == 0xFFFF)
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            utf8_put(out, code);
    }
    fputs("\"\n", out);
}

static void put_list(FILE *out, const char *key, const struct evidence *items, size_t count)
{
    if (!count)
        return;
    fprintf(out, "  %s:\n", key);
    for (size_t i = 0; i < count; i++) {
        fputs("    - ", out);
        put_scalar(out, items[i].text);
    }
}

static void put_diagnosis(FILE *out, const struct verdict *verdict)
{
    fprintf(out, "  ---\n  severity: %s\n  message: ",
            verdict->status == VERDICT_ERROR ? "error" : "fail");
    put_scalar(out, verdict->message);
    fprintf(out, "  points: %g\n  max_points: %g\n", verdict->points, verdict->max_points);
    if (verdict->hint) {
        fputs("  hint: ", out);
        put_scalar(out, verdict->hint);
    }
    put_list(out, "steps", verdict->steps, verdict->step_count);
    put_list(out, "asleep", verdict->asleep, verdict->asleep_count);
    put_list(out, "calls", verdict->calls, verdict->call_count);
    fputs("  ...\n", out);
}

static void put_point(FILE *out, size_t number, const struct verdict *verdict)
{
    bool bad = verdict->status == VERDICT_FAIL || verdict->status == VERDICT_ERROR;
    fprintf(out, "%sok %zu - %02d ", bad ? "not " : "", number, verdict->number);
    put_description(out, verdict->name);
    if (verdict->status == VERDICT_NOT_OBSERVED) {
        fputs(" # SKIP ", out);
        put_description(out, verdict->message ? verdict->message : "not observed");
    }
    fputc('\n', out);
    if (bad)
        put_diagnosis(out, verdict);
}

int report_tap(FILE *out, const struct report *report, const struct report_style *style)
{
    (void)style;
    fputs("TAP version 14\n", out);
    fprintf(out, "1..%zu\n", report->check_count);
    for (size_t i = 0; i < report->check_count; i++)
        put_point(out, i + 1, report->checks[i]);
    return ferror(out) ? -1 : 0;
}
