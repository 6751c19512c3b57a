/* What tapes that are read whole and those that are followed share. Private to tape*.c. */
#ifndef IOLAB_VISUALIZER_TAPE_PARTS_H
#define IOLAB_VISUALIZER_TAPE_PARTS_H

#include "visualizer/tape.h"

/*
 * Survey, times, lanes and moments of tape->recording. `origin` is where time begins, or NULL: where
 * the survey says. -1 without memory; tape_forget then frees what there is.
 */
int tape_derive(struct tape *tape, const int64_t *origin);

/* Name, check and message as in tape_open. -1 without memory. */
int tape_texts(struct tape *tape, const char *path, const char *check, const char *message);

/* Frees what these two have made. */
void tape_forget(struct tape *tape);

int tape_lanes_make(struct tape *tape);
void tape_lanes_free(struct tape *tape);

void tape_live_close(struct tape_live *live);

#endif
