/* What is said of a run when it is over. */
#ifndef IOLAB_BATCH_SUMMARY_H
#define IOLAB_BATCH_SUMMARY_H

#include "grading/batch/rounds.h"

/* Counts, times (`seconds`: of the whole run), where everything is; a warning for each submission
   that could not be graded. */
void batch_summary_print(const struct batch *batch, const struct batch_plan *plan,
                         const struct batch_summary *summary, double seconds);

#endif
