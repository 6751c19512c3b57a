/* See span_row.h. */
#include "visualizer/span_row.h"

#define SPANS_MOST 32 /* that are looked at for one cell */
#define NESTED     4  /* notices without length that may lie within the span before them */

struct cell {
    int64_t begin, end;             /* of the tape */
    double cover[PHASE_KIND_COUNT]; /* ns */
    bool seen[PHASE_KIND_COUNT];
};

static int64_t cell_begin(const struct strip_scale *scale, int cell)
{
    double share = (double)cell / scale->cells;
    return scale->begin + (int64_t)(share * (double)(scale->end - scale->begin));
}

/* The first span that begins at `time` or later: its place, or lane->count. */
static size_t place_behind(const struct tape *tape, const struct tape_lane *lane, int64_t time)
{
    size_t low = 0, high = lane->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lane->spans[middle]->begin - tape->origin < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void cover(struct cell *cell, const struct tape *tape, const struct phase *span)
{
    int64_t begin = span->begin - tape->origin, end = span->end - tape->origin;
    bool notice = begin == end && begin >= cell->begin && begin < cell->end;
    if (!notice && (end <= cell->begin || begin >= cell->end))
        return;
    begin = begin > cell->begin ? begin : cell->begin;
    end = end < cell->end ? end : cell->end;
    cell->seen[span->kind] = true;
    cell->cover[span->kind] += (double)(end - begin);
}

/* The n-th of those that are looked at, when each is to stand for `step`. They are not at even
   distances: programs repeat themselves, and each second span may be of the same kind. */
static size_t sample(size_t n, size_t step)
{
    return n * step + (n * UINT32_C(2654435761) >> 8) % step;
}

static void look(struct cell *cell, const struct tape *tape, const struct tape_lane *lane)
{
    size_t first = tape_span_place(tape, lane, cell->begin);
    size_t behind = place_behind(tape, lane, cell->end);
    first = first > NESTED ? first - NESTED : 0;
    size_t step = behind > first ? (behind - first) / SPANS_MOST + 1 : 1;
    for (size_t n = 0; first + sample(n, step) < behind; n++)
        cover(cell, tape, lane->spans[first + sample(n, step)]);
}

/* Of neighbours that all hold polls each second one shows what lies between them, as in strip.c.
   -1: nothing. */
static int shown_kind(const struct cell *cell, int left)
{
    static const enum phase_kind never_hidden[] = {PHASE_POLLING, PHASE_NOTIFIED, PHASE_COPY};
    int most = -1;
    for (size_t i = 0; i < sizeof never_hidden / sizeof *never_hidden; i++) {
        enum phase_kind kind = never_hidden[i];
        if (cell->seen[kind] && !(kind == PHASE_POLLING && left == PHASE_POLLING))
            return (int)kind;
    }
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        if (cell->seen[kind] && (most < 0 || cell->cover[kind] > cell->cover[most]))
            most = kind;
    return most;
}

void span_row_draw(struct canvas *canvas, int row, int column, const struct tape *tape,
                   const struct tape_lane *lane, const struct strip_scale *scale)
{
    int kind = -1;
    for (int i = 0; lane && i < scale->cells; i++) {
        struct cell cell = {.begin = cell_begin(scale, i), .end = cell_begin(scale, i + 1)};
        if (cell.end == cell.begin)
            cell.end++; /* a stretch shorter than its cells */
        look(&cell, tape, lane);
        kind = shown_kind(&cell, kind);
        if (kind >= 0)
            canvas_point(canvas, row, column + i, canvas_role_of((enum phase_kind)kind),
                         (unsigned char)phase_glyph((enum phase_kind)kind));
    }
}
