/*
 * A lane as one row of cells, for redraws: what is looked at grows with the cells, not with the
 * spans. Where very many spans share a cell, some of them stand for them all.
 */
#ifndef IOLAB_VISUALIZER_SPAN_ROW_H
#define IOLAB_VISUALIZER_SPAN_ROW_H

#include "visualizer/canvas.h"
#include "visualizer/strip.h"
#include "visualizer/tape.h"

/*
 * Draws the lane from `column` on, one glyph a cell; the scale's times are of the tape. As in
 * strip.h, what covers most of a cell is shown, but a poll in vain, a notice and a copy are seen
 * however short they are. Cells that no span touches stay as they are.
 */
void span_row_draw(struct canvas *canvas, int row, int column, const struct tape *tape,
                   const struct tape_lane *lane, const struct strip_scale *scale);

#endif
