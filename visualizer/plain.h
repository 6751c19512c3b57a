/*
 * A recording as plain text: a time line of threads and connections, what it all adds up to,
 * and the first messages one by one. ASCII only, no colour: the floor that every terminal,
 * pipe, file and screen reader has.
 */
#ifndef IOLAB_VISUALIZER_PLAIN_H
#define IOLAB_VISUALIZER_PLAIN_H

#include <stdio.h>

#include "event/recording.h"

#define PLAIN_WIDTH     80
#define PLAIN_NARROWEST 40

/* Everything. Less than PLAIN_NARROWEST columns: says so. -1 when memory ran out. */
int plain_show(FILE *out, const struct recording *recording, int width);

/* At most 14 lines: the first two threads and connections, and the totals. The same errors. */
int plain_summary(FILE *out, const struct recording *recording, int width);

#endif
