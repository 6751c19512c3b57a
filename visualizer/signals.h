/* The signals of a recording, in words: when, to which thread, on which descriptor, and what
   its handler called that it should not. */
#ifndef IOLAB_VISUALIZER_SIGNALS_H
#define IOLAB_VISUALIZER_SIGNALS_H

#include <stdio.h>

#include "visualizer/survey.h"

/* How many there are within what is drawn. */
size_t signals_count(const struct survey *survey);

/* The first `most` of them, a line or two each. */
void signals_show(FILE *out, int width, const struct survey *survey, size_t most);

#endif
