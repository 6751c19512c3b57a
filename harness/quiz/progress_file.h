/* The file of struct progress: read from hostile bytes, written whole or not at all. */
#ifndef IOLAB_QUIZ_PROGRESS_FILE_H
#define IOLAB_QUIZ_PROGRESS_FILE_H

#include "quiz/progress.h"

/* From progress->path; see progress_open. */
int progress_read(struct progress *progress, char notice[1024], struct failure *failure);
int progress_write(const struct progress *progress, struct failure *failure);

#endif
