/* Results of a class in the form of another system, into DIR/export. */
#ifndef IOLAB_BATCH_EXPORT_H
#define IOLAB_BATCH_EXPORT_H

#include "grading/batch/batch.h"

/* "moodle": export/moodle.csv; any other FORMAT: export/FORMAT/KEY for each student who has a
   final attempt. -1 with a failure. */
int batch_export(struct batch *batch, struct failure *failure);

#endif
