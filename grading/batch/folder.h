/* The folder DIR: finding, making, locking, entering it. */
#ifndef IOLAB_BATCH_FOLDER_H
#define IOLAB_BATCH_FOLDER_H

#include "grading/batch/batch.h"

#define BATCH_BOOK "book.sqlite"
#define BATCH_LAB  "lab" /* the lab's name, for calls that do not say it */

/* Absolute path of what must be there; NULL is NULL. NULL with a failure, which begins with `what`.
   The caller frees it. */
char *batch_absolute(const char *path, const char *what, struct failure *failure);

/* Makes DIR unless it is there; sets batch->folder. -1 with a failure. */
int batch_folder_settle(struct batch *batch, struct failure *failure);

/* For a dry run: a folder of its own with a copy of the book, which batch_close removes. */
int batch_folder_scratch(struct batch *batch, struct failure *failure);

/* Makes it the working folder, and the folders in it. -1 with a failure. */
int batch_folder_enter(struct batch *batch, struct failure *failure);

/* Takes the lock; says which process has it when it is not to be had. -1 with a failure. */
int batch_folder_lock(struct batch *batch, struct failure *failure);

#endif
