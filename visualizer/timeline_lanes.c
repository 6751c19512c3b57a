/*
 * The lanes of the time line. Cells are drawn by strip_lane, which costs the same for lanes of
 * any length, and only lanes that are seen are drawn.
 */
#include <stdio.h>

#include "visualizer/timeline.h"

size_t timeline_lane_count(const struct tape *tape)
{
    return tape->thread_count + tape->connection_count;
}

bool timeline_is_thread(const struct tape *tape, size_t lane)
{
    return lane < tape->thread_count;
}

const struct tape_lane *timeline_lane(const struct tape *tape, size_t lane)
{
    return timeline_is_thread(tape, lane) ? &tape->threads[lane]
                                          : &tape->connections[lane - tape->thread_count];
}

struct strip_scale timeline_recorded(const struct timeline *line)
{
    struct strip_scale scale = line->scale;
    scale.begin += line->tape->origin;
    scale.end += line->tape->origin;
    return scale;
}

static void draw_name(const struct timeline *line, int row, size_t number)
{
    bool chosen = number == line->chosen;
    enum canvas_role role = chosen ? ROLE_TITLE : ROLE_PLAIN;
    canvas_point(line->canvas, row, line->area.column, role, chosen ? '>' : ' ');
    canvas_format(line->canvas, row, line->area.column + 1, TIMELINE_LABEL - 2, role, "%s %d",
                  timeline_is_thread(line->tape, number) ? "thread" : "conn",
                  timeline_lane(line->tape, number)->number);
}

/* The line of a connection that is open; what happens to it is drawn over this. */
static void draw_open(const struct timeline *line, int row, const struct strip_scale *scale,
                      const struct tape_lane *lane)
{
    if (lane->to < scale->begin || lane->from > scale->end)
        return;
    int last = strip_cell(scale, lane->to);
    for (int i = strip_cell(scale, lane->from); i <= last; i++)
        canvas_point(line->canvas, row, line->area.column + TIMELINE_LABEL + i, ROLE_DIM,
                     STRIP_IDLE);
}

static void draw_lane(const struct timeline *line, int row, size_t number)
{
    const struct tape_lane *lane = timeline_lane(line->tape, number);
    struct strip_scale scale = timeline_recorded(line);
    int kinds[STRIP_MOST], column = line->area.column + TIMELINE_LABEL;
    draw_name(line, row, number);
    if (!timeline_is_thread(line->tape, number))
        draw_open(line, row, &scale, lane);
    strip_lane(kinds, &scale, lane);
    for (int i = 0; i < scale.cells; i++)
        if (kinds[i] >= 0)
            canvas_point(line->canvas, row, column + i,
                         canvas_role_of((enum phase_kind)kinds[i]),
                         (uint32_t)phase_glyph((enum phase_kind)kinds[i]));
    canvas_dye(line->canvas, row, column + line->cursor, 1, ROLE_CURSOR);
}

static void say_more(const struct timeline *line, int row, size_t hidden, size_t above)
{
    char where[64] = "";
    if (above)
        snprintf(where, sizeof where, " (%zu above, %zu below)", above, hidden - above);
    canvas_format(line->canvas, row, line->area.column + 1, line->area.columns - 1, ROLE_DIM,
                  "... and %zu more%s", hidden, where);
}

int timeline_lanes(const struct timeline *line, int row, int rows)
{
    size_t count = timeline_lane_count(line->tape), first = 0, shown = count;
    if (count > (size_t)rows) {
        shown = rows > 1 ? (size_t)rows - 1 : 1;
        first = line->chosen > shown / 2 ? line->chosen - shown / 2 : 0;
        if (first > count - shown)
            first = count - shown;
    }
    for (size_t i = 0; i < shown; i++)
        draw_lane(line, row + (int)i, first + i);
    if (shown == count || rows < 2)
        return (int)shown;
    say_more(line, row + rows - 1, count - shown, first);
    return rows;
}
