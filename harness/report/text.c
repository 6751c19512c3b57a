/* The report for people: short when all is well, the story of each failure when not; what
   befell many checks alike is told once. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report/failure_story.h"
#include "report/formats.h"

#define COMPILER_LINES 24
#define WARNING_LINES  10

void report_lab_number(const struct report *report, char *number, size_t size)
{
    snprintf(number, size, "%s", report->lab ? report->lab : "");
    char *dash = strchr(number, '-');
    if (dash && dash > number && isdigit((unsigned char)number[0]))
        *dash = '\0';
}

void report_progress(FILE *out, const struct verdict *verdict, const struct report_style *style)
{
    struct screen screen = {out, style};
    failure_heading(&screen, verdict);
}

static void put_heading(const struct screen *screen, const struct report *report)
{
    char line[512];
    snprintf(line, sizeof line, "%s  %s%s%s%s", report->lab ? report->lab : "",
             report->title ? report->title : "", report->source ? "  (" : "",
             report->source ? report->source : "", report->source ? ")" : "");
    screen_line(screen, 0, line);
}

/* The compiler's own words, its first lines, none of them cut at the screen's width. */
static void put_build(const struct screen *screen, const struct report *report)
{
    struct report_style wide = *screen->style;
    const struct screen uncut = {screen->out, &wide};
    int most = report->built ? WARNING_LINES : COMPILER_LINES, line = 0;
    const char *text = report->build ? report->build : "";
    char one[400];
    if (!text[0])
        return;
    wide.width = sizeof one;
    fputs("  ", screen->out);
    if (report->built)
        screen_tint(screen, TINT_DOUBT, "the compiler warns:\n");
    else
        screen_tint(screen, TINT_BAD, "it does not compile:\n");
    for (; *text && line < most; line++) {
        size_t length = strcspn(text, "\n");
        snprintf(one, sizeof one, "%.*s", (int)(length < 399 ? length : 399), text);
        screen_line(&uncut, 4, one);
        text += length + (text[length] == '\n');
    }
    if (*text)
        screen_line(screen, 4, "(and more)");
}

/* The same but for numbers: moments and descriptors differ from check to check. */
static bool alike(const char *a, const char *b)
{
    while (a && b && (*a || *b)) {
        a += strspn(a, "0123456789.");
        b += strspn(b, "0123456789.");
        if (*a != *b)
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return a && b;
}

static bool tells_the_same(const struct verdict *a, const struct verdict *b)
{
    return a->status == b->status && alike(a->message, b->message);
}

/* Whether an earlier check has told this already. */
static bool told_before(const struct report *report, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (tells_the_same(report->checks[i], report->checks[index]))
            return true;
    return false;
}

static void put_others(const struct screen *screen, const struct report *report, size_t index)
{
    char list[1024] = "", line[1060];
    size_t used = 0, others = 0;
    for (size_t i = index + 1; i < report->check_count && used + 8 < sizeof list; i++)
        if (tells_the_same(report->checks[index], report->checks[i]))
            used += (size_t)snprintf(list + used, sizeof list - used, "%s %02d",
                                     others++ ? "," : "", report->checks[i]->number);
    if (!others)
        return;
    snprintf(line, sizeof line, "the same in check%s%s", others == 1 ? "" : "s", list);
    fputs("    ", screen->out);
    screen_wrap(screen, 4, 3, line);
}

static void put_stories(const struct screen *screen, const struct report *report)
{
    char lab[64];
    bool unbuilt = !report->built && report->build && report->build[0];
    report_lab_number(report, lab, sizeof lab);
    for (size_t i = 0; i < report->check_count; i++) {
        const struct verdict *verdict = report->checks[i];
        bool failed = verdict->status == VERDICT_FAIL && !unbuilt;
        if ((!failed && verdict->status != VERDICT_ERROR) || told_before(report, i))
            continue;
        fputc('\n', screen->out);
        failure_story(screen, verdict, lab);
        put_others(screen, report, i);
    }
}

static void put_unseen(const struct screen *screen, const struct report *report)
{
    size_t count = report_count(report, VERDICT_NOT_OBSERVED);
    const char *reason = NULL;
    for (size_t i = 0; i < report->check_count && !reason; i++)
        if (report->checks[i]->status == VERDICT_NOT_OBSERVED)
            reason = report->checks[i]->message;
    if (!count)
        return;
    fprintf(screen->out,
            "  %zu not observed, which counts neither way (iolab doctor): ", count);
    screen_wrap(screen, 4, 3, reason ? reason : "");
}

static void put_passed(const struct screen *screen, const struct report *report)
{
    char lab[64];
    report_lab_number(report, lab, sizeof lab);
    for (size_t i = 0; i < report->check_count; i++)
        if (report->checks[i]->status == VERDICT_PASS && screen->style->verbose &&
            report->checks[i]->step_count) {
            fputc('\n', screen->out);
            failure_story(screen, report->checks[i], lab);
        }
}

static void put_score(const struct screen *screen, const struct report *report)
{
    char line[256];
    snprintf(line, sizeof line, "score %g of %g", report->score, report->max_score);
    screen_tint(screen, report->score >= report->max_score ? TINT_GOOD : TINT_NONE, line);
    fprintf(screen->out, ", %zu of %zu checks passed, %.1f s, seed %llu\n",
            report_count(report, VERDICT_PASS), report->check_count, report->duration,
            (unsigned long long)report->seed);
}

int report_text(FILE *out, const struct report *report, const struct report_style *style)
{
    struct screen screen = {out, style};
    bool unbuilt = !report->built && report->build && report->build[0];
    put_heading(&screen, report);
    put_build(&screen, report);
    for (size_t i = 0; i < report->check_count && !style->told && !unbuilt; i++)
        failure_heading(&screen, report->checks[i]);
    put_passed(&screen, report);
    put_stories(&screen, report);
    if (report->check_count > report_count(report, VERDICT_PASS))
        fputc('\n', out);
    put_unseen(&screen, report);
    put_score(&screen, report);
    return ferror(out) ? -1 : 0;
}
