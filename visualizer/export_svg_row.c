/*
 * The spans of one lane of the picture: see export_svg.h. A span that is wide enough is a rectangle of its
 * own. Shorter ones share columns: what covers most of one is shown, but a poll in vain, a notice
 * and a copy are seen however short they are, of polls side by side each second one. So a lane
 * has a bounded number of shapes, whatever a recording holds.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/export_svg.h"
#include "visualizer/export_text.h"
#include "visualizer/phrase.h"

#define COLUMN      1.5 /* pixels */
#define LETTER      7.5 /* of a letter above the lane */
#define NAMED       10  /* from this width on, a span has its letter inside */
#define NAME_LETTER 6.6 /* of a name within a span */

struct column {
    int place; /* -1: none */
    int64_t time[PHASE_KIND_COUNT];
    size_t count[PHASE_KIND_COUNT];
};

struct row {
    const struct svg *svg;
    double top;               /* of the bar */
    double lettered;          /* where the latest letter above ends */
    int polled;               /* the latest column that was drawn as a poll in vain */
    struct column column;     /* the one that is being gathered */
    const struct phase *last; /* the latest span in it */
};

/* --- what a shape says when it is pointed at --- */

static void put_title(const struct svg *svg, const struct phase *span)
{
    char from[PHRASE_TIME], length[PHRASE_TIME], error[PHRASE_TIME];
    int64_t begin = span->begin - svg->tape->origin;
    fprintf(svg->out, "<title>%s", phase_name(span->kind));
    if (span->call) {
        fputs(" in ", svg->out);
        export_xml(svg->out, span->call, 40);
    }
    if (span->connection)
        fprintf(svg->out, ", connection %d", span->connection);
    fprintf(svg->out, ", from %s, %s (give or take %s)</title>",
            begin < 0 ? "before the script" : phrase_time(from, begin),
            phrase_time(length, span->end - span->begin),
            phrase_time(error, span->uncertainty));
}

static void put_count_title(const struct svg *svg, const struct column *column)
{
    const char *between = "";
    fputs("<title>", svg->out);
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++) {
        if (!column->count[kind])
            continue;
        fprintf(svg->out, "%s%zu %s", between, column->count[kind],
                phase_name((enum phase_kind)kind));
        between = ", ";
    }
    fputs("</title>", svg->out);
}

/* --- wide spans --- */

/* As much of "B blocked in recv" as fits. */
static void put_name(struct row *row, const struct phase *span, double x, double width)
{
    char name[96];
    const char *kind = phase_name(span->kind);
    size_t room = width > 8 ? (size_t)((width - 8) / NAME_LETTER) : 0;
    int used = snprintf(name, sizeof name, "%c %s", phase_glyph(span->kind), kind);
    if (span->call && (size_t)used + 4 + strlen(span->call) <= room)
        snprintf(name + used, sizeof name - (size_t)used, " in %.60s", span->call);
    else if ((size_t)used > room)
        name[1] = '\0';
    svg_text(row->svg, x + 4, row->top + SVG_BAR - 6.5, "in", name, 80);
}

static bool visible(const struct svg *svg, const struct phase *span)
{
    return span->end >= svg->begin && span->begin <= svg->end;
}

static double width_of(const struct svg *svg, const struct phase *span)
{
    return svg_x(svg, span->end) - svg_x(svg, span->begin);
}

static void put_wide(struct row *row, const struct phase *span)
{
    double x = svg_x(row->svg, span->begin), width = width_of(row->svg, span);
    svg_rectangle(row->svg, x, row->top, width, SVG_BAR, span->kind, false);
    put_title(row->svg, span);
    svg_rectangle_end(row->svg);
}

/* --- columns of short ones --- */

static bool never_hidden(enum phase_kind kind)
{
    return kind == PHASE_POLLING || kind == PHASE_NOTIFIED || kind == PHASE_COPY;
}

static enum phase_kind column_kind(const struct row *row)
{
    static const enum phase_kind first[] = {PHASE_COPY, PHASE_NOTIFIED, PHASE_POLLING};
    const struct column *column = &row->column;
    bool beside = row->polled == column->place - 1;
    enum phase_kind most = PHASE_KIND_COUNT;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (column->count[first[i]] && !(first[i] == PHASE_POLLING && beside))
            return first[i];
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        if (column->count[kind] && !(kind == PHASE_POLLING && beside) &&
            (most == PHASE_KIND_COUNT || column->time[kind] > column->time[most]))
            most = (enum phase_kind)kind;
    return most == PHASE_KIND_COUNT ? PHASE_POLLING : most;
}

static void put_letter(struct row *row, double middle, enum phase_kind kind)
{
    char letter[2] = {phase_glyph(kind), '\0'};
    if (middle - LETTER / 2 < row->lettered)
        return;
    svg_text(row->svg, middle, row->top - 3, "above", letter, 1);
    row->lettered = middle + LETTER / 2;
}

/* Where short spans fill less than half of a column, the long one that they interrupt is seen. */
static bool fills(const struct row *row)
{
    double time = 0, whole = (double)(row->svg->end - row->svg->begin) * COLUMN /
                             (row->svg->form->width - SVG_LEFT - SVG_RIGHT);
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        time += (double)row->column.time[kind];
    return time * 2 >= whole;
}

static void column_clear(struct row *row)
{
    memset(&row->column, 0, sizeof row->column);
    row->column.place = -1;
}

static void column_put(struct row *row, enum phase_kind kind)
{
    struct column *column = &row->column;
    double x = SVG_LEFT + column->place * COLUMN;
    bool alone = true;
    for (int other = 0; other < PHASE_KIND_COUNT; other++)
        alone &= column->count[other] == (other == (int)kind);
    svg_rectangle(row->svg, x, row->top, COLUMN, SVG_BAR, kind, true);
    if (alone)
        put_title(row->svg, row->last);
    else
        put_count_title(row->svg, column);
    svg_rectangle_end(row->svg);
    if (kind != PHASE_RUNNING)
        put_letter(row, x + COLUMN / 2, kind);
    if (kind == PHASE_POLLING)
        row->polled = column->place;
}

static void column_end(struct row *row)
{
    if (row->column.place < 0)
        return;
    enum phase_kind kind = column_kind(row);
    if (never_hidden(kind) || fills(row))
        column_put(row, kind);
    column_clear(row);
}

static void column_add(struct row *row, const struct phase *span)
{
    int place = (int)((svg_x(row->svg, span->begin) - SVG_LEFT) / COLUMN);
    if (place != row->column.place)
        column_end(row);
    row->column.place = place;
    row->column.time[span->kind] += span->end - span->begin;
    row->column.count[span->kind]++;
    row->last = span;
}

/* --- a lane --- */

static bool wide(const struct svg *svg, const struct phase *span)
{
    return width_of(svg, span) >= COLUMN;
}

/* Its letter: inside, or above where there is no room. */
static void put_wide_letter(struct row *row, const struct phase *span)
{
    double x = svg_x(row->svg, span->begin), width = width_of(row->svg, span);
    column_end(row);
    if (width >= NAMED)
        put_name(row, span, x, width);
    else if (span->kind != PHASE_RUNNING)
        put_letter(row, x + width / 2, span->kind);
}

/* Wide ones first, so that nothing lies over a short one, nor over a letter. */
void svg_row(const struct svg *svg, const struct tape_lane *lane, double top)
{
    struct row whole = {.svg = svg, .top = top, .polled = -2}, *row = &whole;
    column_clear(row);
    for (size_t i = 0; i < lane->count; i++)
        if (visible(svg, lane->spans[i]) && wide(svg, lane->spans[i]))
            put_wide(row, lane->spans[i]);
    for (size_t i = 0; i < lane->count; i++) {
        const struct phase *span = lane->spans[i];
        if (!visible(svg, span))
            continue;
        if (wide(svg, span))
            put_wide_letter(row, span);
        else if (never_hidden(span->kind) || span->end > span->begin)
            column_add(row, span);
    }
    column_end(row);
}
