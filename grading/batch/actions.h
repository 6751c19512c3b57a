/* What is done with a DIR that is there: overrides, what is written again, exports. */
#ifndef IOLAB_BATCH_ACTIONS_H
#define IOLAB_BATCH_ACTIONS_H

#include "grading/batch/batch.h"

/* All that the options ask for. -1 with a failure. */
int batch_act(struct batch *batch, struct failure *failure);

/* Prints who has gained and who has lost by the present course, if anybody has; with `always`
   also that nobody has. */
int batch_print_changes(struct batch *batch, bool always, struct failure *failure);

#endif
