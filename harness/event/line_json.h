/* Values out of parsed JSON, whatever was in there: other types and NULL give the default. */
#ifndef IOLAB_EVENT_LINE_JSON_H
#define IOLAB_EVENT_LINE_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "event/arena.h"

/* The object on this line; NULL when it is none. The caller decrefs it. */
json_t *line_json_parse(const char *line, size_t size);

/* The string, copied (up to a NUL in it), or NULL. */
const char *line_json_copy(const json_t *value, struct arena *arena);

/* The number, clamped to low … high. */
int64_t line_json_number(const json_t *value, int64_t otherwise, int64_t low, int64_t high);

/* A number of 64 bits, or a string of its digits; 0 when it is neither. */
uint64_t line_json_wide(const json_t *value);

#endif
