/* Submissions on a disk. Nothing is followed, nothing is waited for. */
#ifndef IOLAB_DISK_H
#define IOLAB_DISK_H

#include <sys/stat.h>

#include "grading/intake/tree.h"

/*
 * Opens the file or folder `name` in `folder` (or AT_FDCWD) for reading; `kind` says which it is.
 * -1: it is of another kind, or `kind` is TREE_FILE or TREE_FOLDER and errno says what failed.
 */
int disk_open(int folder, const char *name, struct stat *status, enum tree_kind *kind);

/* Adds all that is in the folder, and reads what is to be kept. */
enum answer disk_fill(struct tree *tree, int folder);

/* Reads an opened file into memory: at most `most` bytes, else `item` is TREE_LARGE. */
enum answer disk_read(struct tree *tree, struct tree_item *item, int file, size_t most);

#endif
