/* What comes out of the book: marks.csv, a page for each student, the overview. */
#ifndef IOLAB_BATCH_PUBLISH_H
#define IOLAB_BATCH_PUBLISH_H

#include "grading/batch/batch.h"

/* DIR/marks.csv. -1 with a failure. */
int batch_publish_marks(struct batch *batch, struct failure *failure);

/* Pages of the students whose result or mark has changed since they were written, with `all` of
   everybody who has a final attempt; and the overview. Ends early on a signal. */
int batch_publish_pages(struct batch *batch, bool all, struct failure *failure);

#endif
