/* How many calls were made so far, by name, connection and words of their details. */
#ifndef IOLAB_TRACE_COUNTS_H
#define IOLAB_TRACE_COUNTS_H

#include "event/event.h"
#include "trace/watch.h"

/* One more call: its ENTER, with its number. */
void counts_add(struct counts *counts, const struct event *enter);

/* As phase_enter_is tells it; `connection` 0: on any, and on none. */
int64_t counts_of(const struct counts *counts, const char *name, int connection);

void counts_free(struct counts *counts);

#endif
