/* JUnit XML, as continuous integration services read it. */
#include <string.h>

#include "base/utf8.h"
#include "report/formats.h"

/* XML 1.0 forbids most control characters, even escaped. */
static uint32_t allowed(uint32_t code)
{
    bool forbidden =
        (code < 0x20 && code != '\t' && code != '\n') || code == 0xFFFE || code == 0xFFFF;
    return forbidden ? UTF8_WRONG : code;
}

/* Text or the value of an attribute; in the latter a newline survives only escaped. */
static void put_escaped(FILE *out, const char *text, bool attribute)
{
    for (uint32_t code; text && (code = utf8_next(&text)) != 0;) {
        code = allowed(code);
        if (code == '<' || code == '>' || code == '&' || code == '"' || code == 0x7F ||
            (attribute && (code == '\n' || code == '\t')))
            fprintf(out, "&#%u;", (unsigned)code);
        else
            utf8_put(out, code);
    }
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    put_escaped(out, text, true);
    fputc('"', out);
}

static void put_lines(FILE *out, const struct evidence *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%.3f s  ", (double)items[i].time / 1e9);
        put_escaped(out, items[i].text, false);
        fputc('\n', out);
    }
}

static void put_outcome(FILE *out, const struct verdict *verdict)
{
    static const char *const elements[] = {
        [VERDICT_FAIL] = "failure",
        [VERDICT_ERROR] = "error",
        [VERDICT_NOT_OBSERVED] = "skipped",
    };
    const char *element = elements[verdict->status];
    fprintf(out, "      <%s", element);
    put_attribute(out, "message", verdict->message ? verdict->message : "");
    if (verdict->status == VERDICT_NOT_OBSERVED) {
        fputs("/>\n", out);
        return;
    }
    put_attribute(out, "type", verdict_status_name(verdict->status));
    fputc('>', out);
    put_lines(out, verdict->steps, verdict->step_count);
    put_lines(out, verdict->asleep, verdict->asleep_count);
    put_lines(out, verdict->calls, verdict->call_count);
    put_escaped(out, verdict->difference, false);
    fprintf(out, "</%s>\n", element);
}

static void put_case(FILE *out, const struct report *report, const struct verdict *verdict)
{
    fputs("    <testcase", out);
    put_attribute(out, "name", verdict->name);
    put_attribute(out, "classname", report->lab ? report->lab : "");
    fprintf(out, " time=\"%.3f\"", verdict->duration);
    if (verdict->status == VERDICT_PASS) {
        fputs("/>\n", out);
        return;
    }
    fputs(">\n", out);
    put_outcome(out, verdict);
    fputs("    </testcase>\n", out);
}

static void put_counts(FILE *out, const struct report *report)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
            report->check_count, report_count(report, VERDICT_FAIL),
            report_count(report, VERDICT_ERROR), report_count(report, VERDICT_NOT_OBSERVED),
            report->duration);
}

int report_junit(FILE *out, const struct report *report, const struct report_style *style)
{
    (void)style;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
    put_attribute(out, "name", report->lab ? report->lab : "");
    put_counts(out, report);
    fputs(">\n", out);
    for (size_t i = 0; i < report->check_count; i++)
        put_case(out, report, report->checks[i]);
    if (report->build && report->build[0]) {
        fputs("    <system-out>", out);
        put_escaped(out, report->build, false);
        fputs("</system-out>\n", out);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
    return ferror(out) ? -1 : 0;
}
