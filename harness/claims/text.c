/* The report for a terminal or a pipe. See report.h. */
#include <string.h>

#include "claims/report.h"
#include "claims/words.h"

#define COLUMNS 80
#define INDENT  16 /* behind the outcome */

static size_t columns_of(const char *text, size_t bytes)
{
    size_t columns = 0;
    for (size_t i = 0; i < bytes; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80; /* not inside a UTF-8 sequence */
    return columns;
}

/* The text in lines; the first goes on at column INDENT. */
static void put_wrapped(FILE *out, const char *text)
{
    size_t column = INDENT;
    for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
        size_t bytes = strcspn(text, " \n"), columns = columns_of(text, bytes);
        if (column > INDENT && column + 1 + columns > COLUMNS) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", (int)bytes, text);
        column += columns;
        text += bytes;
    }
    fputc('\n', out);
}

static void put_more(FILE *out, const char *text)
{
    if (!text[0])
        return;
    fprintf(out, "%*s", INDENT, "");
    put_wrapped(out, text);
}

void claims_line(FILE *out, const struct result *result, bool explain)
{
    char measured[WORDS_SIZE], bounds[WORDS_SIZE], line[3 * WORDS_SIZE];
    words_measured(measured, result);
    words_bounds(bounds, result->claim);
    fprintf(out, "%-*s", INDENT, outcome_words(result->verdict.outcome));
    snprintf(line, sizeof line, "%s: %s", result->claim->id, result->claim->says);
    put_wrapped(out, line);
    snprintf(line, sizeof line, "-> %s; %s", measured, bounds);
    if (measured[0])
        put_more(out, line);
    put_more(out, result->verdict.why);
    if (explain && words_explained(result))
        put_more(out, result->claim->why);
    fflush(out);
}

void claims_counts(FILE *out, const struct results *results)
{
    fprintf(out, "%zu claims", results->count);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (results_with(results, (enum outcome)i) > 0)
            fprintf(out, "%s %s %zu", i ? "," : ":", outcome_words((enum outcome)i),
                    results_with(results, (enum outcome)i));
    fputc('\n', out);
    fflush(out);
}
