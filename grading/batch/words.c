/* See words.h. */
#include "grading/batch/words.h"

#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

#define LINE_MOST 2200 /* characters of a warning: a failure's text and what stands around it */

/* Columns that a code point takes; one that has no picture is shown as '?'. */
static int columns(uint32_t *code)
{
    int width = utf8_shows(*code) ? wcwidth((wchar_t)*code) : -1;
    if (width >= 0)
        return width;
    *code = '?';
    return 1;
}

static int put(FILE *out, const char *text, int most)
{
    int used = 0;
    for (uint32_t code; (code = utf8_next(&text)) != 0;) {
        int width = columns(&code);
        if (used + width > most)
            break;
        utf8_put(out, code);
        used += width;
    }
    return used;
}

void batch_put(FILE *out, const char *text, int most)
{
    put(out, text, most);
}

void batch_put_padded(FILE *out, const char *text, int most)
{
    fprintf(out, "%*s", most - put(out, text, most), "");
}

void batch_span(double seconds, char *text, size_t size)
{
    long whole = (long)(seconds + 0.5);
    if (seconds < 60)
        snprintf(text, size, "%.1f s", seconds);
    else if (whole < 3600)
        snprintf(text, size, "%ld min %ld s", whole / 60, whole % 60);
    else
        snprintf(text, size, "%ld h %ld min", whole / 3600, whole % 3600 / 60);
}

static void warn_line(const char *line)
{
    fputs("iolab batch: ", stderr);
    batch_put(stderr, line, LINE_MOST);
    fputc('\n', stderr);
}

void batch_warn(const char *format, ...)
{
    char line[LINE_MOST + 1];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    warn_line(line);
}

void batch_warn_lines(const char *text)
{
    while (*text) {
        char line[LINE_MOST + 1];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(length < LINE_MOST ? length : LINE_MOST),
                 text);
        warn_line(line);
        text += length + (text[length] == '\n');
    }
}
