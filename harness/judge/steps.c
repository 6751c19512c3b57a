/* Client steps in words, and the difference between what was expected and what came. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "judge/words.h"

#define DATA_MOST  24 /* bytes of payload in a line */
#define HEX_WIDTH  12 /* bytes in a hex line: fits 80 columns with its heading */
#define HEX_LINES  4
#define HEX_BEFORE 4 /* bytes shown before the first that differs */

/* What a client notices, beside what the script has it do. */
static const char *noticed(const struct event *step)
{
    if (strcmp(step->verb, "receive") == 0)
        return "receives";
    if (strcmp(step->verb, "end") == 0)
        return "sees the server close";
    if (strcmp(step->verb, "reset") == 0 && step->error)
        return "sees the server reset the connection";
    return NULL;
}

static void put_verb(FILE *out, const struct event *step)
{
    const char *verb = step->verb ? step->verb : "does something";
    if (step->verb && noticed(step)) {
        fputs(noticed(step), out);
        return;
    }
    for (size_t i = 0; i < 24 && verb[i]; i++)
        fputc(verb[i] == '_' ? ' ' : isprint((unsigned char)verb[i]) != 0 ? verb[i] : '?', out);
}

/* What was moved; of an expectation what it wanted. */
static void put_bytes(FILE *out, const struct event *step)
{
    bool wants = step->want && step->want_size;
    const char *data = wants ? step->want : step->data;
    size_t size = wants ? step->want_size : step->data_size;
    if (step->bytes >= 0)
        fprintf(out, " %s", words_bytes(step->bytes).text);
    if (!data || !size)
        return;
    fputc(' ', out);
    words_quote(out, data, size, DATA_MOST);
}

static void put_outcome(FILE *out, const struct event *step)
{
    static const char *const words[EVENT_OUTCOME_COUNT] = {
        [OUTCOME_TIMEOUT] = "not in time",
        [OUTCOME_MISMATCH] = "other bytes came",
        [OUTCOME_CLOSED] = "the server closed",
        [OUTCOME_RESET] = "the server reset the connection",
        [OUTCOME_REFUSED] = "refused",
        [OUTCOME_UNTRUE] = "does not hold",
        [OUTCOME_UNSEEN] = "could not be observed",
        [OUTCOME_SCRIPT] = "error in the script",
    };
    if ((unsigned)step->outcome < EVENT_OUTCOME_COUNT && words[step->outcome])
        fprintf(out, ": %s", words[step->outcome]);
}

char *words_step(const struct event *step)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (step->client > 0)
        fprintf(out, "client %d: ", step->client);
    put_verb(out, step);
    put_bytes(out, step);
    put_outcome(out, step);
    fclose(out);
    return text;
}

static void hex_line(FILE *out, const char *heading, const char *data, size_t size, size_t from,
                     int64_t offset)
{
    fprintf(out, "%-8s %6" PRId64 " ", heading, offset + (int64_t)from);
    for (size_t i = from; i < from + HEX_WIDTH; i++)
        if (i < size)
            fprintf(out, " %02x", (unsigned char)data[i]);
        else
            fputs("   ", out);
    fputs("  |", out);
    for (size_t i = from; i < from + HEX_WIDTH && i < size; i++)
        fputc(isprint((unsigned char)data[i]) ? data[i] : '.', out);
    fputs("|\n", out);
}

static void hex_lines(FILE *out, const char *heading, const char *data, size_t size,
                      size_t from, int64_t offset)
{
    if (from >= size)
        fprintf(out, "%-8s %6" PRId64 "  (nothing)\n", heading, offset + (int64_t)from);
    for (int line = 0; line < HEX_LINES && from < size; line++, from += HEX_WIDTH)
        hex_line(out, line == 0 ? heading : "", data, size, from, offset);
}

static size_t first_difference(const char *want, size_t want_size, const char *got,
                               size_t got_size)
{
    size_t same = 0;
    while (same < want_size && same < got_size && want[same] == got[same])
        same++;
    return same;
}

char *words_difference(const char *want, size_t want_size, const char *got, size_t got_size,
                       int64_t offset)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    size_t at = first_difference(want, want_size, got, got_size);
    fprintf(out, "first difference at byte %" PRId64 " of the stream:\n", offset + (int64_t)at);
    size_t from = at > HEX_BEFORE ? at - HEX_BEFORE : 0;
    hex_lines(out, "expected", want, want_size, from, offset);
    hex_lines(out, "got", got, got_size, from, offset);
    fclose(out);
    return text;
}
