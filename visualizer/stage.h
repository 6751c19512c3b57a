/*
 * The stages of an I/O model, as figures 6.1 to 6.5 of UNIX Network Programming label them, and
 * which of them this moment is in.
 */
#ifndef IOLAB_VISUALIZER_STAGE_H
#define IOLAB_VISUALIZER_STAGE_H

#include "visualizer/view.h"

#define STAGE_ROWS 2

/* "wait for data": where in its model's figure the present moment is; NULL: nowhere. */
const char *stage_name(const struct player *player);

/* Two rows: the model's name, and its stages with the present one in brackets. */
void stage_draw(const struct show *show, struct canvas *canvas, struct canvas_area area);

#endif
