/* See text.h. */
#include "grading/pages/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define LINE_MOST      600 /* bytes of one of several lines */
#define COMBINING_MOST 3   /* marks on one character: more climb over the lines around it */

struct page_words page_words(const char *text)
{
    return (struct page_words){text ? text : "", text ? strlen(text) : 0};
}

struct page_words page_words_json(const json_t *value)
{
    if (!json_is_string(value))
        return page_words(NULL);
    return (struct page_words){json_string_value(value), json_string_length(value)};
}

/* --- what is shown as it is --- */

struct range {
    uint32_t first, last;
};

static bool within(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Invisible, or of effect on what stands beside them, besides those that utf8_shows knows; and
   what no XML may hold. */
static bool hides(uint32_t code)
{
    static const struct range ranges[] = {
        {0xAD, 0xAD},     {0x34F, 0x34F},   {0x61C, 0x61C},     {0x115F, 0x1160},
        {0x180B, 0x180F}, {0x2060, 0x206F}, {0x3164, 0x3164},   {0xFE00, 0xFE0F},
        {0xFFF0, 0xFFFC}, {0xFFFE, 0xFFFF}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
    };
    return within(code, ranges, sizeof ranges / sizeof *ranges);
}

static bool combines(uint32_t code)
{
    static const struct range ranges[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x1AB0, 0x1AFF},
                                          {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}};
    return within(code, ranges, sizeof ranges / sizeof *ranges);
}

int page_text_columns(uint32_t code)
{
    static const struct range wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD},
    };
    if (combines(code))
        return 0;
    return within(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

/* --- one character --- */

static void put_escape(FILE *out, uint32_t code)
{
    if (code == '\n' || code == '\t' || code == '\r')
        fprintf(out, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    else if (code < 0x100)
        fprintf(out, "\\x%02x", (unsigned)code);
    else
        fprintf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)code);
}

/* In markup also what has a meaning only in places where no text is written: not even somebody
   who searches the page's bytes finds "onclick=" or an address with a scheme. */
static void put_shown(FILE *out, uint32_t code, unsigned form)
{
    if ((form & PAGE_MARKUP) && code < 0x80 && strchr("&<>\"'`=:", (int)code))
        fprintf(out, "&#%u;", (unsigned)code);
    else
        utf8_put(out, code);
}

struct writing {
    FILE *out;
    unsigned form;
    size_t line;  /* bytes of this line so far */
    size_t left;  /* bytes of this line that were left out */
    int combined; /* marks on the last character */
};

static void end_line(struct writing *writing)
{
    if (writing->left)
        fprintf(writing->out, " [%zu more bytes]", writing->left);
    writing->line = writing->left = 0;
}

static void put_one(struct writing *writing, uint32_t code)
{
    writing->combined = combines(code) ? writing->combined + 1 : 0;
    if ((writing->form & PAGE_LINES) && code == '\n') {
        end_line(writing);
        fputc('\n', writing->out);
    } else if ((writing->form & PAGE_LINES) && code == '\t') {
        fputs("    ", writing->out);
    } else if (!utf8_shows(code) || hides(code) || writing->combined > COMBINING_MOST) {
        put_escape(writing->out, code);
    } else {
        put_shown(writing->out, code, writing->form);
    }
}

/* --- all of it --- */

/* The next character; a NUL is one. Wrong bytes at the end do not lead beyond it. */
static uint32_t next(struct page_words words, size_t *place)
{
    const char *here = words.bytes + *place;
    uint32_t code = utf8_next(&here);
    *place = code ? (size_t)(here - words.bytes) : *place + 1;
    return code;
}

void page_put(FILE *out, struct page_words words, size_t most, unsigned form)
{
    struct writing writing = {.out = out, .form = form};
    size_t place = 0;
    while (place < words.size && place < most) {
        size_t before = place;
        uint32_t code = next(words, &place);
        bool ends_line = (form & PAGE_LINES) && code == '\r' && words.bytes[place] == '\n';
        bool full = (form & PAGE_LINES) && code != '\n' && writing.line >= LINE_MOST;
        writing.line += place - before;
        if (full)
            writing.left += place - before;
        else if (!ends_line)
            put_one(&writing, code);
    }
    writing.left += place < words.size ? words.size - place : 0;
    end_line(&writing);
}

char *page_clean(struct page_words words, size_t most, unsigned form)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    page_put(out, words, most, form);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* --- numbers and times --- */

const char *page_number(char text[PAGE_NUMBER_SIZE], double number)
{
    if (!isfinite(number) || fabs(number) > 1e15)
        return strcpy(text, "-");
    snprintf(text, PAGE_NUMBER_SIZE, "%.2f", number);
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        text[--length] = '\0';
    if (text[length - 1] == '.')
        text[--length] = '\0';
    return strcmp(text, "-0") == 0 ? strcpy(text, "0") : text;
}

const char *page_time(char text[PAGE_TIME_SIZE], const char *time)
{
    int year, month, day, hour, minute;
    char zone = 0;
    if (sscanf(time, "%4d-%2d-%2dT%2d:%2d:%*2d%c", &year, &month, &day, &hour, &minute,
               &zone) == 6 &&
        zone == 'Z')
        snprintf(text, PAGE_TIME_SIZE, "%04d-%02d-%02d %02d:%02d UTC", year, month, day, hour,
                 minute);
    else
        snprintf(text, PAGE_TIME_SIZE, "%s", time);
    return text;
}
