/* The operations of rings in a recording, in words: how many of each name, what became of them. */
#ifndef IOLAB_VISUALIZER_OPERATIONS_H
#define IOLAB_VISUALIZER_OPERATIONS_H

#include <stdio.h>

#include "visualizer/survey.h"

/* A line for all, and one for each of the first `most` names; nothing when there are none. */
void operations_show(FILE *out, int width, const struct survey *survey, size_t most);

#endif
