/*
 * The quick way to read a line: one that looks as the writer's lines do (a flat object; whole
 * numbers of at most 18 digits; strings with no escapes but those that the writer makes). A recording of a
 * server that spins has a million of these, and a parser that builds a tree for each takes most
 * of a grading. Private to this folder; what is not so plain is left to jansson.
 */
#ifndef IOLAB_EVENT_LINE_FLAT_H
#define IOLAB_EVENT_LINE_FLAT_H

#include "event/arena.h"
#include "event/event.h"

/* 0: read; 1: of a kind that is not known here; -1: not plain, `event` is as it was. */
int line_flat_read(const char *line, size_t size, struct arena *arena, struct event *event);

#endif
