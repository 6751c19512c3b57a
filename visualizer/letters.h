/* Large letters, five rows high, to be read from the back of a room. */
#ifndef IOLAB_VISUALIZER_LETTERS_H
#define IOLAB_VISUALIZER_LETTERS_H

#include "visualizer/canvas.h"

#define LETTERS_ROWS 5

/*
 * A text in capitals; what is no letter from A to Z stands as a blank. Twice as wide where `most`
 * columns have room for that; letters that have no room are left out. Returns the columns used.
 */
int letters_draw(struct canvas *canvas, int row, int column, int most, enum canvas_role role,
                 const char *text);

#endif
