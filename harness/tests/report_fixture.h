/* Reports made by hand, for tests of the formats. */
#ifndef IOLAB_TESTS_REPORT_FIXTURE_H
#define IOLAB_TESTS_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/* Everything that a student's program can bring into a report. */
#define HOSTILE                                                                                \
    "a]]>b<c>&\"'\x01\x1b[31m\x7f\xff\xc3(\xed\xa0\x80\xef\xbf\xbe # skip\nnot ok 1\ttab\\ "   \
    "\xe2\x80\xae\xc3\xa9"

static inline void add_line(struct evidence **items, size_t *count, const char *text)
{
    *items = realloc(*items, (*count + 1) * sizeof **items);
    (*items)[*count] = (struct evidence){42 + *count, 310000000, strdup(text)};
    ++*count;
}

static inline struct verdict *verdict_made(int number, const char *name,
                                           enum verdict_status status, const char *message)
{
    struct verdict *verdict = calloc(1, sizeof *verdict);
    verdict->number = number;
    verdict->name = strdup(name);
    verdict->status = status;
    verdict->max_points = 10;
    verdict->points = status == VERDICT_PASS ? 10 : 0;
    verdict->message = message ? strdup(message) : NULL;
    verdict->duration = 0.25;
    if (status != VERDICT_FAIL)
        return verdict;
    verdict->hint = strdup("Which call is your server asleep in?");
    verdict->recording = strdup("/tmp/runs/1/21.iorec");
    verdict->failed_at = 44;
    add_line(&verdict->steps, &verdict->step_count, "client 2: send 6 bytes \"hello\\n\"");
    add_line(&verdict->asleep, &verdict->asleep_count,
             "thread 1 has been asleep in recv(4) on connection 1 for 1.9 s");
    add_line(&verdict->calls, &verdict->call_count,
             "thread 1: recv(4, 4096) on connection 1 has not come back for 1.9 s");
    return verdict;
}

static inline struct report report_made(void)
{
    return (struct report){.lab = "01-blocking",
                           .title = "Blocking sockets",
                           .source = "labs/01-blocking",
                           .kernel = "6.1",
                           .tier = "ptrace",
                           .seed = 4242,
                           .time_scale = 1.5,
                           .duration = 2.5,
                           .build = "",
                           .built = true};
}

/* A report with one verdict of each status. */
static inline struct report report_mixed(const char *text)
{
    struct report report = report_made();
    report_add(&report, verdict_made(21, text, VERDICT_FAIL, text));
    report_add(&report, verdict_made(11, "passes", VERDICT_PASS, NULL));
    report_add(&report, verdict_made(31, "broken script", VERDICT_ERROR, text));
    report_add(&report, verdict_made(41, "unseen", VERDICT_NOT_OBSERVED, text));
    return report;
}

/* What the format makes of it; the caller frees it. */
static inline char *written(const char *format, const struct report *report,
                            const struct report_style *style)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(report_format_find(format)->write(out, report, style), 0);
    fclose(out);
    return text;
}

#endif
