/* Tapes exported to a file: the formats of export.h, with the frames and colours of the screen. */
#ifndef IOLAB_VISUALIZER_EXPORT_FILE_H
#define IOLAB_VISUALIZER_EXPORT_FILE_H

#include "base/failure.h"
#include "visualizer/export.h"
#include "visualizer/palette.h"

struct export_spec {
    const struct export_format *format;
    const char *path; /* NULL: standard output */
    char view;        /* asciicast: the key of the view; 0: the model */
    bool large;       /* pictures: for a room */
    const struct palette *palette;
};

/* -1 with a failure: too many tapes for this format, the file cannot be written, the disk is full,
   or a program is missing; no half of a file is left. */
int export_file(struct tape *const *tapes, size_t count, const struct export_spec *spec,
                struct failure *failure);

#endif
