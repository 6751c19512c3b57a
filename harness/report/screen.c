/* Puts text on a screen of a certain width. See screen.h. A code point takes one column here:
   what is written is ASCII but for names of checks. */
#include "report/screen.h"

#include <string.h>

#include "base/utf8.h"

static void put(const struct screen *screen, uint32_t code)
{
    bool showable = utf8_shows(code) && (code < 0x80 || screen->style->unicode);
    utf8_put(screen->out, showable ? code : '?');
}

void screen_tint(const struct screen *screen, enum tint tint, const char *text)
{
    static const char *const codes[] = {
        [TINT_NONE] = "0",   [TINT_GOOD] = "32", [TINT_BAD] = "1;31",
        [TINT_DOUBT] = "33", [TINT_QUIET] = "2",
    };
    if (screen->style->colour && tint != TINT_NONE)
        fprintf(screen->out, "\033[%sm%s\033[0m", codes[tint], text);
    else
        fputs(text, screen->out);
}

static int length_of(const char *text, const char *ends)
{
    int length = 0;
    while (*text && !strchr(ends, *text)) {
        utf8_next(&text);
        length++;
    }
    return length;
}

void screen_field(const struct screen *screen, int columns, const char *text)
{
    bool cut = length_of(text, "") > columns;
    int room = cut && columns > 3 ? columns - 3 : columns, used = 0;
    for (uint32_t code; used < room && (code = utf8_next(&text)) != 0; used++)
        put(screen, code == '\n' || code == '\t' ? ' ' : code);
    if (cut && columns > 3)
        fputs("...", screen->out);
    for (; !cut && used < columns; used++)
        fputc(' ', screen->out);
}

int screen_line(const struct screen *screen, int indent, const char *text)
{
    int room = screen->style->width - indent;
    int length = length_of(text, "");
    fprintf(screen->out, "%*s", indent, "");
    screen_field(screen, length < room ? length : room, text);
    fputc('\n', screen->out);
    return 1;
}

/* A word longer than a line is broken by the terminal's own rule: it goes on. */
int screen_wrap(const struct screen *screen, int indent, int most, const char *text)
{
    int column = indent, lines = 1;
    bool fresh = true;
    while (*text) {
        int word = length_of(text, " \n");
        if (*text == '\n' || (!fresh && column + 1 + word > screen->style->width)) {
            if (lines++ == most) {
                fputs(" ...", screen->out);
                lines = most;
                break;
            }
            fprintf(screen->out, "\n%*s", indent, "");
            column = indent;
            fresh = true;
            text += *text == '\n';
            continue;
        }
        if (!fresh && word) {
            fputc(' ', screen->out);
            column++;
        }
        for (int i = 0; i < word; i++)
            put(screen, utf8_next(&text));
        column += word;
        fresh = fresh && !word;
        text += *text == ' ';
    }
    fputc('\n', screen->out);
    return lines;
}
