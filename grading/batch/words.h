/* What people read: texts of strangers made harmless, spans of time, warnings. */
#ifndef IOLAB_BATCH_WORDS_H
#define IOLAB_BATCH_WORDS_H

#include <stddef.h>
#include <stdio.h>

/* Writes any bytes as at most `most` characters that show and move nothing. */
void batch_put(FILE *out, const char *text, int most);

/* The same, with spaces behind it up to `most`. */
void batch_put_padded(FILE *out, const char *text, int most);

/* "8.2 s", "3 min 20 s", "2 h 5 min". */
void batch_span(double seconds, char *text, size_t size);

/* A line "iolab batch: …" on standard error; what it quotes may be of any bytes. */
void batch_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Each line of a text as such a warning. */
void batch_warn_lines(const char *text);

#endif
