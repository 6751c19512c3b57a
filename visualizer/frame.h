/*
 * A whole screen: title, the chosen view, the caption, where in time we are, and the keys. Time
 * always stands in the same row, the last but one.
 */
#ifndef IOLAB_VISUALIZER_FRAME_H
#define IOLAB_VISUALIZER_FRAME_H

#include "visualizer/view.h"

/* Smaller screens get a message that says so. */
#define FRAME_COLUMNS 40
#define FRAME_ROWS    12

void frame_draw(const struct show *show, struct canvas *canvas);

/* The time that a click at this cell means, or -1: it is not on the bar of time. */
int64_t frame_time_at(const struct show *show, const struct canvas *canvas, int row,
                      int column);

#endif
