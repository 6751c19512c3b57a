/* See shown.h. */
#include "grading/intake/shown.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* One code point as it is, or escaped; `from` is its first byte. Returns its size in `piece`. */
static size_t escape(uint32_t code, const char *from, const char *to, char piece[16])
{
    if (code == UTF8_WRONG && to - from == 1)
        return (size_t)snprintf(piece, 16, "\\x%02x", (unsigned char)*from);
    if (!utf8_shows(code))
        return (size_t)snprintf(piece, 16, code < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)code);
    return utf8_encode(code, piece);
}

const char *shown_name(const char *name, char text[SHOWN_SIZE])
{
    static const char cut[] = "…\"";
    size_t used = 0;
    text[used++] = '"';
    for (const char *from = name; *from;) {
        char piece[16];
        const char *to = from;
        uint32_t code = utf8_next(&to);
        size_t size = escape(code, from, to, piece);
        if (used + size + sizeof cut > SHOWN_SIZE) {
            memcpy(text + used, cut, sizeof cut);
            return text;
        }
        memcpy(text + used, piece, size);
        used += size;
        from = to;
    }
    memcpy(text + used, "\"", 2);
    return text;
}
