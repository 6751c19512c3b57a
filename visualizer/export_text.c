/* See export_text.h. */
#include "visualizer/export_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* What has a picture of its own, and may stand in XML and JSON. */
static bool shows(uint32_t point)
{
    return utf8_shows(point) && (point & 0xfffe) != 0xfffe;
}

void export_put(FILE *out, uint32_t point)
{
    utf8_put(out, shows(point) ? point : '?');
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
        export_put(out, point);
    }
}

static bool longer(const char *text, size_t most)
{
    for (size_t i = 0; i <= most; i++)
        if (utf8_next(&text) == 0)
            return false;
    return true;
}

static void put_most(FILE *out, const char *text, size_t most, void (*put)(FILE *, uint32_t))
{
    bool cut = longer(text, most);
    size_t room = cut && most > 3 ? most - 3 : most;
    for (size_t i = 0; i < room && *text; i++)
        put(out, utf8_next(&text));
    if (cut)
        fputs("...", out);
}

void export_plain(FILE *out, const char *text, size_t most)
{
    put_most(out, text, most, export_put);
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
    for (uint32_t point; (point = utf8_next(&text)) != 0;)
        at += utf8_encode(point, at);
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
