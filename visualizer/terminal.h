/*
 * The terminal, by curses: a canvas is painted, a key comes back. However the program ends, the
 * terminal is as it was before: that is seen to at terminal_open, for every way there is.
 */
#ifndef IOLAB_VISUALIZER_TERMINAL_H
#define IOLAB_VISUALIZER_TERMINAL_H

#include "base/failure.h"
#include "visualizer/canvas.h"
#include "visualizer/palette.h"

/* What terminal_key says beside keys. */
enum {
    TERMINAL_NOTHING = -1, /* the time is over */
    TERMINAL_OVER = -2,    /* a signal asks to end, or the terminal has gone */
    TERMINAL_RESIZED = -3,
    TERMINAL_CLICK = -4, /* see terminal_click */
};

/* -1 with a failure: standard input or output is no terminal, or one that nothing is known of. */
int terminal_open(const struct palette *palette, struct failure *failure);
void terminal_close(void);

/* Whether it shows UTF-8 (by the locale). */
bool terminal_utf8(void);

void terminal_size(int *rows, int *columns);

/* Only what has changed since the last time goes out. */
void terminal_paint(const struct canvas *canvas);

/* Waits at most `ms` (-1: without limit) for a key. */
int terminal_key(int ms);

/* Where the mouse was pressed. */
void terminal_click(int *row, int *column);

/* The signal that asked to end, or 0. */
int terminal_signal(void);

#endif
