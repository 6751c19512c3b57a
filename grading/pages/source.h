/* What was handed in, as one file for the comparison. */
#ifndef IOLAB_PAGES_SOURCE_H
#define IOLAB_PAGES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum overview_took {
    OVERVIEW_TOOK,
    OVERVIEW_NOTHING, /* no folder, no C in it */
    OVERVIEW_LARGE,   /* more than `most` */
    OVERVIEW_LOST,    /* the target cannot be written */
};

/* All .c and .h files of a folder, by name, behind one another. Links are not followed. */
enum overview_took overview_source(const char *folder, const char *target, size_t most);

/* The file without the lines that are marked; `lines` is how many marks there are. 0, or -1. */
int overview_without(const char *path, const bool *gone, size_t lines);

#endif
