/*
 * A lane drawn as one row of characters: each cell stands for an equal share of the time.
 */
#ifndef IOLAB_VISUALIZER_STRIP_H
#define IOLAB_VISUALIZER_STRIP_H

#include "visualizer/tape_index.h"

#define STRIP_MOST 1000 /* cells */
#define STRIP_IDLE '-'  /* the connection is open, and the server does not ask for data */

/* The stretch of time that is shown, and how many cells it has (1 to STRIP_MOST). */
struct strip_scale {
    int64_t begin, end;
    int cells;
};

/* The cell in which `time` lies; clamped to the first and the last. */
int strip_cell(const struct strip_scale *scale, int64_t time);

/* The first moment of a cell; of the one behind the last: the end of the scale. */
int64_t strip_from(const struct strip_scale *scale, int cell);

/*
 * Draws the spans of a thread (connection 0) or of a connection (thread 0) into `row`, which
 * has room for cells + 1 characters. What covers most of a cell is shown; but a poll in vain, a
 * notice and a copy are seen however short they are (of polls side by side each second one). Cells that no span touches become `empty`
 * between `from` and `to`, and blank elsewhere.
 */
void strip_draw(char *row, const struct strip_scale *scale, const struct phases *phases,
                int thread, int connection, int64_t from, int64_t to, char empty);

/*
 * The same rules for a lane of a tape, whatever its length: into `kinds`, which has room for
 * `cells`, the kind that each cell shows, or -1. Scale in times of the recording.
 */
void strip_lane(int *kinds, const struct strip_scale *scale, const struct tape_lane *lane);

/* The row of times above: each time begins at the cell that it names. */
void strip_axis(char *row, const struct strip_scale *scale);

#endif
