/* See strip.h. */
#include "visualizer/strip.h"

#include <math.h>
#include <string.h>

#include "visualizer/phrase.h"

/* Shown whenever they touch a cell, the first of them before the next. */
static const enum phase_kind never_hidden[] = {PHASE_POLLING, PHASE_NOTIFIED, PHASE_COPY};

static int64_t length_of(const struct strip_scale *scale)
{
    return scale->end > scale->begin ? scale->end - scale->begin : 1;
}

int strip_cell(const struct strip_scale *scale, int64_t time)
{
    double share = (double)(time - scale->begin) / (double)length_of(scale);
    int cell = share <= 0 ? 0 : (int)(share * scale->cells);
    return cell < scale->cells ? cell : scale->cells - 1;
}

static int64_t cell_begin(const struct strip_scale *scale, int cell)
{
    double share = (double)cell / scale->cells;
    return scale->begin + (int64_t)(share * (double)length_of(scale));
}

static void cover(struct tape_stretch *cells, const struct strip_scale *scale,
                  const struct phase *span)
{
    if (span->end < scale->begin || span->begin > scale->end)
        return; /* outside of what is drawn */
    int first = strip_cell(scale, span->begin), last = strip_cell(scale, span->end);
    for (int i = first; i <= last; i++) {
        int64_t low = cell_begin(scale, i), high = cell_begin(scale, i + 1);
        int64_t begin = span->begin > low ? span->begin : low;
        int64_t end = span->end < high ? span->end : high;
        if (end > begin || first == last) {
            cells[i].spans[span->kind]++;
            cells[i].cover[span->kind] += end > begin ? (double)(end - begin) : 0;
        }
    }
}

static int most_of(const struct tape_stretch *cell)
{
    int best = -1;
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        if (cell->spans[kind] && (best < 0 || cell->cover[kind] > cell->cover[best]))
            best = kind;
    return best;
}

/*
 * The kind that a cell shows, -1 for none. Of neighbours that all hold polls in vain each second
 * one shows what lies between the polls ("?.?.?."): a wall of polls would hide that.
 */
static int shown_kind(const struct tape_stretch *cell, int left)
{
    int most = most_of(cell);
    for (size_t i = 0; i < sizeof never_hidden / sizeof *never_hidden; i++) {
        enum phase_kind kind = never_hidden[i];
        bool enough = kind == PHASE_POLLING && left == PHASE_POLLING;
        if (cell->spans[kind] && !enough)
            return (int)kind;
    }
    return most;
}

static bool of_connection(const struct phase *span)
{
    return span->kind == PHASE_WAIT || span->kind == PHASE_COPY;
}

static bool belongs(const struct phase *span, int thread, int connection)
{
    if (connection)
        return of_connection(span) && span->connection == connection;
    return !of_connection(span) && span->thread == thread;
}

void strip_draw(char *row, const struct strip_scale *scale, const struct phases *phases,
                int thread, int connection, int64_t from, int64_t to, char empty)
{
    struct tape_stretch cells[STRIP_MOST];
    memset(cells, 0, (size_t)scale->cells * sizeof *cells);
    for (size_t i = 0; i < phases->count; i++)
        if (belongs(&phases->spans[i], thread, connection))
            cover(cells, scale, &phases->spans[i]);
    int first = strip_cell(scale, from), last = strip_cell(scale, to);
    int kind = -1;
    for (int i = 0; i < scale->cells; i++) {
        kind = shown_kind(&cells[i], kind);
        row[i] = i >= first && i <= last ? empty : ' ';
        if (kind >= 0)
            row[i] = phase_glyph((enum phase_kind)kind);
    }
    row[scale->cells] = '\0';
}

int64_t strip_from(const struct strip_scale *scale, int cell)
{
    double share = (double)cell / scale->cells;
    return scale->begin + (int64_t)ceil(share * (double)length_of(scale));
}

/*
 * Each cell asks for its own stretch: two binary searches, and a look at some dozens of spans at
 * most. The last cell holds the end of the scale, too.
 */
void strip_lane(int *kinds, const struct strip_scale *scale, const struct tape_lane *lane)
{
    int left = -1;
    for (int i = 0; i < scale->cells; i++) {
        struct tape_stretch stretch;
        int64_t high = strip_from(scale, i + 1) + (i == scale->cells - 1);
        tape_stretch(lane, strip_from(scale, i), high, &stretch);
        left = kinds[i] = shown_kind(&stretch, left);
    }
}

void strip_axis(char *row, const struct strip_scale *scale)
{
    memset(row, ' ', (size_t)scale->cells);
    row[scale->cells] = '\0';
    int marks = scale->cells >= 48 ? 4 : 2;
    for (int mark = 0; mark < marks; mark++) {
        char text[1 + PHRASE_TIME] = "|";
        int at = scale->cells * mark / marks;
        phrase_time(text + 1, length_of(scale) / marks * mark);
        memcpy(row + at, text, strnlen(text, (size_t)(scale->cells - at)));
    }
    char last[PHRASE_TIME];
    size_t size = strlen(phrase_time(last, length_of(scale)));
    if (scale->cells >= 48)
        memcpy(row + scale->cells - size, last, size);
}
