/* CSV (RFC 4180): quoted fields, lines within them, LF and CRLF; "," or ";" or tabs between. */
#ifndef IOLAB_CSV_H
#define IOLAB_CSV_H

#include <stdbool.h>
#include <stddef.h>

#define CSV_FIELDS 256 /* of a line; more are left out */

struct csv {
    char *next; /* text that is left; it is written into */
    char separator;
    size_t line; /* of what is read next, from 1 */
};

struct csv_row {
    char *fields[CSV_FIELDS]; /* in the text */
    size_t count;
    size_t line; /* where it begins */
};

/* Begins; the separator is the one that the first line has most of. */
void csv_start(struct csv *csv, char *text);

/* The next line that is not empty. False at the end, or (with csv->next set) when the quotes of
   the row do not end or are not at a field's end. */
bool csv_read(struct csv *csv, struct csv_row *row);

#endif
