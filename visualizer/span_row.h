/*
 * A lane as one row of cells of a canvas, by the rules of strip.h.
 */
#ifndef IOLAB_VISUALIZER_SPAN_ROW_H
#define IOLAB_VISUALIZER_SPAN_ROW_H

#include "visualizer/canvas.h"
#include "visualizer/strip.h"
#include "visualizer/tape.h"

/*
 * Draws the lane (NULL: none) from `column` on, one glyph a cell; the scale's times are of the
 * tape. Cells that no span touches stay as they are.
 */
void span_row_draw(struct canvas *canvas, int row, int column, const struct tape *tape,
                   const struct tape_lane *lane, const struct strip_scale *scale);

#endif
