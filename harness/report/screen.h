/* Lines on a screen: cut or wrapped to its width, free of anything that a screen would obey. */
#ifndef IOLAB_REPORT_SCREEN_H
#define IOLAB_REPORT_SCREEN_H

#include "report/report.h"

enum tint { TINT_NONE, TINT_GOOD, TINT_BAD, TINT_DOUBT, TINT_QUIET };

struct screen {
    FILE *out;
    const struct report_style *style;
};

/* A word in colour, where there is colour. */
void screen_tint(const struct screen *screen, enum tint tint, const char *text);

/* One line of `text` from column `indent` on, cut at the width; then a newline. Returns 1. */
int screen_line(const struct screen *screen, int indent, const char *text);

/*
 * Text, perhaps of several lines, wrapped between `indent` and the width, at most `most` lines.
 * The first line is taken to begin at column `indent` already. Returns how many lines it took.
 */
int screen_wrap(const struct screen *screen, int indent, int most, const char *text);

/* Exactly `columns` of the text, cut or padded. */
void screen_field(const struct screen *screen, int columns, const char *text);

#endif
