/* What clients did, what was expected, what came, where the server was, the calls, what to do
   next. A difference takes room from the other parts, so that a story stays on a screen. */
#include "report/failure_story.h"

#include <string.h>

#define MESSAGE_LINES 5
#define HINT_LINES    3

struct status_word {
    const char *word;
    enum tint tint;
};

static struct status_word word_of(enum verdict_status status)
{
    static const struct status_word words[] = {
        [VERDICT_PASS] = {"ok    ", TINT_GOOD},
        [VERDICT_FAIL] = {"FAIL  ", TINT_BAD},
        [VERDICT_ERROR] = {"error ", TINT_DOUBT},
        [VERDICT_NOT_OBSERVED] = {"unseen", TINT_DOUBT},
    };
    return words[status];
}

void failure_heading(const struct screen *screen, const struct verdict *verdict)
{
    struct status_word word = word_of(verdict->status);
    char points[40];
    if (verdict->status == VERDICT_PASS)
        snprintf(points, sizeof points, "%g", verdict->points);
    else if (verdict->status == VERDICT_FAIL)
        snprintf(points, sizeof points, "%g of %g", verdict->points, verdict->max_points);
    else
        snprintf(points, sizeof points, "-");
    fputs("  ", screen->out);
    screen_tint(screen, word.tint, word.word);
    fprintf(screen->out, " %02d  ", verdict->number);
    screen_field(screen, screen->style->width - 23, verdict->name);
    fprintf(screen->out, "  %8s\n", points);
}

static void title(const struct screen *screen, const char *text)
{
    fputs("    ", screen->out);
    screen_tint(screen, TINT_QUIET, text);
    fputc('\n', screen->out);
}

/* The last `most` lines of evidence, each with its moment. */
static void put_evidence(const struct screen *screen, const char *heading,
                         const struct evidence *items, size_t count, size_t most)
{
    char line[512];
    if (!count)
        return;
    title(screen, heading);
    for (size_t i = count > most ? count - most : 0; i < count; i++) {
        snprintf(line, sizeof line, "%8.3f s  %s", (double)items[i].time / 1e9, items[i].text);
        screen_line(screen, 4, line);
    }
}

/* Where threads are is one moment, said in the lines themselves. */
static void put_asleep(const struct screen *screen, const struct verdict *verdict, size_t most)
{
    if (!verdict->asleep_count)
        return;
    title(screen, "where the server was at that moment");
    for (size_t i = 0; i < verdict->asleep_count && i < most; i++)
        screen_line(screen, 6, verdict->asleep[i].text);
}

static void put_difference(const struct screen *screen, const char *text)
{
    char line[256];
    title(screen, "expected and got");
    while (*text) {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(length < 255 ? length : 255), text);
        screen_line(screen, 6, line);
        text += length + (text[length] == '\n');
    }
}

static void put_hint(const struct screen *screen, const struct verdict *verdict)
{
    if (!verdict->hint)
        return;
    fputs("    hint: ", screen->out);
    screen_wrap(screen, 10, HINT_LINES, verdict->hint);
}

static void put_next(const struct screen *screen, const struct verdict *verdict,
                     const char *lab)
{
    if (verdict->status == VERDICT_ERROR) {
        title(screen, "this is an error of the lab or of this machine, not of your server");
        return;
    }
    fputs("    next:", screen->out);
    if (verdict->hint)
        fprintf(screen->out, " iolab hint %s %02d", lab, verdict->number);
    if (verdict->recording)
        fprintf(screen->out, "%s iolab show %s/%02d", verdict->hint ? "  " : "", lab,
                verdict->number);
    else if (!verdict->hint)
        fputs(" mend this, then grade again", screen->out);
    fputc('\n', screen->out);
}

void failure_story(const struct screen *screen, const struct verdict *verdict, const char *lab)
{
    bool tight = verdict->difference != NULL;
    failure_heading(screen, verdict);
    fputs("    ", screen->out);
    screen_wrap(screen, 4, MESSAGE_LINES, verdict->message ? verdict->message : "");
    put_evidence(screen, "what the clients did", verdict->steps, verdict->step_count,
                 tight ? 4 : 6);
    if (verdict->difference)
        put_difference(screen, verdict->difference);
    put_asleep(screen, verdict, tight ? 2 : 4);
    put_evidence(screen, "the calls", verdict->calls, verdict->call_count, tight ? 3 : 5);
    put_hint(screen, verdict);
    put_next(screen, verdict, lab);
}
