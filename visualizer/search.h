/* Where a text occurs in the events of the chosen tape: calls, verbs, details, errors. */
#ifndef IOLAB_VISUALIZER_SEARCH_H
#define IOLAB_VISUALIZER_SEARCH_H

#include "visualizer/view.h"

/* Goes to the next event (or the one before) with show->search in it. False: there is none. */
bool search_step(struct show *show, int direction);

#endif
