/*
 * Texts that came from a submission, made fit to be shown. Whatever the bytes are: no markup, no
 * control sequence, nothing that turns the direction of writing, none of unreasonable length.
 */
#ifndef IOLAB_PAGES_TEXT_H
#define IOLAB_PAGES_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes with their number: a JSON string may hold NUL. Borrowed. */
struct page_words {
    const char *bytes; /* never NULL; a NUL stands behind the last one */
    size_t size;
};

struct page_words page_words(const char *text);         /* NULL: none */
struct page_words page_words_json(const json_t *value); /* of what is no string: none */

enum page_form {
    PAGE_PLAIN = 0,  /* for a terminal or a text file */
    PAGE_MARKUP = 1, /* inside an element or an attribute in double quotes */
    PAGE_LINES = 2,  /* lines stay lines, each of them cut; else a newline is shown as \n */
};

/*
 * Writes the words, at most `most` bytes of them and how many more there were. What has no picture
 * is written as C writes it (\x1b, \u202e), what is not UTF-8 as U+FFFD.
 */
void page_put(FILE *out, struct page_words words, size_t most, unsigned form);

/* The same in memory, which the caller frees. NULL without memory. */
char *page_clean(struct page_words words, size_t most, unsigned form);

/* Two decimals at most, no zeros behind: "74.4"; "-" when it is no number. */
#define PAGE_NUMBER_SIZE 48
const char *page_number(char text[PAGE_NUMBER_SIZE], double number);

/* "2026-11-28T22:10:00Z" as people read it; anything else as it is. Not escaped yet. */
#define PAGE_TIME_SIZE 64
const char *page_time(char text[PAGE_TIME_SIZE], const char *time);

/* How many columns of a terminal a character takes: 0 to 2. */
int page_text_columns(uint32_t code);

#endif
