/* See export_text.h. */
#include "visualizer/export_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/canvas.h"

#define WRONG 0xfffd

/* Too long a form, half of a surrogate pair, or beyond the last one. */
static bool wrong(uint32_t point, int more)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    return point < least[more] || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff;
}

uint32_t export_point(const char **text)
{
    const unsigned char *bytes = (const unsigned char *)*text;
    uint32_t point = bytes[0];
    if (point == 0)
        return 0;
    *text += 1;
    if (point < 0x80)
        return point;
    int more = point >= 0xf8   ? 0
               : point >= 0xf0 ? 3
               : point >= 0xe0 ? 2
               : point >= 0xc0 ? 1
                               : 0;
    point &= 0x3fu >> more;
    for (int i = 1; i <= more; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return WRONG;
        point = point << 6 | (bytes[i] & 0x3f);
    }
    if (more == 0 || wrong(point, more))
        return WRONG;
    *text += more;
    return point;
}

bool export_shows(uint32_t point)
{
    bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    bool turns = (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
                 (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
    bool none = (point & 0xfffe) == 0xfffe || (point >= 0xd800 && point <= 0xdfff);
    return !control && !turns && !none;
}

static void put_point(FILE *out, uint32_t point)
{
    char bytes[4];
    size_t size = canvas_encode(export_shows(point) ? point : '?', bytes);
    fwrite(bytes, 1, size, out);
}

static void put_xml(FILE *out, uint32_t point)
{
    switch (point) {
    case '&':
        fputs("&amp;", out);
        break;
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    case '\'':
        fputs("&#39;", out);
        break;
    default:
        put_point(out, point);
    }
}

static bool longer(const char *text, size_t most)
{
    for (size_t i = 0; i <= most; i++)
        if (export_point(&text) == 0)
            return false;
    return true;
}

static void put_most(FILE *out, const char *text, size_t most, void (*put)(FILE *, uint32_t))
{
    bool cut = longer(text, most);
    size_t room = cut && most > 3 ? most - 3 : most;
    for (size_t i = 0; i < room && *text; i++)
        put(out, export_point(&text));
    if (cut)
        fputs("...", out);
}

void export_plain(FILE *out, const char *text, size_t most)
{
    put_most(out, text, most, put_point);
}

void export_xml(FILE *out, const char *text, size_t most)
{
    put_most(out, text, most, put_xml);
}

/* --- JSON --- */

/* Every wrong byte replaced; the caller frees it. */
static char *valid_copy(const char *text)
{
    char *copy = malloc(3 * strlen(text) + 1), *at = copy;
    if (!copy)
        return NULL;
    for (uint32_t point; (point = export_point(&text)) != 0;)
        at += canvas_encode(point, at);
    *at = '\0';
    return copy;
}

int export_json(FILE *out, const char *text)
{
    json_t *string = text ? json_string(text) : json_null();
    if (!string && text) { /* no UTF-8, or no memory */
        char *copy = valid_copy(text);
        string = copy ? json_string(copy) : NULL;
        free(copy);
    }
    if (!string) {
        fputs("\"\"", out);
        errno = ENOMEM;
        return -1;
    }
    json_dumpf(string, out, JSON_ENCODE_ANY);
    json_decref(string);
    return 0;
}

/* --- numbers and the end --- */

static void put_fixed(FILE *out, int64_t number, int digits, uint64_t scale)
{
    uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
    fprintf(out, "%s%" PRIu64 ".%0*" PRIu64, number < 0 ? "-" : "", size / scale, digits,
            size % scale);
}

void export_thousandths(FILE *out, int64_t number)
{
    put_fixed(out, number, 3, 1000);
}

void export_millionths(FILE *out, int64_t number)
{
    put_fixed(out, number, 6, 1000000);
}

int export_end(FILE *out)
{
    /* A stream that failed once says why by the errno of that time, which is kept. */
    return ferror(out) || fflush(out) != 0 ? -1 : 0;
}
