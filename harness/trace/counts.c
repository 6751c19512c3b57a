/* How many calls were made so far. See counts.h. */
#include "trace/counts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "event/phase.h"

/* Of a program that opens files of ever new names in capitals: the words that are kept. */
#define WORDS_MOST 1024

struct counted_word {
    char *text;
    UT_hash_handle hh;
};

/* Names of calls and words are compared by address: each is there once. */
struct call_count {
    struct {
        const char *call, *word; /* word NULL: whatever the detail */
        int64_t connection;
    } key;
    int64_t count;
    uint64_t last; /* the ENTER that was counted last: a word may stand in a detail twice */
    UT_hash_handle hh;
};

static const char *word_find(const struct counts *counts, const char *text, size_t size)
{
    struct counted_word *word;
    HASH_FIND(hh, counts->words, text, size, word);
    return word ? word->text : NULL;
}

static const char *word_add(struct counts *counts, const char *text, size_t size)
{
    struct counted_word *word = calloc(1, sizeof *word);
    if (!word || HASH_COUNT(counts->words) >= WORDS_MOST ||
        !(word->text = strndup(text, size))) {
        free(word);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, counts->words, word->text, size, word);
    return word->text;
}

static void add(struct counts *counts, const struct event *enter, const char *word)
{
    struct call_count *entry;
    struct call_count made = {.key = {enter->call, word, enter->connection}};
    HASH_FIND(hh, counts->calls, &made.key, sizeof made.key, entry);
    if (!entry) {
        entry = calloc(1, sizeof *entry);
        if (!entry)
            return;
        entry->key = made.key;
        HASH_ADD(hh, counts->calls, key, sizeof entry->key, entry);
    }
    if (entry->last == enter->number)
        return;
    entry->last = enter->number;
    entry->count++;
}

/* Flags and commands are words in capitals; numbers and paths are not counted. */
void counts_add(struct counts *counts, const struct event *enter)
{
    const char *word, *at = enter->detail;
    size_t size;
    add(counts, enter, NULL);
    while (at && (word = phase_word(&at, &size))) {
        if (!isupper((unsigned char)word[0]))
            continue;
        const char *known = word_find(counts, word, size);
        if (known || (known = word_add(counts, word, size)))
            add(counts, enter, known);
    }
}

int64_t counts_of(const struct counts *counts, const char *name, int connection)
{
    char call[64];
    size_t length = strcspn(name, ":");
    const char *word = NULL;
    int64_t sum = 0;
    if (length >= sizeof call)
        return 0;
    memcpy(call, name, length);
    call[length] = '\0';
    if (name[length] &&
        !(word = word_find(counts, name + length + 1, strlen(name) - length - 1)))
        return 0;
    for (struct call_count *entry = counts->calls; entry; entry = entry->hh.next)
        if (entry->key.word == word && (!connection || entry->key.connection == connection) &&
            phase_call_is(entry->key.call, call))
            sum += entry->count;
    return sum;
}

void counts_free(struct counts *counts)
{
    struct call_count *entry, *next;
    struct counted_word *word, *next_word;
    HASH_ITER(hh, counts->calls, entry, next)
    {
        HASH_DEL(counts->calls, entry);
        free(entry);
    }
    HASH_ITER(hh, counts->words, word, next_word)
    {
        HASH_DEL(counts->words, word);
        free(word->text);
        free(word);
    }
}
