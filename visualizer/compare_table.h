/*
 * Numbers of whole recordings side by side: one line for each tape. Columns stand in the order
 * of their importance, and those that do not fit are left out.
 */
#ifndef IOLAB_VISUALIZER_COMPARE_TABLE_H
#define IOLAB_VISUALIZER_COMPARE_TABLE_H

#include "visualizer/canvas.h"
#include "visualizer/survey.h"

enum compare_table {
    TABLE_PER_MESSAGE, /* blocked, polls in vain, wake-ups, calls, threads */
    TABLE_IN_ALL,      /* times as the plain view prints them, messages, calls */
};

/* The columns that `most` have room for, in columns of the canvas. */
int compare_table_width(enum compare_table table, int most);

/* The titles of the columns, or the numbers of one recording, from `column` on. */
void compare_table_titles(struct canvas *canvas, int row, int column, int most,
                          enum compare_table table);
void compare_table_line(struct canvas *canvas, int row, int column, int most,
                        enum compare_table table, const struct survey *survey);

#endif
