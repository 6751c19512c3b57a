/*
 * Folders of a grading: a temporary one for programs and for the servers to work in, removed at
 * its end, and one that is kept with the recordings, so that `show` and `hint` find them.
 */
#ifndef IOLAB_FOLDER_H
#define IOLAB_FOLDER_H

#include "base/failure.h"

/* A new private folder under $TMPDIR or /tmp. The caller frees the path. */
char *folder_temporary(struct failure *failure);

/* A new folder for recordings of this lab; of older ones the newest three are kept. */
char *folder_recordings(const char *lab, struct failure *failure);

/* The folder for recordings that was asked for; it is made if only its last part is missing. */
char *folder_wanted(const char *path, struct failure *failure);

/* Removes a folder and all in it; never follows a symbolic link. */
void folder_remove(const char *path);

#endif
