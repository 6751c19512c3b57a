/* What the parts of the time line share (view_timeline.c); of interest to them only. */
#ifndef IOLAB_VISUALIZER_TIMELINE_H
#define IOLAB_VISUALIZER_TIMELINE_H

#include "visualizer/strip.h"
#include "visualizer/view.h"

#define TIMELINE_LABEL 13 /* columns of a lane's name, with the sign of the chosen one */

struct timeline {
    const struct tape *tape;
    struct canvas *canvas;
    struct canvas_area area;
    struct strip_scale scale; /* what is seen, in times of the tape */
    int64_t now;
    int cursor;    /* its cell */
    size_t chosen; /* lane; threads first */
};

size_t timeline_lane_count(const struct tape *tape);
bool timeline_is_thread(const struct tape *tape, size_t lane);
const struct tape_lane *timeline_lane(const struct tape *tape, size_t lane);

/* The scale in times of the recording, which are those of lanes and events. */
struct strip_scale timeline_recorded(const struct timeline *line);

/* The lanes around the chosen one, in `rows` from `row` on. Returns the rows used. */
int timeline_lanes(const struct timeline *line, int row, int rows);

/* The glyphs that the tape has, in at most `rows`. Returns how many it takes; `draws` or not. */
int timeline_legend(const struct timeline *line, int row, int rows, bool draws);

/* What the chosen lane is in under the cursor. */
void timeline_words(const struct timeline *line, int row, int rows);

#endif
