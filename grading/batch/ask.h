/* Runs another program and takes what it writes. */
#ifndef IOLAB_BATCH_ASK_H
#define IOLAB_BATCH_ASK_H

#include "grading/batch/batch.h"

/* Standard output of a program, found by PATH; the caller frees it. NULL with a failure (which
   quotes what it said first) when it is not there or ends with another status than 0. */
char *batch_ask(const struct batch *batch, const char *const *words, struct failure *failure);

#endif
