/* Times of files and folders that are unpacked: set at the end, since writing changes them. */
#ifndef IOLAB_STAMPS_H
#define IOLAB_STAMPS_H

#include <stdbool.h>
#include <time.h>

struct stamps; /* NULL: none */

/* A folder that the archive has itself has its own time, another one that of the newest file in
   it. A time of 0 is not known. -1 without memory. */
int stamps_add(struct stamps **stamps, const char *path, bool folder, time_t time);

/* Sets all, of paths in `top`. What has no known time gets that of 1970: not known. */
void stamps_set(struct stamps *stamps, int top);
void stamps_free(struct stamps *stamps);

#endif
