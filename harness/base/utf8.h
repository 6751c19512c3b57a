/* Bytes of any kind as text that the formats allow. */
#ifndef IOLAB_UTF8_H
#define IOLAB_UTF8_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define UTF8_WRONG 0xFFFD /* stands for a byte that is not UTF-8 */

/* The next code point of a NUL-terminated text, which moves on; 0 at its end. */
uint32_t utf8_next(const char **text);

/* One code point as bytes; returns how many (1 to 4). */
size_t utf8_encode(uint32_t code, char bytes[4]);

/* Writes one code point. */
void utf8_put(FILE *out, uint32_t code);

/* The text with every wrong byte replaced: valid UTF-8. The caller frees it. */
char *utf8_valid(const char *text);

/* Has it a picture of its own: no control character, nothing that moves the cursor? */
bool utf8_shows(uint32_t code);

#endif
