/* See text.h. */
#include "quiz/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/markup.h"

/* --- as it was written --- */

static size_t blanks(const char *line)
{
    return strspn(line, " \t");
}

static size_t length_of(const char *line)
{
    return strcspn(line, "\n");
}

/* Without the blanks behind it. */
static size_t trimmed(const char *line)
{
    size_t length = length_of(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]))
        length--;
    return length;
}

static const char *next_line(const char *line)
{
    line += length_of(line);
    return *line ? line + 1 : line;
}

/* Blanks that all lines begin with. (Lua takes away the end of line behind a long bracket.) */
static size_t common_blanks(const char *text)
{
    size_t common = SIZE_MAX;
    for (const char *line = text; *line; line = next_line(line))
        if (trimmed(line) > 0 && blanks(line) < common)
            common = blanks(line);
    return common == SIZE_MAX ? 0 : common;
}

struct lines {
    FILE *out;
    enum { NOTHING, PARAGRAPH, CODE } last;
    bool gap; /* an empty line came behind it */
};

static void add_line(struct lines *lines, const char *line, size_t length)
{
    bool code = length > 4 && blanks(line) >= 4;
    bool goes_on = !code && lines->last == PARAGRAPH && !lines->gap;
    if (goes_on)
        fputc(' ', lines->out);
    else if (lines->last != NOTHING)
        fputs(lines->gap ? "\n\n" : "\n", lines->out);
    if (!code) {
        length -= blanks(line);
        line += blanks(line);
    }
    fwrite(line, 1, length, lines->out);
    lines->last = code ? CODE : PARAGRAPH;
    lines->gap = false;
}

char *quiz_text(const char *written)
{
    char *text = NULL;
    size_t size = 0, common = common_blanks(written);
    struct lines lines = {.out = open_memstream(&text, &size)};
    if (!lines.out)
        return NULL;
    for (const char *line = written; *line; line = next_line(line)) {
        size_t length = trimmed(line);
        if (length == 0)
            lines.gap = true;
        else
            add_line(&lines, line + common, length - common);
    }
    bool whole = fclose(lines.out) == 0;
    if (!whole)
        free(text);
    return whole ? text : NULL;
}

/* --- on a screen --- */

static bool is_code(const char *line)
{
    return strncmp(line, QUIZ_TEXT_CODE, strlen(QUIZ_TEXT_CODE)) == 0;
}

/* Code is not wrapped: what is too long goes on as the terminal lets it. */
static void show_code(const struct screen *screen, const char *line)
{
    screen_field(screen, (int)strlen(line), line);
    fputc('\n', screen->out);
}

void quiz_text_show(const struct screen *screen, int indent, const char *text)
{
    bool first = true;
    for (const char *line = text; *line; line = next_line(line), first = false) {
        char *one = strndup(line, length_of(line));
        if (!one)
            return;
        if (!first && *one)
            fprintf(screen->out, "%*s", indent, "");
        if (!*one)
            fputc('\n', screen->out);
        else if (is_code(one))
            show_code(screen, one);
        else
            screen_wrap(screen, indent, 1000, one);
        free(one);
    }
    if (first)
        fputc('\n', screen->out);
}

/* --- as HTML --- */

/* What stands between backticks is code; one without a partner is a backtick. */
static void html_inline(FILE *out, char *line)
{
    for (char *tick; (tick = strchr(line, '`')) != NULL;) {
        char *partner = strchr(tick + 1, '`');
        if (!partner)
            break;
        *tick = *partner = '\0';
        markup_text(out, line);
        fputs("<code>", out);
        markup_text(out, tick + 1);
        fputs("</code>", out);
        line = partner + 1;
    }
    markup_text(out, line);
}

static void html_paragraph(FILE *out, char *line, bool alone)
{
    if (!alone)
        fputs("<p>", out);
    html_inline(out, line);
    if (!alone)
        fputs("</p>", out);
}

/* Blocks follow each other; lines of code with nothing but empty lines between are one block. */
void quiz_text_html(FILE *out, const char *text, const char *newline)
{
    bool alone = !strchr(text, '\n') && !is_code(text), open = false;
    for (const char *line = text; *line; line = next_line(line)) {
        char *one = strndup(line, length_of(line));
        if (!one)
            return;
        bool code = is_code(one);
        if (open && !code && *one)
            fputs("</pre>", out);
        if (code) {
            fputs(open ? newline : "<pre>", out);
            markup_text(out, one + strlen(QUIZ_TEXT_CODE));
        } else if (*one) {
            html_paragraph(out, one, alone);
        } else if (open && is_code(next_line(line))) {
            fputs(newline, out);
        }
        open = code || (open && !*one);
        free(one);
    }
    if (open)
        fputs("</pre>", out);
}
