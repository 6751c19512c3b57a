/* The screen that `iolab show` opens: keys in, frames out, until the user has seen enough. */
#ifndef IOLAB_VISUALIZER_SCREEN_H
#define IOLAB_VISUALIZER_SCREEN_H

#include "base/failure.h"
#include "visualizer/palette.h"
#include "visualizer/tape.h"

struct screen_options {
    char view;                     /* the key of the first one; 0: the one that fits */
    const struct palette *palette; /* not NULL */
    const char *notice;            /* said at the beginning; NULL */
    bool present;                  /* begin with large labels, for a room */
    bool once;                     /* play to the end and go, unless a key is pressed */
    bool (*runs)(void *context); /* does what live tapes follow still run? NULL: none is live */
    void *context;
};

/*
 * Shows `count` tapes (1 to PLAYER_TAPES) side by side. Returns 0, or the number of the signal
 * that ended it, or -1 with a failure: there is no terminal.
 */
int screen_show(struct tape *const *tapes, size_t count, const struct screen_options *options,
                struct failure *failure);

#endif
