/*
 * The words of a compiler, cut in the middle when there are too many: the first message
 * mostly says what is wrong, the last ones how it ended.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/compiler.h"

void compiler_add(struct compiler_words *words, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        size_t at = words->size++;
        if (at < COMPILER_HEAD)
            words->head[at] = bytes[i];
        else
            words->tail[(at - COMPILER_HEAD) % COMPILER_TAIL] = bytes[i];
        words->lines += bytes[i] == '\n';
    }
}

static size_t count_lines(const char *text, size_t size)
{
    size_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines;
}

/* NUL bytes would end the text for whoever reads it as a string. */
static void replace_nuls(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!text[i])
            text[i] = '?';
}

/* The ring in order, from the first whole line on. */
static size_t unroll_tail(const struct compiler_words *words, char *tail)
{
    size_t behind_head = words->size - COMPILER_HEAD;
    size_t start = behind_head % COMPILER_TAIL;
    memcpy(tail, words->tail + start, COMPILER_TAIL - start);
    memcpy(tail + COMPILER_TAIL - start, words->tail, start);
    char *newline = memchr(tail, '\n', COMPILER_TAIL);
    if (!newline)
        return COMPILER_TAIL;
    size_t kept = COMPILER_TAIL - (size_t)(newline + 1 - tail);
    memmove(tail, newline + 1, kept);
    return kept;
}

static size_t whole_lines(const char *text, size_t size)
{
    const char *newline = memrchr(text, '\n', size);
    return newline ? (size_t)(newline + 1 - text) : size;
}

char *compiler_text(const struct compiler_words *words)
{
    char *text = malloc(COMPILER_MESSAGES);
    if (!text)
        return NULL;
    size_t size = words->size < COMPILER_HEAD ? words->size : COMPILER_HEAD;
    memcpy(text, words->head, size);
    if (words->size > COMPILER_HEAD && words->size <= COMPILER_HEAD + COMPILER_TAIL) {
        memcpy(text + size, words->tail, words->size - size);
        size = words->size;
    } else if (words->size > COMPILER_HEAD) {
        char tail[COMPILER_TAIL];
        size_t tail_size = unroll_tail(words, tail);
        size = whole_lines(text, size);
        size_t kept = count_lines(text, size) + count_lines(tail, tail_size);
        size += (size_t)sprintf(text + size, "… %zu lines left out …\n", words->lines - kept);
        memcpy(text + size, tail, tail_size);
        size += tail_size;
    }
    replace_nuls(text, size);
    text[size] = '\0';
    return text;
}
