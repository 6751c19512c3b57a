/* See span_row.h. */
#include "visualizer/span_row.h"

void span_row_draw(struct canvas *canvas, int row, int column, const struct tape *tape,
                   const struct tape_lane *lane, const struct strip_scale *scale)
{
    int kinds[STRIP_MOST];
    struct strip_scale recorded = {.begin = scale->begin + tape->origin,
                                   .end = scale->end + tape->origin,
                                   .cells = scale->cells};
    if (!lane || scale->cells < 1 || scale->cells > STRIP_MOST)
        return;
    strip_lane(kinds, &recorded, lane);
    for (int i = 0; i < scale->cells; i++)
        if (kinds[i] >= 0)
            canvas_point(canvas, row, column + i, canvas_role_of((enum phase_kind)kinds[i]),
                         (unsigned char)phase_glyph((enum phase_kind)kinds[i]));
}
