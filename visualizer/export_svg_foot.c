/* What stands below the lanes: the legend, the totals, and why the check failed. See
   export_svg.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/export_svg.h"
#include "visualizer/export_text.h"
#include "visualizer/phrase.h"

#define LEGEND_LINE 24
#define SWATCH      24 /* width of a piece of each phase */
#define TOTAL_LINE  17
#define TOTALS      7
#define STORY_LINE  17
#define STORY_WIDTH 140 /* bytes in a line of the failure's story */
#define STORY_LINES 5

/* --- legend --- */

struct place {
    double x, y;
};

static bool shown(const struct svg *svg, int kind)
{
    return svg->tape->survey.present[kind];
}

static int legend_lines(const struct svg *svg)
{
    int kinds = 0;
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        kinds += shown(svg, kind);
    return kinds / svg->form->entries + 1; /* and the arrow */
}

/* Where the entry with this number begins. */
static struct place entry_place(const struct svg *svg, int number)
{
    int line = number / svg->form->entries, place = number % svg->form->entries;
    double room = (svg->form->width - 2 * SVG_MARGIN) / svg->form->entries;
    return (struct place){SVG_MARGIN + place * room, svg->y + line * (double)LEGEND_LINE};
}

static void put_entry(const struct svg *svg, int number, enum phase_kind kind)
{
    struct place at = entry_place(svg, number);
    char text[128];
    svg_rectangle(svg, at.x, at.y, SWATCH, 17, kind, false);
    svg_rectangle_end(svg);
    snprintf(text, sizeof text, "%c  %s%s%s", phase_glyph(kind), phase_name(kind),
             svg->form->words ? ": " : "", svg->form->words ? phase_meaning(kind) : "");
    svg_text(svg, at.x + SWATCH + 6, at.y + 13, "legend", text, 100);
}

static void put_legend(struct svg *svg)
{
    int entries = 0;
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        if (shown(svg, kind))
            put_entry(svg, entries++, (enum phase_kind)kind);
    struct place at = entry_place(svg, entries);
    svg_arrow(svg, at.x + SWATCH / 2.0, at.y + 6);
    svg_text(svg, at.x + SWATCH + 6, at.y + 13, "legend",
             svg->form->words ? "the peer of the connection sends" : "the peer sends", 60);
    svg->y += legend_lines(svg) * LEGEND_LINE + 10;
}

/* --- totals --- */

static void put_total(const struct svg *svg, int place, const char *name, const char *value)
{
    double x = place < TOTALS ? SVG_MARGIN : svg->form->width / 2.0;
    double y = svg->y + (double)(place % TOTALS) * TOTAL_LINE + 12;
    svg_text(svg, x, y, "total", name, 60);
    svg_text(svg, x + 270, y, "end", value, 40);
}

/* Times on the left, counts on the right. */
static void put_totals(struct svg *svg)
{
    const struct survey *survey = &svg->tape->survey;
    const struct phase_totals *totals = &survey->totals;
    const struct {
        const char *name;
        int64_t value;
    } rows[2 * TOTALS] = {
        {"threads blocked", totals->time[PHASE_BLOCKED]},
        {"threads asleep by choice", totals->time[PHASE_PAUSED]},
        {"threads running", totals->time[PHASE_RUNNING]},
        {"connections waiting for data", totals->time[PHASE_WAIT]},
        {"copying data", totals->time[PHASE_COPY]},
        {"median wait of a message", survey->median_wait},
        {"median copy of a message", survey->median_copy},
        {"system calls", (int64_t)totals->calls},
        {"polls in vain", (int64_t)totals->vain},
        {"wake-ups by a peer", (int64_t)totals->wakeups},
        {"messages received", (int64_t)totals->messages},
        {"bytes received", totals->bytes_in},
        {"bytes sent", totals->bytes_out},
        {"threads at one time, at most", totals->threads},
    };
    for (int i = 0; i < 2 * TOTALS; i++) {
        char value[32];
        if (i >= TOTALS)
            snprintf(value, sizeof value, "%" PRId64, rows[i].value);
        else if (rows[i].value < 0)
            snprintf(value, sizeof value, "none");
        else
            phrase_time(value, rows[i].value);
        put_total(svg, i, rows[i].name, value);
    }
    svg->y += TOTALS * TOTAL_LINE + 12;
}

/* --- why it failed --- */

/* Up to the last blank that fits. */
static size_t line_size(const char *text)
{
    size_t size = strlen(text);
    if (size <= STORY_WIDTH)
        return size;
    for (size = STORY_WIDTH; size > 0 && text[size] != ' ';)
        size--;
    return size ? size : STORY_WIDTH;
}

static void put_story(struct svg *svg)
{
    const struct event *failed = svg->tape->survey.failed;
    const char *at = svg->tape->message;
    char text[STORY_WIDTH + 1];
    if (!failed)
        return;
    snprintf(text, sizeof text, "The check failed (%s):", event_outcome_name(failed->outcome));
    svg_text(svg, SVG_MARGIN, svg->y + 12, "bad", text, sizeof text);
    svg->y += STORY_LINE;
    for (int line = 0; line < STORY_LINES && at && *at; line++, svg->y += STORY_LINE) {
        size_t size = line_size(at);
        snprintf(text, sizeof text, "%.*s", (int)size, at);
        svg_text(svg, SVG_MARGIN, svg->y + 12, "story", text, sizeof text);
        at += size;
        at += strspn(at, " ");
    }
}

static double story_height(const struct svg *svg)
{
    int lines = 1;
    const char *at = svg->tape->message;
    if (!svg->tape->survey.failed)
        return 0;
    for (; lines <= STORY_LINES && at && *at; lines++) {
        at += line_size(at);
        at += strspn(at, " ");
    }
    return lines * STORY_LINE;
}

double svg_foot_height(const struct svg *svg)
{
    int legend = legend_lines(svg) * LEGEND_LINE + 10;
    return svg->form->words ? legend + TOTALS * TOTAL_LINE + 12 + story_height(svg) : legend;
}

void svg_foot(struct svg *svg)
{
    put_legend(svg);
    if (!svg->form->words)
        return;
    put_totals(svg);
    put_story(svg);
}
