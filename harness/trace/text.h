/* The detail of an event, put together piece by piece in a buffer of fixed size. */
#ifndef IOLAB_TRACE_TEXT_H
#define IOLAB_TRACE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* What does not fit is left out; the text then ends with "…". */
struct text {
    char *start;
    size_t used, size;
};

/* The names of bits, or of values; the last one has no name. */
struct text_name {
    uint64_t value;
    const char *name;
};
/* clang-format off */
#define TEXT_NAME(value) {(uint64_t)(value), #value}
#define TEXT_NAMES_END   {0, NULL}
/* clang-format on */

void text_begin(struct text *text, char *buffer, size_t size);
void text_add(struct text *text, const char *piece);
void text_number(struct text *text, int64_t number);
void text_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "IN|OUT|0x40"; nothing when no bit is set. */
void text_flags(struct text *text, uint64_t flags, const struct text_name *names);

/* The name of a value, or the number itself. */
void text_value(struct text *text, uint64_t value, const struct text_name *names);

/* What was put together; NULL when nothing was. */
const char *text_result(const struct text *text);

#endif
