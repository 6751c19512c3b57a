/*
 * An axis of time: ticks at round times, as close as their labels allow. Where labels of a deep
 * zoom would be long ("1.243120 s"), they count from a round time that stands once on the left.
 */
#ifndef IOLAB_VISUALIZER_AXIS_H
#define IOLAB_VISUALIZER_AXIS_H

#include "visualizer/canvas.h"
#include "visualizer/strip.h"

#define AXIS_TIME 32

/* In one row: `label` columns for what stands on the left, then the cells of the scale. */
void axis_draw(struct canvas *canvas, int row, int column, int label,
               const struct strip_scale *scale);

/* A moment, with as many digits as tell multiples of `step` ns apart ("1.243120 s" for 1000);
   in `buffer`, which is returned. */
const char *axis_time(char buffer[AXIS_TIME], int64_t time, int64_t step);

#endif
