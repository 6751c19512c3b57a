/*
 * Text that came from a submission, made harmless for every format: valid UTF-8 without control
 * characters, without what turns the direction of writing, and without what XML 1.0 forbids. Each
 * format then escapes what has a meaning in it, and nothing else.
 */
#ifndef IOLAB_EXPORT_TEXT_H
#define IOLAB_EXPORT_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Of any bytes (NULL is ""), at most `most` bytes and a note that says it was cut. Newlines and
   tabs stay. The caller frees it; NULL without memory. */
char *export_text(const char *text, size_t most);

/* The same on one line: what would break it becomes a space. */
char *export_line(const char *text, size_t most);

/* A field's text, as it is; "" when it is no text. Lives as long as the object. */
const char *export_field(const json_t *object, const char *key);

/* What a check of a report rests on, as text of several lines: the clients' steps, expected and
   got, where the server was, its calls, a hint. Within `most` bytes or so. As above. */
char *export_story(const json_t *check, bool hint, size_t most);

#endif
