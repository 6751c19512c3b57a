/* The screen that `iolab show` opens: keys in, frames out, until the user has seen enough. */
#ifndef IOLAB_VISUALIZER_SCREEN_H
#define IOLAB_VISUALIZER_SCREEN_H

#include "base/failure.h"
#include "visualizer/palette.h"
#include "visualizer/tape.h"

/*
 * Shows `count` tapes (1 to PLAYER_TAPES) side by side; the view with the key `view` first (0:
 * the one that fits). Returns 0, or the number of the signal that ended it, or -1 with a failure:
 * there is no terminal.
 */
int screen_show(struct tape *const *tapes, size_t count, char view,
                const struct palette *palette, struct failure *failure);

#endif
