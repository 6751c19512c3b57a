/*
 * The roster: CSV with a header line. Columns, in any order, others are ignored: `student` (or
 * username, login, sid, id), `name`, `email`, `section`, `extension` (days of this student's own,
 * a number) and `deadline` (ISO 8601, this student's own). Quoted fields, CRLF, a BOM and any UTF-8
 * are read; a line that cannot be is told with its number.
 */
#ifndef IOLAB_ROSTER_H
#define IOLAB_ROSTER_H

#include <stddef.h>
#include <time.h>

#include "base/failure.h"

struct roster_student {
    char *key;                    /* intake_key of `student` */
    char *student;                /* as in the file */
    char *name, *email, *section; /* "" when not given */
    double extension;             /* days */
    time_t deadline;              /* 0: that of the class */
};

struct roster {
    struct roster_student *students;
    size_t count;
    char *warnings; /* lines to people: duplicates (the first is kept), odd lines; "" */
};

/* NULL with a failure that names the file and line. */
struct roster *roster_read(const char *path, struct failure *failure);
const struct roster_student *roster_find(const struct roster *roster, const char *key);
void roster_free(struct roster *roster);

/* ISO 8601 date or date and time, with Z, an offset, or none (then local time). -1 when it is none. */
int roster_time(const char *text, time_t *time);

#endif
