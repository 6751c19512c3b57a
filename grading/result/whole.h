/* Files that are there whole or not at all. */
#ifndef IOLAB_WHOLE_H
#define IOLAB_WHOLE_H

#include <stdio.h>

#include "base/failure.h"

/* Writes the content. -1, with errno where there is one, when it cannot. */
typedef int whole_fn(FILE *out, const void *what);

/*
 * Makes `path` a file with what `fill` writes: written beside it, synced, renamed, the folder
 * synced. Whoever reads `path` meets the old file or the new one; when it fails (a full disk, a
 * folder that cannot be written) the old one stays and nothing is left beside it. Mode 0666 less
 * the umask. -1 with a failure that names the path and says what to do.
 */
int whole_write(const char *path, whole_fn *fill, const void *what, struct failure *failure);

#endif
