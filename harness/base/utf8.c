/* UTF-8 (RFC 3629) out of bytes that may be anything. See utf8.h. */
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that follow the first one, and the bits that it brings; -1: no first byte. */
static int lead(unsigned char byte, uint32_t *bits)
{
    static const struct {
        unsigned char mask, value;
    } shapes[] = {{0x80, 0x00}, {0xE0, 0xC0}, {0xF0, 0xE0}, {0xF8, 0xF0}};
    for (int more = 0; more < 4; more++)
        if ((byte & shapes[more].mask) == shapes[more].value) {
            *bits = byte & (unsigned char)~shapes[more].mask;
            return more;
        }
    return -1;
}

/* Too long a form, half of a surrogate pair, or beyond the last one. */
static bool wrong(uint32_t code, int more)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    return code < least[more] || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF;
}

uint32_t utf8_next(const char **text)
{
    const unsigned char *bytes = (const unsigned char *)*text;
    uint32_t code = 0;
    if (!*bytes)
        return 0;
    int more = lead(*bytes, &code);
    *text += 1;
    for (int i = 1; i <= more; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return UTF8_WRONG;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    if (more < 0 || wrong(code, more))
        return UTF8_WRONG;
    *text += more;
    return code;
}

size_t utf8_encode(uint32_t code, char bytes[4])
{
    static const unsigned char leads[] = {0, 0xC0, 0xE0, 0xF0};
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (size_t i = more; i > 0; i--, code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(leads[more] | code);
    return more + 1;
}

void utf8_put(FILE *out, uint32_t code)
{
    char bytes[4];
    size_t size = utf8_encode(code, bytes);
    fwrite(bytes, 1, size, out);
}

char *utf8_valid(const char *text)
{
    char *valid = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&valid, &size);
    if (!out)
        return NULL;
    for (uint32_t code; (code = utf8_next(&text)) != 0;)
        utf8_put(out, code);
    fclose(out);
    return valid;
}

bool utf8_shows(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool turns = (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
                 (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
    return !control && !turns;
}
