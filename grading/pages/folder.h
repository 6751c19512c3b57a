/* Folders that pages are written into. */
#ifndef IOLAB_PAGES_FOLDER_H
#define IOLAB_PAGES_FOLDER_H

#include <stdbool.h>

#include "base/failure.h"

/* Makes a folder, and those above it as far as they are missing. -1 with a failure. */
int page_folder(const char *path, struct failure *failure);

/* Is it a student's key as intake makes them: no other folder's name, no path? */
bool page_is_key(const char *key);

/* The folder of the tree's programs (that of this one), or -1 with errno. */
int page_programs(char *folder, int size);

#endif
