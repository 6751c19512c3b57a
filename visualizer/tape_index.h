/*
 * What keeps drawing a long tape quick, gathered once when it is opened: of each lane, what the
 * spans up to every sixteenth one add up to, and where the marks are. So a stretch of a lane
 * costs the same whether it holds three spans or three hundred thousand, and is still exact: the
 * one poll in vain among them is not lost. All times here are times of the recording.
 */
#ifndef IOLAB_VISUALIZER_TAPE_INDEX_H
#define IOLAB_VISUALIZER_TAPE_INDEX_H

#include "visualizer/tape.h"

/* What a lane does in a stretch of time, by kind. */
struct tape_stretch {
    double cover[PHASE_KIND_COUNT]; /* ns */
    size_t spans[PHASE_KIND_COUNT]; /* how many touch it */
};

/* For tape_open and tape_close. -1 without memory; free it then, too. */
int tape_index_make(struct tape *tape);
void tape_index_free(struct tape *tape);

/* From `low` to before `high`. Where spans overlap, the cover may be more than the stretch. */
void tape_stretch(const struct tape_lane *lane, int64_t low, int64_t high,
                  struct tape_stretch *stretch);

/*
 * What the lane is in at `time`: a span without length right then, else the one that goes on,
 * else the one that ends right then; NULL when there is none.
 */
const struct phase *tape_doing(const struct tape_lane *lane, int64_t time);

/* The first MARK from `low` on and before `high`, or NULL. */
const struct event *tape_mark(const struct tape *tape, int64_t low, int64_t high);

#endif
