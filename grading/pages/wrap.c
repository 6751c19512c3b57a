/* See wrap.h. */
#include "grading/pages/wrap.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct wrapping {
    FILE *out;
    int indent, column;
    bool begins; /* nothing stands in this line but what it was begun with */
};

static int columns_of(const char *text, size_t size)
{
    int columns = 0;
    for (const char *end = text + size; text < end;)
        columns += page_text_columns(utf8_next(&text));
    return columns;
}

static void new_line(struct wrapping *wrapping)
{
    fprintf(wrapping->out, "\n%*s", wrapping->indent, "");
    wrapping->column = wrapping->indent;
    wrapping->begins = true;
}

/* Character by character: what does not fit goes on in the next line. */
static void put_broken(struct wrapping *wrapping, const char *text, size_t size)
{
    for (const char *end = text + size; text < end;) {
        uint32_t code = utf8_next(&text);
        int columns = page_text_columns(code);
        if (wrapping->column + columns > PAGE_WIDTH)
            new_line(wrapping);
        utf8_put(wrapping->out, code);
        wrapping->column += columns;
        wrapping->begins = false;
    }
}

static void put_word(struct wrapping *wrapping, const char *word, size_t size)
{
    int columns = columns_of(word, size);
    if (!wrapping->begins && wrapping->column + 1 + columns > PAGE_WIDTH)
        new_line(wrapping);
    else if (!wrapping->begins) {
        fputc(' ', wrapping->out);
        wrapping->column++;
    }
    put_broken(wrapping, word, size);
}

static void put_words(struct wrapping *wrapping, const char *line, size_t size)
{
    for (const char *end = line + size; line < end;) {
        line += strspn(line, " ");
        size_t length = strcspn(line, " \n");
        if (line < end && length)
            put_word(wrapping, line, length);
        line += length ? length : 1;
    }
}

void page_wrap(FILE *out, const char *first, int indent, struct page_words words, size_t most,
               unsigned form)
{
    int used = columns_of(first, strlen(first));
    struct wrapping wrapping = {out, indent, used > indent ? used : indent, true};
    char *text = page_clean(words, most, form & PAGE_LINES);
    fprintf(out, "%s%*s", first, used < indent ? indent - used : 0, "");
    for (const char *line = text ? text : ""; *line;) {
        size_t length = strcspn(line, "\n");
        put_words(&wrapping, line, length);
        line += length + (line[length] == '\n');
        if (*line)
            new_line(&wrapping);
    }
    fputc('\n', out);
    free(text);
}

void page_cut(FILE *out, const char *first, struct page_words words)
{
    int column = columns_of(first, strlen(first));
    char *text = page_clean(words, 4 * PAGE_WIDTH, PAGE_PLAIN);
    bool fits = text && column + columns_of(text, strlen(text)) <= PAGE_WIDTH;
    fputs(first, out);
    for (const char *rest = text; rest && *rest;) {
        uint32_t code = utf8_next(&rest);
        if (!fits && column + page_text_columns(code) > PAGE_WIDTH - 3)
            break;
        utf8_put(out, code);
        column += page_text_columns(code);
    }
    fputs(fits ? "\n" : "...\n", out);
    free(text);
}

void page_fold(FILE *out, int indent, struct page_words words, size_t most)
{
    struct wrapping wrapping = {out, indent, indent, true};
    char *text = page_clean(words, most, PAGE_LINES);
    fprintf(out, "%*s", indent, "");
    for (const char *line = text ? text : ""; *line;) {
        size_t length = strcspn(line, "\n");
        put_broken(&wrapping, line, length);
        line += length + (line[length] == '\n');
        if (*line)
            new_line(&wrapping);
    }
    fputc('\n', out);
    free(text);
}
