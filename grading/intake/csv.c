/* See csv.h. */
#include "grading/intake/csv.h"

#include <string.h>

void csv_start(struct csv *csv, char *text)
{
    static const char separators[] = ",;\t";
    size_t most = 0, end = strcspn(text, "\n");
    *csv = (struct csv){.next = text, .separator = ',', .line = 1};
    for (size_t i = 0; separators[i]; i++) {
        size_t count = 0;
        for (size_t j = 0; j < end; j++)
            count += text[j] == separators[i];
        if (count > most) {
            most = count;
            csv->separator = separators[i];
        }
    }
}

/* Behind the field's opening quote; NULL when there is no closing one. "" is one quote. */
static char *end_quoted(struct csv *csv, char *from)
{
    char *to = from;
    for (; *from; from++) {
        if (*from == '"' && from[1] != '"') {
            *to = '\0';
            return from + 1;
        }
        from += *from == '"';
        csv->line += *from == '\n';
        *to++ = *from;
    }
    return NULL;
}

static bool is_end(const struct csv *csv, const char *at)
{
    return *at == '\0' || *at == csv->separator || *at == '\n' ||
           (*at == '\r' && (at[1] == '\n' || at[1] == '\0'));
}

/* The end of a field becomes its NUL. Returns whether another field of the row follows. */
static bool step_over(struct csv *csv, char *at)
{
    char end = *at;
    *at = '\0';
    csv->next = end ? at + 1 : at;
    if (end == '\r' && *csv->next == '\n')
        csv->next++;
    csv->line += end == '\n' || end == '\r';
    return end == csv->separator;
}

static bool read_field(struct csv *csv, char **field, bool *more)
{
    char *at = csv->next;
    bool quoted = *at == '"';
    *field = at + quoted;
    if (quoted)
        at = end_quoted(csv, at + 1);
    while (at && !quoted && !is_end(csv, at))
        at++;
    if (!at || !is_end(csv, at))
        return false;
    *more = step_over(csv, at);
    return true;
}

static bool read_row(struct csv *csv, struct csv_row *row)
{
    bool more = true;
    row->line = csv->line;
    for (row->count = 0; more;) {
        char *field;
        if (!read_field(csv, &field, &more))
            return false;
        if (row->count < CSV_FIELDS)
            row->fields[row->count++] = field;
    }
    return true;
}

bool csv_read(struct csv *csv, struct csv_row *row)
{
    while (*csv->next) {
        if (!read_row(csv, row))
            return false;
        if (row->count > 1 || *row->fields[0])
            return true;
    }
    csv->next = NULL;
    return false;
}
