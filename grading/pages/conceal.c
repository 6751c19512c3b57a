/* See conceal.h. */
#include "grading/pages/conceal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_IN "(seen in the check" /* how the judge names it, perhaps not by its whole name */
#define INSTEAD "(seen in a check that is not shown)"

bool page_is_hidden(const json_t *check)
{
    return json_is_true(json_object_get(check, "hidden"));
}

void page_recording(const json_t *check, char name[16])
{
    struct page_words path = page_words_json(json_object_get(check, "recording"));
    const char *slash = strrchr(path.bytes, '/'), *base = slash ? slash + 1 : path.bytes;
    size_t digits = strspn(base, "0123456789");
    name[0] = '\0';
    if (strlen(path.bytes) == path.size && digits > 0 && digits < 8 &&
        strcmp(base + digits, ".iorec") == 0)
        strcpy(name, base);
}

bool page_tells_of_hidden(const json_t *checks, const char *recording)
{
    size_t index;
    json_t *check;
    char name[16];
    json_array_foreach(checks, index, check)
    {
        page_recording(check, name);
        if (*recording && page_is_hidden(check) &&
            (strcmp(name, recording) == 0 ||
             atoi(recording) == json_integer_value(json_object_get(check, "number"))))
            return true;
    }
    return false;
}

static bool names_hidden(const json_t *checks, const char *line, size_t size)
{
    size_t index;
    json_t *check;
    json_array_foreach(checks, index, check)
    {
        struct page_words name = page_words_json(json_object_get(check, "name"));
        if (page_is_hidden(check) && name.size && memmem(line, size, name.bytes, name.size))
            return true;
    }
    return false;
}

char *page_concealed(const json_t *checks, struct page_words message, bool conceal,
                     bool borrowed)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    for (size_t from = 0, to; from < message.size; from = to) {
        const char *line = message.bytes + from, *end = memchr(line, '\n', message.size - from);
        to = end ? (size_t)(end - message.bytes) + 1 : message.size;
        bool names = names_hidden(checks, line, to - from) ||
                     (borrowed && memmem(line, to - from, SEEN_IN, strlen(SEEN_IN)));
        if (conceal && names)
            fputs(end ? INSTEAD "\n" : INSTEAD, out);
        else
            page_put(out, (struct page_words){line, to - from}, to - from, PAGE_LINES);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
