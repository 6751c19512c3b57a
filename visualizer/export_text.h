/* Text out of recordings, made safe for the formats of exports; private to these. */
#ifndef IOLAB_VISUALIZER_EXPORT_TEXT_H
#define IOLAB_VISUALIZER_EXPORT_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* One code point; '?' for what a reader would obey or could not draw: control characters, turns of
   the direction of writing, what is no character. */
void export_put(FILE *out, uint32_t point);

/* At most `most` code points, then "...". What does not show becomes '?'. */
void export_plain(FILE *out, const char *text, size_t most);

/* The same, as character data or as the value of an attribute of XML 1.0. */
void export_xml(FILE *out, const char *text, size_t most);

/* A string of JSON with its quotes; NULL is null. -1 without memory: then "" stands there. */
int export_json(FILE *out, const char *text);

/* A number with three, or six, digits behind the point, whatever the locale says. */
void export_thousandths(FILE *out, int64_t number);
void export_millionths(FILE *out, int64_t number);

/* Flushes. -1 with errno when `out` did not take everything. */
int export_end(FILE *out);

#endif
