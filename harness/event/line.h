/*
 * One event as one line of JSON, and back. Private to this folder: the writer formats by hand
 * (a tracer calls it twice a system call), the reader parses plain lines by hand and the others
 * with jansson.
 */
#ifndef IOLAB_EVENT_LINE_H
#define IOLAB_EVENT_LINE_H

#include "event/arena.h"
#include "event/event.h"
#include "event/writer.h"

/* The most bytes that line_write needs for this event. */
size_t line_room(const struct event *event);

/* Writes the event and a newline at `at`, which has line_room bytes. Returns the new end. */
char *line_write(char *at, const struct event *event);

/* Reads a line; strings go to `arena`. 1: an event of a kind that is not known here; -1: none.
 */
int line_read(const char *line, size_t size, struct arena *arena, struct event *event);

/* The same, by jansson alone. */
int line_read_json(const char *line, size_t size, struct arena *arena, struct event *event);

/* The header as a line, malloc'd; NULL without memory. */
char *line_header_write(const struct recording_header *header);

/* NULL, or what is wrong with it. */
const char *line_header_read(const char *line, size_t size, struct arena *arena,
                             struct recording_header *header);

#endif
