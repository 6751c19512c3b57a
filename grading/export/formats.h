/* The formats, one a file, and what they share: writing JSON, ending a stream. */
#ifndef IOLAB_EXPORT_FORMATS_H
#define IOLAB_EXPORT_FORMATS_H

#include "grading/export/export.h"

#define EXPORT_WRITER(name)                                                                    \
    int name(FILE *out, const struct result *result, const struct export_options *options,     \
             struct failure *failure)

EXPORT_WRITER(export_gradescope);
EXPORT_WRITER(export_classroom50);
EXPORT_WRITER(export_prairielearn);
EXPORT_WRITER(export_autolab);
EXPORT_WRITER(export_junit);
EXPORT_WRITER(export_tap);

/* Writes a value, which it takes, with jansson's flags, and a newline. -1 with a failure: no
   memory (NULL), or what the stream says. */
int export_dump(FILE *out, json_t *json, size_t flags, struct failure *failure);

/* Flushes. -1 with a failure when anything that was written has not arrived. */
int export_finish(FILE *out, struct failure *failure);

#endif
