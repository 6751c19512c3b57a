/* Files and folders inside DIR. */
#ifndef IOLAB_BATCH_FILES_H
#define IOLAB_BATCH_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

/* Makes a folder (0700) if it is not there. -1 with a failure. */
int batch_folder(const char *path, struct failure *failure);

/* Removes a file or a folder with all that is in it, whatever its modes; follows no link. What is
   not there is removed. -1 with errno. */
int batch_remove(const char *path);

/* Writes a text: beside, synced, renamed, so that it is whole or not there. -1 with a failure. */
int batch_write(const char *path, const char *text, struct failure *failure);

/* Reads a text of at most size - 1 bytes. False when it is not there; then it is "". */
bool batch_read(const char *path, char *text, size_t size);

/* The whole of a text; NULL with errno. The caller frees it. */
char *batch_read_all(const char *path);

/* Copies a file. What is not there is not copied, which is no failure. */
int batch_copy(const char *from, const char *to, struct failure *failure);

/* Writes a text that only saves work: lost or cut off, it is not the one that is looked for. */
void batch_note(const char *path, const char *text);

/* First line that a process has written into a file and that is not empty; "" when there is none. */
void batch_first_line(const char *path, char *line, size_t size);

#endif
