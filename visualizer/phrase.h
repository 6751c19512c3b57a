/* Small things that every text view needs: lengths of time in words, and lines that fit. */
#ifndef IOLAB_VISUALIZER_PHRASE_H
#define IOLAB_VISUALIZER_PHRASE_H

#include <stdint.h>
#include <stdio.h>

/* "0", "840 ns", "21.3 us", "50.1 ms", "1.25 s"; in `buffer`, which is returned. */
#define PHRASE_TIME 24
const char *phrase_time(char buffer[PHRASE_TIME], int64_t ns);

/*
 * Prints a text with `indent` spaces before each line, broken at spaces so that no line is
 * wider than `width`. Control characters, which could move a terminal's cursor, become '?'.
 */
void phrase_wrap(FILE *out, int width, int indent, const char *text);

/* The same for one word or name, in one line; at most `most` columns, then "...". */
void phrase_name(FILE *out, const char *text, int most);

#endif
