/* What each key does: one table for doing it, for the line at the bottom, and for the help. */
#ifndef IOLAB_VISUALIZER_KEYS_H
#define IOLAB_VISUALIZER_KEYS_H

#include "visualizer/view.h"

/* Keys beyond characters, with the numbers that curses gives them. */
enum {
    KEYS_DOWN = 0402,
    KEYS_UP = 0403,
    KEYS_LEFT = 0404,
    KEYS_RIGHT = 0405,
    KEYS_HOME = 0406,
    KEYS_BACKSPACE = 0407,
    KEYS_PAGE_DOWN = 0522,
    KEYS_PAGE_UP = 0523,
    KEYS_BACK_TAB = 0541,
    KEYS_END = 0550,
};

/* Does what the key means, or nothing. */
void keys_press(struct show *show, int key);

/* The most useful ones, in one row. */
void keys_line(const struct show *show, struct canvas *canvas, int row);

/* All of them. */
void keys_help(const struct show *show, struct canvas *canvas, struct canvas_area area);

#endif
