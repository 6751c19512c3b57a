/* The detail of an event. See text.h. */
#include "trace/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char more[] = "…";

void text_begin(struct text *text, char *buffer, size_t size)
{
    *text = (struct text){.start = buffer, .size = size};
    buffer[0] = '\0';
}

static void overflow(struct text *text)
{
    size_t end = text->size - sizeof more;
    size_t from = text->used < end ? text->used : end;
    memcpy(text->start + from, more, sizeof more);
    text->used = text->size; /* nothing is added behind it */
}

void text_add(struct text *text, const char *piece)
{
    size_t length = strlen(piece);
    if (text->used == text->size)
        return;
    if (text->used + length + sizeof more > text->size) {
        overflow(text);
        return;
    }
    memcpy(text->start + text->used, piece, length + 1);
    text->used += length;
}

void text_number(struct text *text, int64_t number)
{
    char digits[24], *at = digits + sizeof digits - 1;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    *at = '\0';
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--at = '-';
    text_add(text, at);
}

void text_format(struct text *text, const char *format, ...)
{
    char piece[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    text_add(text, piece);
}

void text_flags(struct text *text, uint64_t flags, const struct text_name *names)
{
    const char *between = "";
    for (; names->name; names++) {
        if (!names->value || (flags & names->value) != names->value)
            continue;
        text_add(text, between);
        text_add(text, names->name);
        flags &= ~names->value;
        between = "|";
    }
    if (flags)
        text_format(text, "%s0x%" PRIx64, between, flags);
}

void text_value(struct text *text, uint64_t value, const struct text_name *names)
{
    for (; names->name; names++) {
        if (names->value == value) {
            text_add(text, names->name);
            return;
        }
    }
    text_number(text, (int64_t)value);
}

const char *text_result(const struct text *text)
{
    return text->used ? text->start : NULL;
}
