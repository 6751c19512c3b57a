/* See phrase.h. */
#include "visualizer/phrase.h"

#include <stdbool.h>
#include <string.h>

const char *phrase_time(char buffer[PHRASE_TIME], int64_t ns)
{
    static const struct {
        double size;
        const char *name;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        double value = (double)ns / units[i].size;
        /* 999.6 us are 1.00 ms, not "1000 us". */
        if (value < 0.9995)
            continue;
        int digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        snprintf(buffer, PHRASE_TIME, "%.*f %s", digits, value, units[i].name);
        return buffer;
    }
    snprintf(buffer, PHRASE_TIME, ns ? "%d ns" : "%d", (int)ns);
    return buffer;
}

/* Bytes of the next code point; a recording's strings are valid UTF-8 (jansson sees to it). */
static size_t point_size(const char *at)
{
    size_t size = 1;
    while (((unsigned char)at[size] & 0xc0) == 0x80)
        size++;
    return size;
}

/* C0, DEL, and C1 as UTF-8 writes it. */
static bool control(const char *at)
{
    unsigned char first = (unsigned char)at[0], second = first ? (unsigned char)at[1] : 0;
    return first < 0x20 || first == 0x7f || (first == 0xc2 && second >= 0x80 && second < 0xa0);
}

static const char *put_point(FILE *out, const char *at)
{
    size_t size = point_size(at);
    if (control(at))
        fputc('?', out);
    else
        fwrite(at, 1, size, out);
    return at + size;
}

static int columns(const char *text, size_t size)
{
    int count = 0;
    for (size_t i = 0; i < size; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

void phrase_wrap(FILE *out, int width, int indent, const char *text)
{
    int at = 0; /* the column; 0: at the start of a line */
    for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
        size_t size = strcspn(text, " \n");
        const char *end = text + size;
        int wide = columns(text, size);
        if (at && at + 1 + wide > width) {
            fputc('\n', out);
            at = 0;
        }
        at += at ? fprintf(out, " ") : fprintf(out, "%*s", indent, "");
        while (text < end) {
            if (at >= width && width > indent)
                at = fprintf(out, "\n%*s", indent, "") - 1;
            text = put_point(out, text);
            at++;
        }
    }
    fputc('\n', out);
}

void phrase_name(FILE *out, const char *text, int most)
{
    bool fits = columns(text, strlen(text)) <= most;
    for (int left = fits ? most : most - 3; *text && left > 0; left--)
        text = put_point(out, text);
    if (!fits)
        fputs("...", out);
}
