/* The report itself, the table of formats, and how a stream is to be written to. */
#include "report/report.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report/formats.h"

static bool counts(const struct verdict *verdict)
{
    return verdict->status == VERDICT_PASS || verdict->status == VERDICT_FAIL;
}

int report_add(struct report *report, struct verdict *verdict)
{
    struct verdict **checks =
        realloc(report->checks, (report->check_count + 1) * sizeof *checks);
    if (!checks)
        return -1;
    report->checks = checks;
    size_t place = report->check_count++;
    for (; place > 0 && checks[place - 1]->number > verdict->number; place--)
        checks[place] = checks[place - 1];
    checks[place] = verdict;
    if (counts(verdict)) {
        report->score += verdict->points;
        report->max_score += verdict->max_points;
    }
    return 0;
}

void report_clear(struct report *report)
{
    for (size_t i = 0; i < report->check_count; i++)
        verdict_free(report->checks[i]);
    free(report->checks);
    report->checks = NULL;
    report->check_count = 0;
    report->score = report->max_score = 0;
}

size_t report_count(const struct report *report, enum verdict_status status)
{
    size_t count = 0;
    for (size_t i = 0; i < report->check_count; i++)
        count += report->checks[i]->status == status;
    return count;
}

enum iolab_status report_status(const struct report *report)
{
    bool unbuilt = !report->built && report->build && report->build[0];
    if (report_count(report, VERDICT_FAIL) || (unbuilt && !report->check_count))
        return STATUS_FAILED;
    if (report_count(report, VERDICT_ERROR) || !report_count(report, VERDICT_PASS))
        return STATUS_MACHINE;
    return STATUS_WELL;
}

/* --- formats --- */

static const struct report_format formats[] = {
    {"text", report_text},
    {"json", report_json},
    {"tap", report_tap},
    {"junit", report_junit},
};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const char *report_format_names(void)
{
    static char names[64];
    size_t used = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                                 formats[i].name);
    return names;
}

/* --- style --- */

/* Of the user's environment, whether or not this program has called setlocale. */
static bool locale_is_unicode(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (!locale)
        return false;
    bool unicode = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return unicode;
}

static int width_of(int descriptor, bool terminal)
{
    struct winsize size;
    if (!terminal || ioctl(descriptor, TIOCGWINSZ, &size) < 0 || size.ws_col < 40)
        return 80;
    return size.ws_col > 120 ? 120 : size.ws_col;
}

struct report_style report_style_for(FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    bool terminal = isatty(fileno(out));
    return (struct report_style){
        .terminal = terminal,
        .colour = terminal && !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0,
        .unicode = locale_is_unicode(),
        .width = width_of(fileno(out), terminal),
    };
}
