/* Colours of roles, by name of palette. Every one of them is readable without its colours. */
#ifndef IOLAB_VISUALIZER_PALETTE_H
#define IOLAB_VISUALIZER_PALETTE_H

#include "visualizer/canvas.h"

/* Colours are the eight of ANSI (0 black, 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan,
   7 white) or -1: the terminal's own. */
struct palette_pen {
    signed char ink, paper;
    bool bold, reverse;
};

struct palette {
    const char *name;
    const char *what; /* for the help of commands */
    struct palette_pen pens[CANVAS_ROLE_COUNT];
};

extern const struct palette palettes[]; /* the first is the default */
extern const size_t palette_count;
extern const struct palette palette_none; /* no colour: reverse and bold only */

/* NULL when there is none of this name. */
const struct palette *palette_find(const char *name);

#endif
